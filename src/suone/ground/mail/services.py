"""Posting mails, handing them to the mail server, and deciding about those that did not arrive."""

import logging
import secrets
import smtplib
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.ground.mail.acts import Act
from suone.ground.mail.composing import text_of
from suone.ground.mail.models import UNDECIDED, Kind, Mail, State

# How long a mail is worth sending (defaults of the product): what it says is old afterwards, or its link has expired.
_WORTH_SENDING = {
    Kind.DIGEST: timedelta(hours=12),
    Kind.RESET: timedelta(hours=1),
    Kind.CONFIRM: timedelta(days=1),
}
_WORTH_SENDING_OTHERWISE = timedelta(days=3)
WITH_LINK = (Kind.INVITATION, Kind.RESET, Kind.CONFIRM)
_LONGEST_PAUSE = 60  # minutes between two attempts to reach the mail server
_DIED = timedelta(minutes=10)  # a mail that is being handed over for so long: its worker died
_log = logging.getLogger("suone.ground.mail")
_TRANSIENT = range(400, 500)  # RFC 5321, 4.2.1: the server did not take it, and may later


def post(
    *,
    kind: Kind,
    address: str,
    language: str,
    link: str = "",
    number: int | None = None,
    institution_id: int | None = None,
) -> None:
    """Keep a mail in the transaction of the act that causes it; it is sent after the commit."""
    # Plain INSERT without RETURNING, since whoever posts may not read mails.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mail_mail (kind, address, language, link, number, institution_id, expires_at, state, attempts)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, 'waiting', 0)",
            [kind.value, address[:320], language, link, number, institution_id, timezone.now() + _worth(kind)],
        )


def send_waiting() -> int:
    """Hand over what waits, one mail at a time; returns how many were handed over.

    Each mail is marked in a transaction of its own before and after. If the mail server cannot be reached, the rest
    waits; a mail that it refuses, that cannot be written, or about which nothing certain is known, stops no other.
    """
    handed_over = 0
    while (mail := _take()) is not None:
        result = _hand_over(mail)
        _keep(mail, result)
        handed_over += result.state is State.HANDED_OVER
        if result.server_is_away:
            break
    return handed_over


def mark_unclear() -> int:
    """Mark mails whose worker died while handing them over, and those that nobody could send in time."""
    with acting_as(acting_for_job("mail: what became of mails")):
        now = timezone.now()
        died = Mail.objects.filter(state=State.SENDING, tried_at__lt=now - _DIED).update(state=State.UNCLEAR, link="")
        late = Mail.objects.filter(state=State.WAITING, expires_at__lt=now).update(state=State.TOO_LATE, link="")
    return died + late


def forget_old() -> int:
    """Delete mails of more than ``SUONE_MAIL_DAYS`` days ago, whatever became of them; returns how many."""
    with acting_as(acting_for_job("mail: old mails")):
        old = Mail.objects.filter(at__lt=timezone.now() - timedelta(days=settings.MAIL_DAYS))
        return old.delete()[0]


def send_again(acting: Acting, *, mail: Mail) -> None:
    """Let a mail that was refused, or about which nothing is certain, be sent once more; it may arrive twice.

    Raises ``Refused`` for one with a link, which was not kept.
    """
    if mail.kind in WITH_LINK:
        raise Refused(_("The link of this mail was not kept. Whoever asked for it asks again, or invites again."))
    _decide(acting, mail, State.WAITING, Act.SENT_AGAIN)


def leave(acting: Acting, *, mail: Mail) -> None:
    """Leave a mail that did not arrive, or may not have arrived, as it is."""
    _decide(acting, mail, State.LEFT, Act.LEFT)


def _worth(kind: Kind) -> timedelta:
    return _WORTH_SENDING.get(kind, _WORTH_SENDING_OTHERWISE)


def _decide(acting: Acting, mail: Mail, state: State, act: Act) -> None:
    undecided = Mail.objects.filter(pk=mail.pk, state__in=UNDECIDED)
    again = {"retry_at": None, "expires_at": timezone.now() + _worth(Kind(mail.kind))}
    if not undecided.update(state=state, **(again if state is State.WAITING else {})):
        raise Refused(_("Somebody has decided about this mail meanwhile."))
    record(acting, kind=RecordKind.CHANGE, act=act, about=("mail", mail.pk), details={"was": mail.state})


@dataclass(frozen=True, slots=True)
class _Result:
    state: State
    code: int | None = None
    fault: str = ""
    server_is_away: bool = False


def _take() -> Mail | None:
    """The next waiting mail, marked as being handed over, so that no other worker takes it."""
    with acting_as(acting_for_job("mail: handing over")):
        taken = Mail.objects.raw(
            "UPDATE mail_mail SET state = 'sending', attempts = attempts + 1, tried_at = statement_timestamp()"
            " WHERE id = (SELECT id FROM mail_mail WHERE state = 'waiting' AND expires_at > statement_timestamp()"
            " AND (retry_at IS NULL OR retry_at <= statement_timestamp()) ORDER BY at, id LIMIT 1"
            " FOR UPDATE SKIP LOCKED) RETURNING *"
        )
        return next(iter(taken), None)


def _hand_over(mail: Mail) -> _Result:
    try:
        with acting_as(acting_for_job("mail: writing a mail")):
            text = text_of(mail)
        message = EmailMessage(text.subject, "\n".join(text.lines), to=[mail.address])
        message.message()  # a heading or an address that no mail can have is found here
    except (OperationalError, InterfaceError):
        raise  # the database is away: for all mails
    except Exception:
        return _not_written(mail)
    server = message.connection = get_connection(timeout=settings.EMAIL_TIMEOUT)
    try:
        server.open()
    except (OSError, smtplib.SMTPException):
        return _Result(State.WAITING, server_is_away=True)  # nothing was sent
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refused:
        return _refused(next(iter(refused.recipients.values()))[0])
    except smtplib.SMTPResponseException as refused:  # of the sender or of the content
        return _refused(refused.smtp_code)
    except (OSError, smtplib.SMTPException):
        return _Result(State.UNCLEAR)  # it may have arrived
    except ValueError:  # an address that no command of the protocol can name
        return _not_written(mail)
    finally:
        _hang_up(server)
    return _Result(State.HANDED_OVER)


def _not_written(mail: Mail) -> _Result:
    """The exception at hand goes into the program's log, under a word that the page of mails shows."""
    fault = secrets.token_hex(4)
    _log.exception("Fault %s: mail %s could not be written.", fault, mail.pk)
    return _Result(State.NOT_WRITTEN, fault=fault)


def _hang_up(server: object) -> None:
    """What happens after the answer changes nothing about it."""
    try:
        server.close()  # type: ignore[attr-defined]
    except (OSError, smtplib.SMTPException):
        return


def _refused(code: int) -> _Result:
    return _Result(State.WAITING if code in _TRANSIENT else State.REFUSED, code)


def _keep(mail: Mail, result: _Result) -> None:
    changes: dict[str, object] = {"state": result.state, "code": result.code, "fault": result.fault}
    if result.state is State.WAITING:
        pause = min(2 ** min(mail.attempts - 1, 10), _LONGEST_PAUSE)
        changes["retry_at"] = timezone.now() + timedelta(minutes=pause)
    else:
        changes["link"] = ""
    with acting_as(acting_for_job("mail: handing over")):
        Mail.objects.filter(pk=mail.pk, state=State.SENDING).update(**changes)
