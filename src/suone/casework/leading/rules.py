"""When a case changes its level, ends and is closed. Pure: no clock, no database."""

from django.utils.translation import gettext as _

from suone.casework.cases.rules import OPEN_STATES, ClosingReason, Level, Outcome, State
from suone.ground.access.errors import Refused


def check_can_change_level(*, now: str, then: str, is_open: bool) -> None:
    """The level of an open case changes once it has one; the first one is the triage's."""
    if not is_open:
        raise Refused(_("This case is closed: reopen it first."))
    if not now:
        raise Refused(_("This case has no level yet: triage it first."))
    if then not in Level.values or then == now:
        raise Refused(_("Choose a level other than the present one."))


def check_can_close(*, open_items: int, outcome: str, reason: str) -> None:
    """Whoever closes a case says how it ended and why, and leaves nothing open behind."""
    if outcome not in Outcome.values or reason not in ClosingReason.values:
        raise Refused(_("Record how the case ended and why it is being closed."))
    if open_items:
        raise Refused(_("There are still open work items: finish or cancel them first."))


def check_can_end_with_a_death(now: State) -> None:
    """A death ends a case wherever it stands; nothing else is asked for."""
    if now not in OPEN_STATES:
        raise Refused(_("This case is closed: reopen it first."))
