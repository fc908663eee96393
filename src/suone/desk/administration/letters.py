"""The mail with a one-time link to an appointment: no password, no name, no word about a case."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.ground.mail.composing import Text, composes
from suone.ground.mail.models import Kind, Mail
from suone.ground.mail.services import post
from suone.organisation.institutions.models import Institution


def link_to(token: str) -> str:
    """The address at which an invitation is accepted."""
    return settings.BASE_URL + reverse("join", args=[token])


def send_invitation(*, address: str, institution: Institution, token: str, language: str) -> None:
    """Post the invitation; if the mail is lost, a new link replaces it."""
    link = reverse("join", args=[token])
    post(kind=Kind.INVITATION, address=address, language=language, link=link, institution_id=institution.pk)


@composes(Kind.INVITATION)
def _invitation(mail: Mail) -> Text:
    institution = Institution.objects.get(pk=mail.institution_id or 0)
    lines = (
        _("Good day"),
        "",
        _("%(institution)s invites you to work with %(product)s.")
        % {"institution": institution, "product": settings.PRODUCT_NAME},
        _("Follow this link within %(days)s days; it works once: %(address)s")
        % {"days": settings.INVITATION_DAYS, "address": settings.BASE_URL + mail.link},
        "",
        settings.PRODUCT_NAME,
    )
    return Text(_("Invitation"), lines)
