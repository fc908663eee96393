"""When a message to everybody may be sent. Pure: no clock, no database."""

from django.utils.translation import gettext as _

from suone.ground.access.errors import Refused


def check_can_inform(text: str, *, reached: int) -> None:
    """Raise ``Refused`` for an empty message, or one that reaches nobody else."""
    if not text.strip():
        raise Refused(_("Write what everybody should know."))
    if not reached:
        raise Refused(_("Nobody else may read this data category: choose another one, or widen the consent first."))
