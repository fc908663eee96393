"""Joining two keys that are one person, and parting them."""

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.access.kept_settings import keep_text
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.records.persons.acts import Act
from suone.records.persons.models import Joining
from suone.records.persons.queries import keys_of


def join(acting: Acting, *, one_id: int, other_id: int, reason: str) -> int:
    """Record that two keys are one person: nothing is merged, both files keep their data, and it can be undone.

    Returns the number of the joining. Raises ``Refused`` without a reason, or if the keys are joined already.
    """
    if not reason.strip():
        raise Refused(_("Give a reason, so that others can understand the decision."))
    if other_id in keys_of(one_id):
        raise Refused(_("These already count as one person."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT persons_join(%s, %s, %s)", [one_id, other_id, reason.strip()])
        joining_id: int = cursor.fetchone()[0]
    for person_id in (one_id, other_id):
        record(acting, kind=RecordKind.CHANGE, act=Act.JOINED, person_id=person_id, about=("joining", joining_id))
    return joining_id


def part(acting: Acting, *, joining: Joining, reason: str) -> None:
    """Undo a joining: the keys turned out to be two persons.

    Raises ``Refused`` without a reason, or if the joining was undone before.
    """
    if joining.parted_at is not None:
        raise Refused(_("These keys have already been parted."))
    if not reason.strip():
        raise Refused(_("Give a reason, so that others can understand the decision."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT persons_part(%s, %s)", [joining.pk, reason.strip()])
    for person_id in (joining.kept_id, joining.joined_id):
        record(acting, kind=RecordKind.CHANGE, act=Act.PARTED, person_id=person_id, about=("joining", joining.pk))


def keep_doubts_law(*, using: str) -> None:
    """Store the canton's law for clearing doubts in the database, as its owner: the app's role must not set it."""
    keep_text("persons_doubts_law", settings.DOUBTS_LAW, using=using)
