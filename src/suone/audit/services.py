"""Telling the log. A failure here fails the act: nothing is done that is not told."""

import json
from collections.abc import Mapping, Sequence

from django.db import connection

from suone.access.acting import Acting
from suone.audit.models import RecordKind

# Plain INSERT without RETURNING: whoever writes the log may not read it.
_INSERT = """
INSERT INTO audit_entry (kind, act, acting_kind, user_id, staff_id, institution_id, roles, dossier_id, person_id,
                         object_type, object_id, recipients, legal_basis, purpose, details)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
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
) -> None:
    """Tell the log what was just done or read, in the transaction that does it.

    ``act`` is a stable code, ``about`` the kind of thing and its number, ``recipients`` are institutions.
    ``details`` holds codes and numbers only, never content about a person.
    """
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
        json.dumps(dict(details or {})),
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)
