"""The kind of request by which a case asks an institution to take part."""

from collections.abc import Iterable

from django.db import connection
from django.utils.translation import gettext_lazy as _

from suone.casework.cases.services import PARTICIPATION, expire_participation
from suone.records.decisions.models import Decision, Kind


def lead_of(decision: Decision) -> Iterable[int | None]:
    """Return who leads the case of a request, also to an institution that cannot open the case."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_lead_of_request(%s)", [decision.pk])
        return [cursor.fetchone()[0]]


TO_TAKE_PART = Kind(
    code=PARTICIPATION,
    title=_("Request to take part"),
    to_answer=_("Answer the request to take part"),
    awaited=_("Answer to the request to take part"),
    address="answer_participation",
    concerned=lead_of,
    expired=expire_participation,
)
