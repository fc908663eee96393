"""Who may complete, cancel or change a work item, and when something that runs out is due a warning. Pure."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from suone.ground.access.errors import Refused


def check_can_complete(
    *, is_open: bool, is_settled_by_act: bool, is_addressed: bool, leads: bool, addressed: str, reason: str
) -> None:
    """Raise ``Refused`` unless an item may be completed: by the addressed institution, or by the lead with a reason.

    ``addressed`` is the short name of the institution, for the message.
    """
    if not is_open:
        raise Refused(_("This work item is no longer open."))
    _check_by_hand(is_settled_by_act)
    if is_addressed:
        return
    if not leads:
        raise Refused(
            _("This work item belongs to %(institution)s: only they complete it.") % {"institution": addressed}
        )
    _check_reason(reason, addressed)


def check_can_cancel(
    *,
    is_open: bool,
    is_settled_by_act: bool,
    is_addressed: bool,
    is_controlling: bool,
    leads: bool,
    addressed: str,
    reason: str,
) -> None:
    """Raise ``Refused`` unless an item may be cancelled: by the addressed institution, or with a reason by the
    controlling institution or the lead.
    """
    if not is_open:
        raise Refused(_("This work item is no longer open."))
    _check_by_hand(is_settled_by_act)
    if is_addressed:
        return
    if not (leads or is_controlling):
        raise Refused(_("This work item belongs to %(institution)s: ask them.") % {"institution": addressed})
    _check_reason(reason, addressed)


def check_can_change(
    *, is_open: bool, is_settled_by_act: bool, is_addressed: bool, is_controlling: bool, leads: bool, addressed: str
) -> None:
    """Raise ``Refused`` unless an item may be postponed, reassigned or reopened.

    The addressed and the controlling institution and the lead may.
    """
    if not is_open:
        _check_by_hand(is_settled_by_act)
    if not (is_addressed or is_controlling or leads):
        raise Refused(_("This work item belongs to %(institution)s: ask them.") % {"institution": addressed})


def check_can_reopen(*, is_open: bool) -> None:
    """Raise ``Refused`` if there is nothing to reopen."""
    if is_open:
        raise Refused(_("This work item is open."))


def warning_due(*, valid_until: date, on: date, warn_days: Iterable[int], warned: int | None) -> int | None:
    """Which warning is due, in days before the last day: the nearest one not given yet; None if none is due."""
    left = (valid_until - on).days
    reached = [step for step in warn_days if 0 <= left <= step]
    step = min(reached, default=None)
    return step if step is not None and (warned is None or step < warned) else None


def _check_by_hand(is_settled_by_act: bool) -> None:
    if is_settled_by_act:
        raise Refused(_("This work item is completed by an act in the case and cannot be ticked off by hand."))


def _check_reason(reason: str, addressed: str) -> None:
    if not reason.strip():
        raise Refused(_("Give the reason: %(institution)s will be notified.") % {"institution": addressed})
