"""Notifying a young person before a consent, taking them up with it, discarding the notice, and destroying it in time."""

from django.conf import settings
from django.utils import translation

from suone.casework.cases.models import Draft
from suone.casework.cases.services import keep_draft
from suone.casework.youth import queries, rules
from suone.casework.youth.acts import Act
from suone.casework.youth.models import Notice
from suone.casework.youth.rules import Discarding
from suone.ground.access.acting import Acting
from suone.ground.access.kept_settings import keep_text
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.queries import staff_to_notify
from suone.organisation.institutions.models import Institution, Region
from suone.records.inbox.services import notify_staff


def notify_young_person(
    acting: Acting,
    *,
    receiver: Institution,
    first_name: str,
    last_name: str,
    birth_year: int | None = None,
    contact: str = "",
    concern: str = "",
    region: Region | None = None,
) -> Notice:
    """Notify a young person before there is a consent; the receiver alone learns of it and asks for the consent next.

    Raises ``Refused`` as ``rules.check_can_notify`` says. The notice is destroyed after the canton's days unless it is taken up.
    """
    law = queries.law()
    rules.check_can_notify(
        law=law,
        is_receiver=queries.possible_receivers(on=acting.today).filter(pk=receiver.pk).exists(),
        name=first_name + last_name,
        birth_year=birth_year,
        today=acting.today,
    )
    notice: Notice = Notice.objects.create(
        receiver=receiver,
        institution_id=acting.own_institution_id,
        staff_id=acting.own_staff_id,
        region=region,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        birth_year=birth_year,
        contact=contact.strip(),
        concern=concern.strip(),
        language=(translation.get_language() or "de")[:2],
        law=law,
        kept_until=rules.kept_until(settings.YOUTH_NOTICE_DAYS, on=acting.today),
    )
    record(
        acting,
        kind=RecordKind.DISCLOSE,
        act=Act.NOTIFIED,
        about=("youth", notice.pk),
        recipients=[receiver.pk],
        legal_basis=rules.LEGAL_BASIS,
        purpose=law,
    )
    informed = staff_to_notify({receiver.pk}, region.pk if region else None, on=acting.today)
    notify_staff(acting, staff_ids=informed, act=Act.NOTIFIED, dossier=None)
    return notice


def take_up(acting: Acting, *, notice: Notice) -> Draft:
    """Begin a notification with what the notice says, now that the young person consents; the notice is gone with it."""
    procedure = queries.procedure_of_youth(on=acting.today)
    draft = keep_draft(
        acting,
        draft=None,
        data={
            "first_name": notice.first_name,
            "last_name": notice.last_name,
            "date_of_birth": str(notice.birth_year or ""),
            "question": notice.concern,
            "region": notice.region_id,
            "procedure": procedure.pk if procedure else None,
            "recipients": [notice.receiver_id],
            "counted_for": notice.institution_id,
        },
        version=0,
    )
    _delete(acting, notice, Act.TAKEN_UP)
    return draft


def discard(acting: Acting, *, notice: Notice, reason: Discarding) -> None:
    """Discard a notice: it is destroyed at once, and only the kind of reason is recorded."""
    _delete(acting, notice, Act.DISCARDED, reason=reason.value)


def destroy_what_is_over(acting: Acting) -> int:
    """Destroy, as a daily job, every notice whose days are over; returns how many there were."""
    over = list(Notice.objects.filter(kept_until__lt=acting.today).order_by("pk"))
    for notice in over:
        _delete(acting, notice, Act.DESTROYED)
    return len(over)


def keep_law(*, using: str) -> None:
    """Store the canton's law in the database, as its owner: without one it keeps no notice, and the app's role cannot set it."""
    keep_text("youth_law", queries.law(), using=using)


def _delete(acting: Acting, notice: Notice, act: Act, **details: str) -> None:
    about = ("youth", notice.pk)
    Notice.objects.filter(pk=notice.pk).delete()
    record(acting, kind=RecordKind.DELETE, act=act, about=about, details=details or None)
