"""The mail with a one-time link to an appointment: no password, no name, no word about a case."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _


def link_to(token: str) -> str:
    """The address at which an invitation is accepted."""
    return settings.BASE_URL + reverse("join", args=[token])


def send_invitation(*, address: str, institution: str, token: str, language: str) -> None:
    """Send the invitation after the transaction commits; if the mail is lost, a new link replaces it."""
    with translation.override(language):
        lines = [
            _("Good day"),
            "",
            _("%(institution)s invites you to work with %(product)s.")
            % {"institution": institution, "product": settings.PRODUCT_NAME},
            _("Follow this link within %(days)s days; it works once: %(address)s")
            % {"days": settings.INVITATION_DAYS, "address": link_to(token)},
            "",
            settings.PRODUCT_NAME,
        ]
        subject = _("Invitation")
    mail = EmailMessage(subject=subject, body="\n".join(lines), to=[address])
    transaction.on_commit(lambda: mail.send())
