"""Looking up mails that did not arrive."""

from datetime import datetime

from django.db import connection
from django.http import Http404

from suone.ground.mail.models import UNDECIDED, Mail

MOST = 200


def undecided_mails() -> list[Mail]:
    """Mails that were refused, could not be written, are unclear or were not sent in time, the newest first; at most ``MOST``."""
    return list(Mail.objects.filter(state__in=UNDECIDED).order_by("-at", "pk")[:MOST])


def undecided_mail(mail_id: int) -> Mail:
    """One of them; raises ``Http404`` for any other."""
    mail = Mail.objects.filter(pk=mail_id, state__in=UNDECIDED).first()
    if mail is None:
        raise Http404
    return mail


def waiting_mails() -> tuple[int, datetime | None]:
    """How many mails wait for the mail server, and since when the oldest does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT mails, since FROM mail_waiting()")
        mails, since = cursor.fetchone()
    return mails, since
