"""Telling the log. A failure here fails the act: nothing is done that is not told."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from suone.access.acting import Acting
from suone.audit.models import RecordKind

# A statement with its values.
Statement = tuple[str, list[Any]]

# Plain INSERT without RETURNING: whoever writes the log may not read it.
_INSERT = """
INSERT INTO audit_entry (kind, act, acting_kind, user_id, staff_id, institution_id, roles, dossier_id, person_id,
                         object_type, object_id, recipients, legal_basis, purpose, details, dossiers_shown, persons_shown)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def record(
    acting: Acting,
    *,
    kind: RecordKind,
    act: str,
    dossier_id: int | None = None,
    person_id: int | None = None,
    about: tuple[str, int | None] = ("", None),
    recipients: Sequence[int] = (),
    legal_basis: str = "",
    purpose: str = "",
    details: Mapping[str, object] | None = None,
    dossiers_shown: Iterable[int] = (),
    persons_shown: Iterable[int] = (),
    along: Statement | None = None,
) -> None:
    """Tell the log what was just done or read, in the transaction that does it.

    ``act`` is a stable code, ``about`` the kind of thing and its number, ``recipients`` are institutions.
    ``dossiers_shown`` and ``persons_shown`` are exactly the cases and persons (their keys) that a page showed.
    ``details`` holds codes and numbers only, never content about a person. ``along`` is a statement that goes the same
    way to the database, such as the line of a timeline that says the same.
    """
    machine = {} if acting.system_id is None else {"system": acting.system_id}
    row = (
        kind.value,
        act,
        acting.kind.value,
        acting.user_id,
        acting.staff_id,
        acting.institution_id,
        sorted(acting.roles),
        dossier_id,
        person_id,
        *about,
        list(recipients),
        legal_basis,
        purpose or acting.purpose,
        json.dumps({**(details or {}), **machine}),
        sorted(set(dossiers_shown)),
        sorted(set(persons_shown)),
    )
    with connection.cursor() as cursor:
        if along is None:
            cursor.execute(_INSERT, row)
        else:
            statement, values = along
            cursor.execute(f"WITH entry AS ({_INSERT}) {statement}", [*row, *values])
