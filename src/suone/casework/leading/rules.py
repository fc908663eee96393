"""When a case may change its level and be closed. Pure: no clock, no database."""

from django.utils.translation import gettext as _

from suone.casework.cases.rules import OPEN_STATES, ClosingReason, Level, Outcome, State
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role

# Who at the IIZ office triages (default of this product); a receiver of another kind lets its case workers do it.
TRIAGE_AT_OFFICE = frozenset({Role.REGIONAL_COORDINATOR, Role.CANTONAL_DELEGATE})


def triages(roles: frozenset[Role], *, at_office: bool) -> bool:
    """Return whether these roles triage what their institution receives."""
    return not at_office or bool(roles & TRIAGE_AT_OFFICE)


def check_can_notify_on(*, is_receiver: bool, state: State, level: str, office_reads: bool) -> None:
    """Check that a receiver notifies its case on to the IIZ office, as complex and with a consent that names the office."""
    if state not in OPEN_STATES:
        raise Refused(_("This case is closed: reopen it first."))
    if state == State.SUSPENDED:
        raise Refused(_("This case is suspended: resume it first."))
    if not is_receiver:
        raise Refused(_("Only the institution that receives the case notifies it on to the IIZ office."))
    if level != Level.COMPLEX:
        raise Refused(_("Only complex cases are notified on to the IIZ office: decide the level first."))
    if not office_reads:
        raise Refused(_("The consent does not name the IIZ office: ask the person, and record a consent that does."))


def check_can_change_level(*, now: str, then: str, is_open: bool) -> None:
    """Check a change of level; raises ``Refused`` for a closed case, before its triage, or without an actual change."""
    if not is_open:
        raise Refused(_("This case is closed: reopen it first."))
    if not now:
        raise Refused(_("This case has no level yet: triage it first."))
    if then not in Level.values or then == now:
        raise Refused(_("Choose a level other than the present one."))


def check_can_correct(*, is_stated: bool, is_own: bool, leads: bool, is_open: bool) -> None:
    """Check who corrects a recorded fact or takes it back: the institution that stated it, or whoever leads the case.

    Raises ``Refused`` for others, for what an act reported, and once the case is closed.
    """
    if not is_open:
        raise Refused(_("This case is closed: reopen it first."))
    if not is_stated:
        raise Refused(_("This follows from an act: correct it where the act was done, and this page follows."))
    if not (is_own or leads):
        raise Refused(_("Only the institution that recorded this can correct it, or whoever leads the case."))


def check_can_state(*, is_own: bool, leads: bool, has_reason: bool, asked: str) -> None:
    """Check who states what another institution was asked to do: the lead, with a reason, or whoever was asked as well.

    ``asked`` is its short name, empty if the reader may not see the work item. Raises ``Refused`` for others.
    """
    if is_own or (leads and has_reason):
        return
    whose = {"institution": asked}
    if not leads and not asked:
        raise Refused(_("Another institution has been asked to do this: only they can record it."))
    if not leads:
        raise Refused(_("%(institution)s has been asked to do this: only they can record it.") % whose)
    if not asked:
        raise Refused(
            _("Another institution has been asked to do this: give the reason in the remark if you record it for them.")
        )
    raise Refused(
        _("%(institution)s has been asked to do this: give the reason in the remark if you record it for them.") % whose
    )


def check_can_close(*, open_items: int, outcome: str, reason: str) -> None:
    """Check that a case is closed with outcome and reason and without open work items; raises ``Refused`` otherwise."""
    if outcome not in Outcome.values or reason not in ClosingReason.values:
        raise Refused(_("Record how the case ended and why it is being closed."))
    if open_items:
        raise Refused(_("There are still open work items: finish or cancel them first."))


def check_can_end_with_a_death(now: State) -> None:
    """Check that a case is still open, which is all that its end by a death needs; raises ``Refused`` otherwise."""
    if now not in OPEN_STATES:
        raise Refused(_("This case is closed: reopen it first."))
