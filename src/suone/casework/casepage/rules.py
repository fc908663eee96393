"""When everybody may be informed. Pure."""

from django.utils.translation import gettext as _

from suone.ground.access.errors import Refused


def check_can_inform(text: str, *, reached: int) -> None:
    """A message to everybody says something, and reaches somebody."""
    if not text.strip():
        raise Refused(_("Write what everybody should know."))
    if not reached:
        raise Refused(_("Nobody else may read this data category: choose another one, or widen the consent first."))
