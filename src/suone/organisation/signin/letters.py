"""Mails about a log-in: queued as a letter for any address, sent by a job if an account has it.

So the response does not reveal, by content or timing, whether there is an account.
"""

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

from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.models import User
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.signin.acts import Act
from suone.organisation.signin.models import Letter
from suone.organisation.signin.rules import one_spelling

SENDING = "signin.send_letters"


@dataclass(frozen=True, slots=True)
class Mail:
    to: str
    subject: str
    lines: tuple[str, ...]

    def send(self) -> None:
        EmailMessage(subject=self.subject, body="\n".join(self.lines), to=[self.to]).send()


def queue_letter(kind: Letter.Kind, address: str, *, link: str = "", language: str = "de") -> None:
    """Queue a mail to the account with this address; runs the same statements whether there is one or not."""
    with acting_as(Acting(kind=Kind.PUBLIC, today=timezone.localdate())):
        # Plain INSERT without RETURNING, since the app may not read letters here.
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO signin_letter (id, kind, address, link, language) VALUES (%s, %s, %s, %s, %s)",
                [uuid.uuid4(), kind.value, address[:320], link, language],
            )
        app.configure_task(SENDING).defer()


def send_letters() -> int:
    """Send waiting letters, each once, and return the number of mails; letters to unknown addresses are dropped."""
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
    """The active account with this address, in any spelling."""
    return User.objects.filter(email__iexact=one_spelling(address), is_active=True).first()


def _mails_of(acting: Acting, letter: Letter) -> list[Mail]:
    user = account_with(letter.address)
    with translation.override(user.language if user else letter.language):
        if letter.kind == Letter.Kind.CONFIRM:
            return [_taken(letter.address) if user else _confirm(letter)]
        if letter.kind == Letter.Kind.MOVED:
            return [_moved(letter.address)]
        if user is None:
            return []
        if letter.kind == Letter.Kind.PAUSED:
            record(acting, kind=RecordKind.LOG_IN, act=Act.PAUSED, about=("account", user.pk))
            return [_paused(user)]
        if letter.kind == Letter.Kind.FACTOR_GONE:
            return [_factor_gone(user)]
        record(acting, kind=RecordKind.LOG_IN, act=Act.RESET_SENT, about=("account", user.pk))
        return [_reset(user)]


def _confirm(letter: Letter) -> Mail:
    lines = (
        _("Good day"),
        "",
        _("With this link you confirm that you want to log in with this address from now on:"),
        settings.BASE_URL + letter.link,
        "",
        _("It is valid for one day. If you did not request it, you need not do anything."),
        settings.PRODUCT_NAME,
    )
    return Mail(letter.address, _("Confirm your new address"), lines)


def _taken(address: str) -> Mail:
    lines = (
        _("Good day"),
        "",
        _("Somebody wanted to use this address for another account. It belongs to yours: nothing was changed."),
        settings.PRODUCT_NAME,
    )
    return Mail(address, _("Your address was requested for another account"), lines)


def _moved(address: str) -> Mail:
    lines = (
        _("Good day"),
        "",
        _("An account that used this address for its log-in now uses another one."),
        _("If you did not change it, inform your administrator at once."),
        "",
        settings.BASE_URL,
        settings.PRODUCT_NAME,
    )
    return Mail(address, _("The address of your log-in was changed"), lines)


def _factor_gone(user: User) -> Mail:
    lines = (
        _("Good day"),
        "",
        _(
            "The second factor of your log-in was reset with the agreement of two administrators. Log in and set up a new one."
        ),
        _("If you did not request it, inform your administrator at once."),
        "",
        settings.BASE_URL,
        settings.PRODUCT_NAME,
    )
    return Mail(user.email, _("Your second factor was reset"), lines)


def _paused(user: User) -> Mail:
    lines = (
        _("Good day"),
        "",
        _("Several attempts to log in to your account failed in a row. Log-ins are paused for a while."),
        _("If it was you, wait or use a passkey. If it was not, nobody got in; inform your administrator."),
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
        _("If you did not request it, you need not do anything."),
        settings.PRODUCT_NAME,
    )
    return Mail(user.email, _("A new password"), lines)
