"""Recording first advice, and starting a notification or hand-over from it without retyping."""

from datetime import date
from typing import Any

from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from suone.casework.advice import rules
from suone.casework.advice.acts import Act
from suone.casework.advice.models import Advice
from suone.casework.advice.rules import LedTo
from suone.casework.cases.models import Draft
from suone.casework.cases.services import keep_draft
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Conflict
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.institutions.models import Region


def give_advice(
    acting: Acting,
    *,
    on: date,
    asker: str,
    channel: str,
    topic: str,
    minutes: int,
    region: Region | None = None,
    is_anonymous: bool = False,
    first_name: str = "",
    last_name: str = "",
    contact: str = "",
    category: int = 10,
    note: str = "",
) -> Advice:
    """Record a first advice; raises ``Refused`` as ``rules.check_can_give`` says."""
    _check(acting, on, minutes, is_anonymous, f"{first_name}{last_name}", contact, category)
    advice: Advice = Advice.objects.create(
        institution_id=acting.own_institution_id,
        staff_id=acting.own_staff_id,
        on=on,
        asker=asker,
        channel=channel,
        topic=topic,
        minutes=minutes,
        region=region,
        is_anonymous=is_anonymous,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        contact=contact.strip(),
        category=category,
        note=note.strip(),
        language=(translation.get_language() or "de")[:2],
    )
    _record_event(acting, advice, Act.GIVEN, RecordKind.STORE)
    return advice


def correct_advice(acting: Acting, *, advice: Advice, version: int, **changes: Any) -> None:
    """Correct an advice; raises ``Conflict`` with both texts when a colleague saved first."""
    _check(
        acting,
        changes["on"],
        changes["minutes"],
        changes["is_anonymous"],
        f"{changes['first_name']}{changes['last_name']}",
        changes["contact"],
        changes["category"],
    )
    kept = Advice.objects.filter(pk=advice.pk, version=version).update(**changes, version=F("version") + 1)
    if not kept:
        advice.refresh_from_db()
        label = str(_("Note"))
        raise Conflict(current={label: advice.note}, submitted={label: str(changes["note"])}, about=advice)
    _record_event(acting, advice, Act.CORRECTED, RecordKind.CHANGE)


def begin_notification(acting: Acting, *, advice: Advice) -> Draft:
    """Start a draft notification from an advice; consent and other details follow there."""
    data = _known(advice) | {"question": advice.note}
    return _begin(acting, advice, data, "notification", LedTo.NOTIFICATION, Act.TO_NOTIFICATION)


def begin_handover(acting: Acting, *, advice: Advice) -> Draft:
    """Start a draft hand-over from an advice."""
    data = _known(advice) | {"message": advice.note, "category": advice.category}
    return _begin(acting, advice, data, "handover", LedTo.HANDOVER, Act.TO_HANDOVER)


def _begin(acting: Acting, advice: Advice, data: dict[str, Any], kind: str, led_to: LedTo, act: Act) -> Draft:
    draft = keep_draft(acting, draft=None, data=data, version=0, kind=kind)
    Advice.objects.filter(pk=advice.pk).update(led_to=led_to)
    _record_event(acting, advice, act, RecordKind.CHANGE)
    return draft


def _known(advice: Advice) -> dict[str, Any]:
    """Return the data about the person concerned: none for anonymous advice or when somebody else asked."""
    is_person = advice.asker == rules.Asker.CITIZEN and not advice.is_anonymous
    names = {"first_name": advice.first_name, "last_name": advice.last_name} if is_person else {}
    return names | ({"region": advice.region_id} if advice.region_id else {})


def _check(acting: Acting, on: date, minutes: int, is_anonymous: bool, name: str, contact: str, category: int) -> None:
    rules.check_can_give(
        on=on,
        minutes=minutes,
        is_anonymous=is_anonymous,
        name=name,
        contact=contact,
        category=category,
        today=acting.today,
    )


def _record_event(acting: Acting, advice: Advice, act: Act, kind: RecordKind) -> None:
    record(acting, kind=kind, act=act, about=("advice", advice.pk))
