"""The states of a request and who may answer it."""

from collections.abc import Collection
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from suone.ground.access.errors import Refused


class State(models.TextChoices):
    """Whether a request waits for its answer, and how it ended."""

    PENDING = "pending", _("waiting for an answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    EXPIRED = "expired", _("expired")
    WITHDRAWN = "withdrawn", _("withdrawn")


# Every transition that is allowed.
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
    """Half-way between the day of the request and its deadline, rounded down."""
    return asked_on + timedelta(days=(due_on - asked_on).days // 2)


def is_overdue(due_on: date, *, on: date) -> bool:
    """Whether the deadline has passed; on the day itself an answer is in time."""
    return on > due_on


def check_may_answer(staff_id: int | None, answering: Collection[int]) -> None:
    """Raise ``Refused`` unless this staff member may answer the request.

    ``answering`` are those who may; empty means everybody at the institution.
    """
    if answering and staff_id not in answering:
        raise Refused(
            gettext(
                "This request is addressed to a named person: only they, or their deputy while they are away, can answer it."
            )
        )
