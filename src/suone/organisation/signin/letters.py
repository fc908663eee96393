"""Mails about a log-in: queued as a letter for any address, sent by a job if an account has it.

So the response does not reveal, by content or timing, whether there is an account.
"""

import uuid

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from suone.ground.access.acting import Acting, acting_for_job
from suone.ground.access.acting import Kind as ActorKind
from suone.ground.access.database import acting_as
from suone.ground.access.models import User
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.ground.mail import services as mails
from suone.ground.mail.composing import Text, composes
from suone.ground.mail.models import Kind, Mail
from suone.organisation.signin.acts import Act
from suone.organisation.signin.models import Letter
from suone.organisation.signin.rules import one_spelling

SENDING = "signin.send_letters"


def queue_letter(kind: Letter.Kind, address: str, *, link: str = "", language: str = "de") -> None:
    """Queue a mail to the account with this address; runs the same statements whether there is one or not."""
    with acting_as(Acting(kind=ActorKind.PUBLIC, today=timezone.localdate())):
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
        # At once: no letter goes to two workers.
        for letter in list(Letter.objects.raw("DELETE FROM signin_letter RETURNING *")):
            _post(acting, letter)
    return mails.send_waiting()


def account_with(address: str) -> User | None:
    """The active account with this address, in any spelling."""
    return User.objects.filter(email__iexact=one_spelling(address), is_active=True).first()


def _post(acting: Acting, letter: Letter) -> None:
    user = account_with(letter.address)
    language = user.language if user else letter.language
    if letter.kind == Letter.Kind.CONFIRM and user:
        mails.post(kind=Kind.TAKEN, address=letter.address, language=language)
    elif letter.kind in (Letter.Kind.CONFIRM, Letter.Kind.MOVED):
        mails.post(kind=Kind(letter.kind), address=letter.address, language=language, link=letter.link)
    elif user is not None:
        link = _link_of_reset(user) if letter.kind == Letter.Kind.RESET else ""
        mails.post(kind=Kind(letter.kind), address=user.email, language=language, link=link)
        if letter.kind in _LOGGED:
            record(acting, kind=RecordKind.LOG_IN, act=_LOGGED[letter.kind], about=("account", user.pk))


_LOGGED: dict[str, Act] = {Letter.Kind.PAUSED: Act.PAUSED, Letter.Kind.RESET: Act.RESET_SENT}


def _link_of_reset(user: User) -> str:
    parts = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=parts)


@composes(Kind.CONFIRM)
def _confirm(mail: Mail) -> Text:
    lines = (
        _("Good day"),
        "",
        _("With this link you confirm that you want to log in with this address from now on:"),
        settings.BASE_URL + mail.link,
        "",
        _("It is valid for one day. If you did not request it, you need not do anything."),
        settings.PRODUCT_NAME,
    )
    return Text(_("Confirm your new address"), lines)


@composes(Kind.TAKEN)
def _taken(_mail: Mail) -> Text:
    lines = (
        _("Good day"),
        "",
        _("Somebody wanted to use this address for another account. It belongs to yours: nothing was changed."),
        settings.PRODUCT_NAME,
    )
    return Text(_("Your address was requested for another account"), lines)


@composes(Kind.MOVED)
def _moved(_mail: Mail) -> Text:
    lines = (
        _("Good day"),
        "",
        _("An account that used this address for its log-in now uses another one."),
        _("If you did not change it, inform your administrator at once."),
        "",
        settings.BASE_URL,
        settings.PRODUCT_NAME,
    )
    return Text(_("The address of your log-in was changed"), lines)


@composes(Kind.FACTOR_GONE)
def _factor_gone(_mail: Mail) -> Text:
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
    return Text(_("Your second factor was reset"), lines)


@composes(Kind.PAUSED)
def _paused(_mail: Mail) -> Text:
    lines = (
        _("Good day"),
        "",
        _("Several attempts to log in to your account failed in a row. Log-ins are paused for a while."),
        _("If it was you, wait or use a passkey. If it was not, nobody got in; inform your administrator."),
        "",
        settings.BASE_URL,
        settings.PRODUCT_NAME,
    )
    return Text(_("Log-ins to your account failed"), lines)


@composes(Kind.RESET)
def _reset(mail: Mail) -> Text:
    lines = (
        _("Good day"),
        "",
        _("With this link you can set a new password for your account:"),
        settings.BASE_URL + mail.link,
        "",
        _("If you did not request it, you need not do anything."),
        settings.PRODUCT_NAME,
    )
    return Text(_("A new password"), lines)
