"""Who acts, for which institution, on which day: passed to every service, to the database and to the log."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.utils import timezone

from suone.ground.access.permissions import Permission, Role, permissions_of


class Kind(StrEnum):
    """In what capacity somebody acts; the row policies distinguish all of them."""

    STAFF = "staff"  # a staff member at an institution
    JOB = "job"  # a scheduled job, across institutions, naming its purpose
    GUEST = "guest"  # a guest of one meeting
    PUBLIC = "public"  # a public notifier
    SYSTEM = "system"  # a partner's system
    PERSON = "person"  # the person concerned


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody who acts: in what capacity, for which institution, with which roles, on which day.

    ``today`` is the day that rules use; row policies read the database's clock instead, so it cannot widen access.
    """

    kind: Kind
    today: date
    institution_id: int | None = None
    staff_id: int | None = None
    user_id: int | None = None
    system_id: int | None = None  # a partner's system, by the number of its key
    roles: frozenset[Role] = field(default_factory=frozenset)
    purpose: str = ""
    name: str = ""
    institution_name: str = ""
    # Cache: the absent colleagues for whom the acting person is deputy, once looked up.
    covers: list[tuple[int, ...]] = field(default_factory=list, compare=False, repr=False)

    @property
    def own_staff_id(self) -> int:
        """The appointment of the staff member who acts; for acts that only staff can do."""
        assert self.staff_id is not None, "only a staff member can do this"
        return self.staff_id

    @property
    def own_institution_id(self) -> int:
        """The institution for which somebody acts; for acts that only staff and partners' systems can do."""
        assert self.institution_id is not None, "only somebody who acts for an institution can do this"
        return self.institution_id

    @property
    def own_user_id(self) -> int:
        """The account with which somebody acts; for acts that only people with a log-in can do."""
        assert self.user_id is not None, "only somebody with a log-in can do this"
        return self.user_id

    def may(self, permission: Permission) -> bool:
        """Whether a role of the acting person has this permission; jobs have all of them."""
        return self.kind is Kind.JOB or permission in permissions_of(self.roles)


def acting_for_guest() -> Acting:
    """The holder of a link to one invitation: without institution, appointment or role."""
    return Acting(kind=Kind.GUEST, today=timezone.localdate())


def acting_for_job(purpose: str) -> Acting:
    """A scheduled job that works across institutions; every log entry states its ``purpose``."""
    return Acting(kind=Kind.JOB, today=timezone.localdate(), purpose=purpose)
