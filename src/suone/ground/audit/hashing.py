"""Which bytes of an entry are hashed: one definition for verifying and for proofs.

The database has the same in ``audit_line`` for sealing; here it stands again, since whoever verifies must not ask a
function that the suspect may have replaced. A test holds the two to each other.
"""

# Every column of an entry but its salt and its position, in PostgreSQL's notation of a row, which keeps columns apart
# whatever they contain. Times are microseconds in UTC, so that no setting of a session changes a letter. A column that
# comes later is added at the end in such a way that older entries stay as they were hashed.
COLUMNS = (
    "id", "at", "kind", "act", "acting_kind", "user_id", "staff_id", "institution_id", "system_id", "roles", "on_behalf_of",
    "dossier_id", "person_id", "object_type", "object_id", "recipients", "dossiers_shown", "persons_shown", "legal_basis",
    "purpose", "details",
)  # fmt: skip
_MOMENT = "CASE WHEN isfinite(at) THEN ((extract(epoch FROM at) * 1000000)::bigint)::text ELSE at::text END"
LINE = f"ROW({', '.join(_MOMENT if column == 'at' else column for column in COLUMNS)})::text"


def leaf_data(salt: bytes, line: str) -> bytes:
    """What is hashed as the leaf of an entry."""
    return salt + line.encode()
