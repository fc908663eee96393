"""Mails about a log-in: kept as a letter for any address, sent by a job to those who have an account."""

import uuid
from dataclasses import dataclass

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from suone.access.acting import Acting, Kind, acting_for_job
from suone.access.database import acting_as
from suone.access.models import User
from suone.audit.models import RecordKind
from suone.audit.services import record
from suone.signin.acts import Act
from suone.signin.models import Letter
from suone.signin.rules import one_spelling

SENDING = "signin.send_letters"


@dataclass(frozen=True, slots=True)
class Mail:
    to: str
    subject: str
    lines: tuple[str, ...]

    def send(self) -> None:
        EmailMessage(subject=self.subject, body="\n".join(self.lines), to=[self.to]).send()


def keep_letter(kind: Letter.Kind, address: str) -> None:
    """Have whoever logs in with this address written to; the same statements whether there is anybody or not."""
    with acting_as(Acting(kind=Kind.PUBLIC, today=timezone.localdate())):
        # Plain INSERT without RETURNING: whoever writes a letter may not read the others.
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO signin_letter (id, kind, address) VALUES (%s, %s, %s)",
                [uuid.uuid4(), kind.value, address[:320]],
            )
        app.configure_task(SENDING).defer()


def send_letters() -> int:
    """Send what waits, each letter once; the number of mails. A letter to nobody is dropped."""
    acting = acting_for_job("signin: letters")
    with acting_as(acting):
        taken = list(
            Letter.objects.raw("DELETE FROM signin_letter RETURNING *")
        )  # at once: no letter goes to two workers
        mails = [mail for letter in taken for mail in _mails_of(acting, letter)]
    for mail in mails:  # after the commit: a worker that dies sends none twice
        mail.send()
    return len(mails)


def account_with(address: str) -> User | None:
    """The active account that logs in with this address, however it is spelled."""
    return User.objects.filter(email__iexact=one_spelling(address), is_active=True).first()


def _mails_of(acting: Acting, letter: Letter) -> list[Mail]:
    user = account_with(letter.address)
    if user is None:
        return []
    with translation.override(user.language):
        if letter.kind == Letter.Kind.PAUSED:
            record(acting, kind=RecordKind.LOG_IN, act=Act.PAUSED, about=("account", user.pk))
            return [_paused(user)]
        record(acting, kind=RecordKind.LOG_IN, act=Act.RESET_SENT, about=("account", user.pk))
        return [_reset(user)]


def _paused(user: User) -> Mail:
    lines = (
        _("Good day"),
        "",
        _("Several log-ins to your account failed in a row. It waits for a while before it can be tried again."),
        _("If it was you: wait, or use a passkey. If it was not you: nobody got in; tell your administrator."),
        "",
        settings.BASE_URL,
        settings.PRODUCT_NAME,
    )
    return Mail(user.email, _("Log-ins to your account failed"), lines)


def _reset(user: User) -> Mail:
    parts = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    lines = (
        _("Good day"),
        "",
        _("With this link you can set a new password for your account:"),
        settings.BASE_URL + reverse("account_reset_password_from_key", kwargs=parts),
        "",
        _("If you did not ask for it, you need not do anything."),
        settings.PRODUCT_NAME,
    )
    return Mail(user.email, _("A new password"), lines)
