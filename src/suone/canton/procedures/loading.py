"""Procedures are files (``files/*.toml``): read, checked whole, with errors that name file, line and remedy."""

from functools import cache
from pathlib import Path

from suone.canton.procedures.rules import Procedure
from suone.ground.schemafiles.problems import text_of

FOLDER = Path(__file__).parent / "files"


@cache
def shipped() -> dict[str, Procedure]:
    """The procedures that come with the product, by identifier."""
    procedures = [read_procedure(text_of(path), path.name) for path in sorted(FOLDER.glob("*.toml"))]
    return {procedure.identifier: procedure for procedure in procedures}


def read_procedure(text: str, source: str) -> Procedure:
    """A procedure from the text of its file, fully checked, its graph included; raises ``BrokenFile``."""
    from suone.canton.procedures.schema import (
        PROCEDURES,
        as_rules,
    )  # late import: building schemas would slow every start

    return as_rules(PROCEDURES.read(text, source))


def read_kept_procedure(text: str, source: str) -> Procedure:
    """A published version, checked for its shape only, so that later limits never stop a running case."""
    from suone.canton.procedures.schema import PROCEDURES, as_rules

    return as_rules(PROCEDURES.read_kept(text, source))
