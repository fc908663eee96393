"""Who reaches a person: whoever holds a grant over one of the person's cases that covers identity."""

from suone.access.categories import DataCategory, Power
from suone.access.row_policies import granted

# Whoever clears up doubtful records sees the two records in question, and nothing of their cases.
_IN_DOUBT = (
    " OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('person.merge')) AND (EXISTS (SELECT 1 FROM persons_doubt d"
    " WHERE d.cleared_at IS NULL AND (d.known_id = {table}.id OR d.typed_id = {table}.id))"
    " OR EXISTS (SELECT 1 FROM persons_merge m WHERE m.kept_id = {table}.id OR m.dropped_id = {table}.id)))"
)


def may_read_person() -> str:
    return granted(Power.READ, on="person_id", column="id", category=str(DataCategory.IDENTITY.value)) + _IN_DOUBT


def may_write_person() -> str:
    return granted(Power.WRITE, on="person_id", column="id", category=str(DataCategory.IDENTITY.value))
