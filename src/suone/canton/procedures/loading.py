"""Procedures are files (``files/*.toml``): read, checked whole, with errors that name file, line and remedy."""

from functools import cache
from pathlib import Path

from suone.canton.procedures.rules import Procedure
from suone.ground.schemafiles.problems import BrokenFile, text_of

FOLDER = Path(__file__).parent / "files"


class BrokenProcedure(BrokenFile):
    """The file cannot be used as a procedure."""


@cache
def shipped() -> dict[str, Procedure]:
    """The procedures that come with the product, by identifier."""
    procedures = [read_procedure(text_of(path), path.name) for path in sorted(FOLDER.glob("*.toml"))]
    return {procedure.identifier: procedure for procedure in procedures}


def read_procedure(text: str, source: str) -> Procedure:
    """A procedure from the text of its file, its whole graph checked; raises ``BrokenProcedure``."""
    from suone.canton.procedures.schema import PROCEDURES, as_rules  # late: a start need not build schemas

    return as_rules(PROCEDURES.read(text, source))


def read_kept_procedure(text: str, source: str) -> Procedure:
    """A published version as its cases know it: its shape alone is looked at, so that no later limit stops a case."""
    from suone.canton.procedures.schema import PROCEDURES, as_rules

    return as_rules(PROCEDURES.read_kept(text, source))
