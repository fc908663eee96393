"""Whose a work item is, and who may say what became of it. Pure."""

from django.utils.translation import gettext as _

from suone.ground.access.errors import Refused


def check_can_complete(
    *, is_open: bool, is_settled_by_act: bool, is_addressed: bool, leads: bool, addressed: str, reason: str
) -> None:
    """The addressed institution completes it; the lead may in its place, with a reason that the institution reads."""
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
    """Whoever does it, whoever asked for it and the lead may say that it need not be done any more."""
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
    """Postponing and handing on are for whoever does it, whoever asked for it and the lead; so is taking up again."""
    if not is_open:
        _check_by_hand(is_settled_by_act)
    if not (is_addressed or is_controlling or leads):
        raise Refused(_("This work item belongs to %(institution)s: ask them.") % {"institution": addressed})


def _check_by_hand(is_settled_by_act: bool) -> None:
    if is_settled_by_act:
        raise Refused(_("An act settles this work item: do the act, and it is done."))


def _check_reason(reason: str, addressed: str) -> None:
    if not reason.strip():
        raise Refused(_("Give the reason: %(institution)s is told.") % {"institution": addressed})
