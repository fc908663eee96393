"""Writing the log. If this fails, so does the act: nothing is done without being recorded."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from suone.ground.access.acting import Acting
from suone.ground.audit.models import RecordKind

# A statement with its values.
Statement = tuple[str, list[Any]]

# Plain INSERT without RETURNING: whoever writes the log may not read it.
_INSERT = """
INSERT INTO audit_entry (kind, act, on_behalf_of, dossier_id, person_id, object_type, object_id, recipients,
                         legal_basis, purpose, details, dossiers_shown, persons_shown)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
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
    on_behalf_of: int | None = None,
    dossiers_shown: Iterable[int] = (),
    persons_shown: Iterable[int] = (),
    along: Statement | None = None,
) -> None:
    """Record in the log what was just done or read, in the same transaction (DSV Art. 4).

    The database itself writes who acted, when and for which institution, as set by ``acting_as``. ``act`` is a stable code,
    ``about`` the type and id of the object, ``recipients`` are ids of institutions. ``on_behalf_of`` is the absent
    colleague for whom a deputy acts. ``dossiers_shown`` and ``persons_shown`` are exactly the cases and persons (keys) that
    a page showed. ``details`` may contain codes and numbers only, never content about a person. ``along`` is another
    statement sent in the same round trip, such as the insert of the matching line in the timeline.
    """
    row = (
        kind.value,
        act,
        on_behalf_of,
        dossier_id,
        person_id,
        *about,
        list(recipients),
        legal_basis,
        purpose or acting.purpose,
        json.dumps(dict(details or {})),
        sorted(set(dossiers_shown)),
        sorted(set(persons_shown)),
    )
    with connection.cursor() as cursor:
        if along is None:
            cursor.execute(_INSERT, row)
        else:
            statement, values = along
            cursor.execute(f"WITH entry AS ({_INSERT}) {statement}", [*row, *values])
