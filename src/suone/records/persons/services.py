"""Joining two keys that are one person, and parting them."""

from django.conf import settings
from django.db import connection, connections
from django.utils.translation import gettext as _
from psycopg import sql

from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.records.persons.acts import Act
from suone.records.persons.models import Joining
from suone.records.persons.queries import keys_of


def join(acting: Acting, *, one_id: int, other_id: int, reason: str) -> int:
    """Two keys are one person: only that is noted, both sides keep what they recorded, and it can be undone."""
    if not reason.strip():
        raise Refused(_("Give a reason: the others want to understand it."))
    if other_id in keys_of(one_id):
        raise Refused(_("These are one person already."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT persons_join(%s, %s, %s)", [one_id, other_id, reason.strip()])
        joining_id: int = cursor.fetchone()[0]
    for person_id in (one_id, other_id):
        record(acting, kind=RecordKind.CHANGE, act=Act.JOINED, person_id=person_id, about=("joining", joining_id))
    return joining_id


def part(acting: Acting, *, joining: Joining, reason: str) -> None:
    """They were two persons after all: each key stands for itself again."""
    if joining.parted_at is not None:
        raise Refused(_("These keys have already been parted."))
    if not reason.strip():
        raise Refused(_("Give a reason: the others want to understand it."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT persons_part(%s, %s)", [joining.pk, reason.strip()])
    for person_id in (joining.kept_id, joining.joined_id):
        record(acting, kind=RecordKind.CHANGE, act=Act.PARTED, person_id=person_id, about=("joining", joining.pk))


def keep_doubts_law(*, using: str) -> None:
    """Let the database know the canton's law for clearing doubts; as its owner, since the app's role may not say it."""
    with connections[using].cursor() as cursor:
        answer = sql.SQL("SELECT {}::text").format(sql.Literal(settings.DOUBTS_LAW)).as_string(cursor.connection)
        statement = sql.SQL(
            "CREATE OR REPLACE FUNCTION persons_doubts_law() RETURNS text"
            " LANGUAGE sql STABLE SET search_path = public, pg_temp AS {}"
        ).format(sql.Literal(answer))
        cursor.execute(statement.as_string(cursor.connection))
