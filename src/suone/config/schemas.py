"""The JSON Schema of each kind of file that a canton writes, for editors, generated from the code.

``python -m suone.config.schemas`` writes ``docs/schemas/``; ``--check`` fails when it differs from the code.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import django
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

_FOLDER = Path(__file__).resolve().parents[3] / "docs" / "schemas"


class _ForEditors(GenerateJsonSchema):
    """Without null, which TOML lacks, and without titles, which would only repeat the keys."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        inner = super().default_schema(schema)
        default = inner.pop("default", None)
        if default and not isinstance(default, dict):
            inner["default"] = float(default) if inner.get("type") == "number" else default
        return inner

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schemas() -> dict[str, str]:
    """The text of each schema by file name; Django must be set up."""
    from suone.canton.instruments.schema import INSTRUMENTS
    from suone.canton.procedures.schema import PROCEDURES
    from suone.demo.cast_schema import CASTS
    from suone.organisation.institutions.schema import DIRECTORIES
    from suone.records.consents.schema import LEGAL_BASES

    kinds = {
        "procedure": PROCEDURES.schema,
        "instrument": INSTRUMENTS.schema,
        "directory": DIRECTORIES.schema,
        "legal-bases": LEGAL_BASES.schema,
        "cast": CASTS.schema,
    }
    return {
        f"{name}.json": _written(kind.model_json_schema(by_alias=True, schema_generator=_ForEditors))
        for name, kind in kinds.items()
    }


def _written(schema: dict[str, Any]) -> str:
    # The dialect that taplo and Even Better TOML support.
    whole = {"$schema": "http://json-schema.org/draft-07/schema#", **schema}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
    django.setup()
    for _name, _text in schemas().items():
        _path = _FOLDER / _name
        if "--check" not in sys.argv:
            _FOLDER.mkdir(exist_ok=True)
            _path.write_text(_text)
        elif not _path.exists() or _path.read_text() != _text:
            raise SystemExit(f"docs/schemas/{_name} differs from the code: run make schemas.")
