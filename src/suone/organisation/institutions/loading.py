"""A canton's directory is a file (``files/<canton>.toml``): read into the tables, again and again without doubling."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suone.ground.schemafiles.problems import BrokenFile, text_of
from suone.organisation.institutions.models import Body, Convention, Institution, Office, Region, ServiceOffer

_FOLDER = Path(__file__).parent / "files"


@dataclass(frozen=True, slots=True)
class Directory:
    """What was read, by the keys that other files point at."""

    institutions: dict[str, Institution]
    regions: dict[str, Region]
    offices: dict[str, Office]
    bodies: dict[str, Body]


class UnknownCanton(Exception):
    """Neither a canton that comes with the product nor a file."""


class BrokenDirectory(BrokenFile):
    """The file cannot be used as a directory."""


def load_directory(canton: str) -> Directory:
    """Bring a canton's file, named by its code or its path, into the directory: what is there is brought up to date, nothing is removed.

    Raises ``UnknownCanton``, or ``BrokenDirectory`` with every problem of the file.
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
    offices = {}
    for entry in content["office"]:
        places = {"institution": institutions[entry["institution"]], "region": regions.get(entry.get("region", ""))}
        offices[entry["key"]] = _keep(
            Office, {"institution": places["institution"], "name_de": entry["name_de"]}, entry | places
        )
    bodies = {entry["code"]: _keep(Body, {"code": entry["code"]}, entry) for entry in content["body"]}
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
    """The checked content: what an entry leaves out stays as the tables have it."""
    from suone.organisation.institutions.schema import DIRECTORIES  # late: a start need not build schemas

    try:
        read = DIRECTORIES.read(text_of(path), path.name)
    except BrokenFile as broken:
        raise BrokenDirectory(broken.problems) from broken
    lists = ("region", "institution", "office", "body", "convention", "service")
    return {name: [entry.model_dump(exclude_unset=True) for entry in getattr(read, name)] for name in lists}


def _keep(model: Any, by: dict[str, Any], entry: dict[str, Any]) -> Any:
    """Add or update a row from the keys of an entry that are fields of the model."""
    fields = {field.name for field in model._meta.concrete_fields}
    values = {name: value for name, value in entry.items() if name in fields and name not in by}
    return model.objects.update_or_create(**by, defaults=values)[0]
