"""Loading a canton's directory file (``files/<canton>.toml``) into the tables; can be repeated without duplicates."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suone.ground.schemafiles.problems import text_of
from suone.organisation.institutions.models import Body, Convention, Institution, Office, Region, ServiceOffer

_FOLDER = Path(__file__).parent / "files"


@dataclass(frozen=True, slots=True)
class Directory:
    """The loaded rows, by the keys that other files refer to."""

    institutions: dict[str, Institution]
    regions: dict[str, Region]
    offices: dict[str, Office]
    bodies: dict[str, Body]


class UnknownCanton(Exception):
    """Neither a canton shipped with the product nor a file."""


def load_directory(canton: str) -> Directory:
    """Load a canton's file, given by code or path, into the directory: existing rows are updated, none is deleted.

    Raises ``UnknownCanton``, or ``BrokenFile`` with every problem of the file.
    """
    path = Path(canton) if canton.endswith(".toml") else _FOLDER / f"{canton}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in _FOLDER.glob("*.toml")))
        raise UnknownCanton(f"There is no directory {canton}: give a file that ends in .toml, or one of {known}.")
    content = _content_of(path)
    regions = {entry["code"]: _keep(Region, {"code": entry["code"]}, entry) for entry in content["region"]}
    institutions = {
        entry["code"]: _keep(Institution, {"code": entry["code"]}, entry) for entry in content["institution"]
    }
    for entry in content["institution"]:
        if "regions" in entry:
            institutions[entry["code"]].regions.set([regions[code] for code in entry["regions"]])
    offices = {}
    for entry in content["office"]:
        places = {"institution": institutions[entry["institution"]], "region": regions.get(entry.get("region", ""))}
        offices[entry["key"]] = _keep(
            Office, {"institution": places["institution"], "name_de": entry["name_de"]}, entry | places
        )
    bodies = {
        entry["code"]: _keep(Body, {"code": entry["code"]}, entry | {"region": regions.get(entry.get("region", ""))})
        for entry in content["body"]
    }
    for entry in content["convention"]:
        convention = _keep(Convention, {"title_de": entry["title_de"]}, {**entry, "parties": None})
        convention.parties.set([institutions[code] for code in entry["parties"]])
    for entry in content["service"]:
        institution = institutions[entry["institution"]]
        _keep(
            ServiceOffer,
            {"institution": institution, "name_de": entry["name_de"]},
            entry | {"institution": institution},
        )
    return Directory(institutions, regions, offices, bodies)


def _content_of(path: Path) -> dict[str, Any]:
    """The validated content; keys that an entry omits leave the columns unchanged."""
    from suone.organisation.institutions.schema import DIRECTORIES  # late: a start need not build schemas

    read = DIRECTORIES.read(text_of(path), path.name)
    lists = ("region", "institution", "office", "body", "convention", "service")
    return {
        name: [
            entry.model_dump(exclude_unset=True) | {"source": entry.source, "is_default": entry.default}
            for entry in getattr(read, name)
        ]
        for name in lists
    }


def _keep(model: Any, by: dict[str, Any], entry: dict[str, Any]) -> Any:
    """Insert or update a row from those keys of an entry that are fields of the model."""
    fields = {field.name for field in model._meta.concrete_fields}
    values = {name: value for name, value in entry.items() if name in fields and name not in by}
    return model.objects.update_or_create(**by, defaults=values)[0]
