"""What may become of a request."""

from collections.abc import Collection
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from suone.ground.access.errors import Refused


class State(models.TextChoices):
    PENDING = "pending", _("waiting for an answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    EXPIRED = "expired", _("expired")
    WITHDRAWN = "withdrawn", _("withdrawn")


# From where to where, and nothing else.
MOVES: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.ACCEPTED, State.DECLINED, State.EXPIRED, State.WITHDRAWN}),
    State.ACCEPTED: frozenset(),
    State.DECLINED: frozenset(),
    State.EXPIRED: frozenset(),
    State.WITHDRAWN: frozenset(),
}


def can_become(now: State, then: State) -> bool:
    """Whether a request in one state may go to another."""
    return then in MOVES[now]


def reminder_day(asked_on: date, due_on: date) -> date:
    """Half-way between the request and its day, rounded down."""
    return asked_on + timedelta(days=(due_on - asked_on).days // 2)


def is_overdue(due_on: date, *, on: date) -> bool:
    """Whether the day of the answer is past; on the day itself it may still come."""
    return on > due_on


def check_may_answer(staff_id: int | None, answering: Collection[int]) -> None:
    """A request to one person is answered by that person, or by whoever stands in while they are away.

    Without anybody named (an empty collection) everybody at the institution may answer.
    """
    if answering and staff_id not in answering:
        raise Refused(
            gettext("This request goes to somebody by name: they answer it, or whoever stands in while they are away.")
        )
