"""Who reaches a person: whoever holds a grant over one of the person's cases that covers identity."""

from suone.access.categories import DataCategory, Power
from suone.access.row_policies import granted


def may_read_person() -> str:
    return granted(Power.READ, on="person_id", column="id", category=str(DataCategory.IDENTITY.value))


def may_write_person() -> str:
    return granted(Power.WRITE, on="person_id", column="id", category=str(DataCategory.IDENTITY.value))
