"""Which bytes of an entry are hashed: one definition for verifying and for proofs.

``audit_line`` in the database repeats it for sealing: verification must not call a function that an attacker may have
replaced. A test compares the two.
"""

# Every column of an entry except salt and position, in PostgreSQL's row notation, which is unambiguous whatever the columns
# contain. Times are microseconds in UTC, independent of session settings. A later column must be appended in such a way
# that the lines of older entries do not change.
COLUMNS = (
    "id", "at", "kind", "act", "acting_kind", "user_id", "staff_id", "institution_id", "system_id", "roles", "on_behalf_of",
    "dossier_id", "person_id", "object_type", "object_id", "recipients", "dossiers_shown", "persons_shown", "legal_basis",
    "purpose", "details",
)  # fmt: skip
_MOMENT = "CASE WHEN isfinite(at) THEN ((extract(epoch FROM at) * 1000000)::bigint)::text ELSE at::text END"
LINE = f"ROW({', '.join(_MOMENT if column == 'at' else column for column in COLUMNS)})::text"


def leaf_data(salt: bytes, line: str) -> bytes:
    """The data of an entry's leaf: 16 bytes of salt, then the line as PostgreSQL writes it."""
    return salt + line.encode()
