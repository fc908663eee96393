"""The OpenAPI document of the API for partners' systems, generated from the code.

``python -m suone.config.openapi`` writes ``docs/openapi.json``; ``--check`` fails when it differs from the code.
"""

import json
import os
import sys
from pathlib import Path

import django

_PAGE = Path(__file__).resolve().parents[3] / "docs" / "openapi.json"


def document() -> str:
    """The document as JSON text; Django must be set up."""
    from suone.config.api import api

    return json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
    django.setup()
    if "--check" not in sys.argv:
        _PAGE.write_text(document())
    elif not _PAGE.exists() or _PAGE.read_text() != document():
        raise SystemExit("docs/openapi.json differs from the code: run make document.")
