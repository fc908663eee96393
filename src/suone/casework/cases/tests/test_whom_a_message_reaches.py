"""Whom a message reaches: the staff of the region and of the case, once; and nobody who has left."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from suone.casework.cases.models import Participant
from suone.casework.cases.queries import people_of, possible_leads
from suone.casework.cases.rules import NoteKind
from suone.casework.cases.services import write_note
from suone.casework.leading.tests.factories import activate, do, notify
from suone.ground.access.acting import acting_for_job
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.ground.mail.services import send_waiting
from suone.organisation.appointments.models import Absence, Appointment, ContactPerson
from suone.organisation.appointments.tests.factories import acting, client_of, make_staff
from suone.organisation.institutions.models import Region
from suone.records.consents.tests.factories import WORK, Cast, line
from suone.records.dossiers.models import Event
from suone.records.inbox.models import Message
from suone.records.inbox.services import notify_institutions, notify_staff, send_digests
from suone.records.workitems.models import WorkItem
from suone.records.workitems.services import complete

pytestmark = pytest.mark.django_db


def _notified(act: str) -> list[int]:
    return sorted(Message.objects.filter(act=act).values_list("staff_id", flat=True))


@kept
def elsewhere(cast: Cast) -> list[Appointment]:
    """A contact person of each institution in four other regions."""
    found = []
    for code in ("oberwallis", "sitten", "martinach", "monthey"):
        region = Region.objects.create(code=code, name_de=code, name_fr=code)
        for institution in (cast.coordinator.institution, cast.adviser.institution, cast.worker.institution):
            staff = make_staff(institution, Role.CONTACT_PERSON, last_name=f"{code}{institution.code}")
            ContactPerson.objects.filter(staff=staff).update(region=region)
            found.append(staff)
    ContactPerson.objects.filter(staff__in=[cast.coordinator, cast.adviser, cast.worker]).update(region=cast.region)
    return found


def test_a_case_with_three_institutions_notifies_nobody_outside_its_region(
    cast: Cast, elsewhere: list[Appointment]
) -> None:
    case = notify(cast, line(cast.adviser, WORK), line(cast.worker, WORK))

    outside = {staff.pk for staff in elsewhere}
    notified = list(Message.objects.filter(dossier_id=case.pk).values_list("act", "staff_id"))
    assert notified
    assert outside.isdisjoint(staff_id for _act, staff_id in notified)
    assert len(notified) == len(set(notified))  # once for each act


def test_whoever_follows_the_case_is_notified_beside_the_contact_person_of_the_region(
    cast: Cast, elsewhere: list[Appointment]
) -> None:
    case = activate(cast)
    follower = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Follower")
    ContactPerson.objects.filter(staff=follower).delete()
    Participant.objects.filter(dossier_id=case.pk, institution=cast.worker.institution).update(staff=follower)
    job = acting_for_job("test")

    with acting_as(job):
        notify_institutions(job, institution_ids=[cast.worker.institution_id], act="case.closed", dossier=case.dossier)

    assert _notified("case.closed") == sorted([cast.worker.pk, follower.pk])


def test_in_place_of_whoever_has_left_the_contact_person_is_notified_by_mail_too(cast: Cast) -> None:
    leaver = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Leaver")
    job = acting_for_job("test")
    with acting_as(job):
        notify_staff(job, staff_ids=[leaver.pk], act="case.reopened", dossier=None)
    Appointment.objects.filter(pk=leaver.pk).update(active_until=timezone.localdate() - timedelta(days=1))
    ContactPerson.objects.filter(staff=leaver).delete()

    with acting_as(job):
        notify_staff(job, staff_ids=[leaver.pk], act="case.closed", dossier=None)
        send_digests(job)
    send_waiting()

    assert _notified("case.closed") == [cast.worker.pk]
    assert leaver.user is not None
    assert leaver.user.email not in {address for sent in mail.outbox for address in sent.to}


def test_what_a_deputy_does_names_the_colleague_who_is_away_in_log_timeline_and_pages(cast: Cast) -> None:
    case = activate(cast)
    today = timezone.localdate()
    deputy = make_staff(cast.coordinator.institution, Role.REGIONAL_COORDINATOR, last_name="Standing")
    other = make_staff(cast.coordinator.institution, Role.REGIONAL_COORDINATOR, last_name="Other")

    def note(by: Appointment) -> tuple[int | None, int | None]:
        kind = NoteKind.NOTE
        do(by, write_note, dossier=case.dossier, text="x", category=DataCategory.ADMINISTRATIVE, kind=kind)
        [logged] = Entry.objects.filter(act="case.note_written").order_by("-pk")[:1]
        [event] = Event.objects.filter(dossier_id=case.pk).order_by("-pk")[:1]
        return logged.on_behalf_of, event.on_behalf_of_id

    there = note(deputy)
    Absence.objects.create(staff=cast.coordinator, deputy=deputy, first_day=today, last_day=today)
    away, own, others = note(deputy), note(cast.coordinator), note(other)
    Participant.objects.create(
        dossier_id=case.pk, institution=deputy.institution, staff=deputy, state="taking_part", since=today
    )
    follows = note(deputy)

    assert (there, own, others, follows) == ((None, None),) * 4
    assert away == (cast.coordinator.pk, cast.coordinator.pk)
    page = client_of(cast.coordinator).get(f"/dossiers/{case.pk}/").content.decode()
    assert page.count("for Ada Coordinator, who is away") == 1
    officer = make_staff(cast.coordinator.institution, Role.DATA_PROTECTION_OFFICER, last_name="Officer")
    log = client_of(officer).get("/log/?act=case.note_written").content.decode()
    assert log.count("for Ada Coordinator, who is away") == 1


def test_a_work_item_that_a_deputy_completes_names_whose_it_was(cast: Cast) -> None:
    case = activate(cast)
    today = timezone.localdate()
    deputy = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Standing")
    item = WorkItem.objects.create(
        dossier_id=case.pk, category=DataCategory.ADMINISTRATIVE, title="x", language="de", due_on=today,
        addressed=cast.worker.institution, controlling=cast.worker.institution, assigned=cast.worker,
        asked_by=cast.worker,
    )  # fmt: skip
    Absence.objects.create(staff=cast.worker, deputy=deputy, first_day=today, last_day=today)

    do(deputy, complete, item=item)

    [logged] = Entry.objects.filter(object_type="workitem", object_id=item.pk)
    assert (logged.staff_id, logged.on_behalf_of) == (deputy.pk, cast.worker.pk)


def test_the_case_says_that_its_lead_has_left_or_is_away_and_who_stands_in(cast: Cast) -> None:
    case = activate(cast)
    today = timezone.localdate()
    deputy = make_staff(cast.coordinator.institution, Role.REGIONAL_COORDINATOR, last_name="Standing")
    Absence.objects.create(staff=cast.coordinator, deputy=deputy, first_day=today, last_day=today)

    def lead() -> tuple[str, str]:
        with acting_as(acting(cast.worker)):
            [found] = [person for person in people_of(case, on=today) if person.is_lead]
        return found.absence, found.deputy

    away = lead()
    Absence.objects.all().delete()
    there = lead()
    Appointment.objects.filter(pk=cast.coordinator.pk).update(ended_at=timezone.now())
    left = lead()

    assert away[0].startswith("Away until")
    assert deputy.full_name in away[1]
    assert there == ("", "")
    assert left[0] == "No longer works here"
    assert deputy.full_name in left[1]  # the contact person of the institution
    with acting_as(acting(cast.worker)):
        assert cast.coordinator not in possible_leads(case)
