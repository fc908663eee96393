"""Creating proofs from the stored log; ``proofs`` checks them anywhere."""

from typing import Any

from django.db import connection

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.audit import heads, merkle, proofs
from suone.ground.audit.anchors import read_anchors
from suone.ground.audit.hashing import COLUMNS, LINE
from suone.ground.audit.heads import Statement, head_in
from suone.ground.audit.tree import Tree


def prove_entry(number: int) -> dict[str, Any]:
    """The proof that an entry is in the log, under the newest head; reads O(log n) rows.

    Raises ``Refused`` if there is no such entry, or if it is not sealed yet.
    """
    with acting_as(acting_for_job("proving an entry")), connection.cursor() as cursor:
        cursor.execute(f"SELECT position, salt, {LINE} FROM audit_entry WHERE id = %s", [number])  # noqa: S608 - constant
        row = cursor.fetchone()
        if row is None:
            raise Refused(f"The log has no entry {number}.")
        place, salt, line = row
        newest = _newest()
        if place is None or newest is None or place >= head_in(newest).size:
            raise Refused(f"Entry {number} is not sealed yet: try again in a minute.")
        path = merkle.inclusion_path(place, head_in(newest).size, Tree().node)
    return proofs.inclusion(
        entry=number, columns=COLUMNS, line=line, salt=bytes(salt), place=place, path=path, head=newest
    )


def prove_growth(since: int = 0) -> dict[str, Any]:
    """The proof that the log has only grown since it had ``since`` entries.

    If a backup was restored meanwhile, the proof starts from that declaration and includes it. Raises ``Refused`` if
    nothing is sealed, or no anchored head has that size.
    """
    newest = _newest()
    if newest is None:
        raise Refused("Nothing is sealed yet.")
    older = _older(since) if since else None
    with acting_as(acting_for_job("proving how the log has grown")):
        path = merkle.consistency_path(head_in(older).size if older else 0, head_in(newest).size, Tree().node)
    return proofs.growth(older=older, newer=newest, path=path)


def _newest() -> Statement | None:
    return next((heads.read_statement(line) for line in read_anchors(newest_first=True)), None)


def _older(size: int) -> Statement:
    """The head of this size, or the declared restoration that undid it."""
    undone: Statement | None = None
    for line in read_anchors(newest_first=True):
        statement = heads.read_statement(line) or {}
        if statement.get("size") == size:
            return undone if undone and head_in(undone).size < size else statement
        if statement.get("is") == heads.RESTORED and (undone is None or head_in(statement).size < head_in(undone).size):
            undone = statement
    raise Refused(f"No anchored head has {size} entries.")
