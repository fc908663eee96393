"""A staff member's messages."""

from suone.ground.access.acting import Acting
from suone.records.inbox.models import Digest, Message, Preference

MOST = 99


def messages_of(acting: Acting, *, before_id: int | None = None, most: int = 50) -> list[Message]:
    """The acting person's messages, newest first; ``before_id`` pages backwards."""
    messages = Message.objects.filter(staff_id=acting.own_staff_id)
    if before_id is not None:
        messages = messages.filter(pk__lt=before_id)
    return list(messages.select_related("dossier", "by_institution").order_by("-pk")[:most])


def unread_count(acting: Acting) -> int:
    """How many of the acting person's messages are unread, counted up to ``MOST`` + 1."""
    return Message.objects.filter(staff_id=acting.own_staff_id, read_at=None)[: MOST + 1].count()


def preference_of(acting: Acting) -> Digest:
    """Whether the acting person gets the daily mail; they do by default."""
    preference = Preference.objects.filter(staff_id=acting.own_staff_id).first()
    return Digest(preference.digest) if preference else Digest.DAILY
