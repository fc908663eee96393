"""A whole caseload passes at once, and what never passes stays; what is left is in nobody's hands."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone, translation

from suone.casework.cases.models import Assignment, Case, Participant
from suone.casework.cases.queries import lead_of
from suone.casework.leading.tests.factories import activate
from suone.desk.administration import services
from suone.desk.administration.models import CaseloadPassing
from suone.desk.administration.queries import caseload_of, possible_successors
from suone.desk.administration.services import release_items_of_leavers
from suone.ground.access.acting import acting_for_job
from suone.ground.access.categories import ALL_CATEGORIES, HEALTH_BIT, DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, give, make_staff
from suone.records.consents.tests.factories import Cast, make_cast
from suone.records.dossiers.models import Event, Grant
from suone.records.dossiers.tests.factories import TRIAL, keep_act
from suone.records.inbox.models import Message
from suone.records.workitems.models import State, WorkItem
from suone.records.workitems.services import complete

pytestmark = pytest.mark.django_db


@kept
def cast() -> Cast:
    return make_cast()


@kept
def case(cast: Cast) -> Case:
    return activate(cast)


@kept
def administrator(cast: Cast) -> Appointment:
    return make_staff(cast.coordinator.institution, Role.OFFICE_ADMINISTRATOR, last_name="Administrator")


@kept
def successor(cast: Cast) -> Appointment:
    return make_staff(cast.coordinator.institution, Role.REGIONAL_COORDINATOR, last_name="Successor")


def _item(cast: Cast, case: Case, category: DataCategory = DataCategory.ADMINISTRATIVE) -> WorkItem:
    office = cast.coordinator.institution
    return WorkItem.objects.create(
        dossier_id=case.pk, category=category, title="x", language="de", due_on=timezone.localdate(),
        addressed=office, controlling=office, assigned=cast.coordinator, asked_by=cast.coordinator,
    )  # fmt: skip


def _pass_on(by: Appointment, leaver: Appointment, successor: Appointment) -> Any:
    who = acting(by)
    with acting_as(who):
        return services.pass_on(who, leaver=leaver, successor=successor)


def test_the_whole_caseload_passes_in_one_act_with_a_look_before_and_one_record_after(
    cast: Cast, case: Case, administrator: Appointment, successor: Appointment
) -> None:
    item, health = _item(cast, case), _item(cast, case, DataCategory.HEALTH)
    who = acting(administrator)
    with acting_as(who):
        before = caseload_of(cast.coordinator)

    looked = client_of(administrator).get(f"/appointments/{cast.coordinator.pk}/pass-on").content.decode()
    done = client_of(administrator).post(f"/appointments/{cast.coordinator.pk}/pass-on", {"successor": successor.pk})

    assert "Pass everything on" in looked
    assert done.status_code == 302
    assert (before.leads, before.health_items) == (1, 1)
    assert lead_of(case) == successor
    assert Assignment.objects.filter(dossier_id=case.pk, function="lead", valid_until=None).count() == 1
    item.refresh_from_db()
    health.refresh_from_db()
    assert (item.assigned, health.assigned) == (successor, cast.coordinator)
    [entry] = Entry.objects.filter(act="caseload.passed")
    assert entry.object_id == cast.coordinator.pk
    assert entry.details["to"] == successor.pk
    assert entry.details["leads"] == 1
    assert Message.objects.filter(act="caseload.passed", staff=successor).count() == 1


def test_each_case_says_by_whom_it_is_led_or_followed_from_now_on(
    cast: Cast, case: Case, administrator: Appointment
) -> None:
    Participant.objects.filter(dossier_id=case.pk, institution=cast.worker.institution).update(staff=cast.worker)
    theirs = make_staff(cast.worker.institution, Role.INSTITUTION_ADMINISTRATOR, last_name="Boss")
    follows = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Follows")
    leads = make_staff(cast.coordinator.institution, Role.CASE_MANAGER, last_name="Leads")
    with acting_as(acting_for_job("story")):
        Assignment.objects.create(
            dossier_id=case.pk, function="case_manager", staff=cast.coordinator, valid_from=timezone.now()
        )

    _pass_on(administrator, cast.coordinator, leads)
    _pass_on(theirs, cast.worker, follows)
    page = client_of(cast.worker).get(f"/dossiers/{case.pk}/").content.decode()

    entries = Event.objects.filter(dossier_id=case.pk, act__startswith="caseload.").order_by("act")
    assert [(one.act, one.text, one.staff, one.object_id) for one in entries] == [
        ("caseload.case_manager_passed", "Ada Leads", administrator, leads.pk),
        ("caseload.follower_passed", "Ada Follows", theirs, follows.pk),
        ("caseload.lead_passed", "Ada Leads", administrator, leads.pk),
    ]
    for sentence in ("Led from now on by a successor", "Case management from now on by a successor"):
        assert sentence in page
    assert Entry.objects.filter(act="caseload.passed").count() == 2  # one for each act, whatever it passed


def test_grants_to_a_named_person_never_pass(
    cast: Cast, case: Case, administrator: Appointment, successor: Appointment
) -> None:
    now = timezone.now()
    own = Grant.objects.filter(dossier_id=case.pk).first()
    assert own is not None
    named = Grant.objects.filter(pk=own.pk).values().get()
    named |= {"id": None, "institution_id": None, "staff_id": cast.coordinator.pk, "categories": ALL_CATEGORIES}
    named |= {"because": TRIAL, "because_id": 1, "valid_from": now, "valid_until": now + timedelta(days=9)}
    keep_act(1, case.pk, None, cast.coordinator.pk, ALL_CATEGORIES, named["power"], now, named["valid_until"])
    Grant.objects.create(**{name: value for name, value in named.items() if name != "period"})

    passed = _pass_on(administrator, cast.coordinator, successor)

    assert passed.named_grants == 1
    assert not Grant.objects.filter(staff=successor).exists()
    with acting_as(acting(successor)):
        assert not any(grant.categories & HEALTH_BIT for grant in Grant.objects.filter(staff=successor))


def test_only_the_administrator_passes_on_and_only_to_a_colleague_who_works_there(
    cast: Cast, case: Case, administrator: Appointment, successor: Appointment
) -> None:
    Appointment.objects.filter(pk=successor.pk).update(ended_at=timezone.now())
    colleague = make_staff(cast.coordinator.institution, Role.REGIONAL_COORDINATOR, last_name="Colleague")

    with translation.override("en"):
        for who in (colleague, cast.worker, cast.coordinator):
            with pytest.raises(Refused, match="Only an administrator"):
                _pass_on(who, cast.coordinator, colleague)
        steering = make_staff(cast.coordinator.institution, Role.STEERING, last_name="Steering")
        for whom in (successor, cast.worker, cast.coordinator, steering):
            with pytest.raises(Refused, match="of the same institution who may lead cases"):
                _pass_on(administrator, cast.coordinator, whom)
    assert lead_of(case) == cast.coordinator


def _pass_on_in_sql(by: Appointment, leaver: Appointment, successor: Appointment) -> None:
    with transaction.atomic(), acting_as(acting(by)), connection.cursor() as cursor:
        cursor.execute("SELECT administration_pass_on(%s, %s)", [leaver.pk, successor.pk])


def test_who_gave_a_caseload_to_whom_is_kept_and_shown(
    cast: Cast, case: Case, administrator: Appointment, successor: Appointment
) -> None:
    _item(cast, case)

    _pass_on(administrator, cast.coordinator, successor)

    kept = CaseloadPassing.objects.get()
    assert (kept.given_by, kept.given_by_account_id) == (administrator, administrator.user_id)
    assert (kept.leaver, kept.successor, kept.successor_account_id) == (cast.coordinator, successor, successor.user_id)
    assert (kept.institution, kept.leads, kept.items >= 1) == (cast.coordinator.institution, 1, True)
    assert Entry.objects.get(act="caseload.passed").details["passing"] == kept.pk
    page = client_of(administrator).get(f"/appointments/{cast.coordinator.pk}").content.decode()
    assert re.search(r"to Ada Successor on [^<]+, by Ada Administrator", page)


def test_the_database_passes_no_caseload_to_whoever_passes_it(cast: Cast, case: Case, successor: Appointment) -> None:
    mine = make_staff(
        cast.coordinator.institution, Role.OFFICE_ADMINISTRATOR, Role.REGIONAL_COORDINATOR, last_name="Both"
    )
    again = Appointment.objects.create(institution=mine.institution, first_name="Not", last_name="Yet")
    give(again, Role.REGIONAL_COORDINATOR)

    for whom in (mine, again, cast.worker, cast.coordinator):
        with pytest.raises(IntegrityError, match=r"successor works at the same|nobody passes"):
            _pass_on_in_sql(mine, cast.coordinator, whom)
        with pytest.raises(Refused, match="you cannot pass a caseload on to yourself"):
            _pass_on(mine, cast.coordinator, whom)
    with pytest.raises(ProgrammingError, match="not yours to pass on"):
        _pass_on_in_sql(successor, cast.coordinator, successor)
    assert lead_of(case) == cast.coordinator
    with acting_as(acting(mine)):
        assert list(possible_successors(acting(mine), cast.coordinator)) == [successor]
    _pass_on_in_sql(mine, cast.coordinator, successor)
    assert lead_of(case) == successor


def test_the_app_keeps_no_passing_by_itself(cast: Cast, administrator: Appointment, successor: Appointment) -> None:
    values = {
        "institution_id": administrator.institution_id, "leaver_id": cast.coordinator.pk, "successor_id": successor.pk,
        "successor_account_id": successor.user_id, "given_by_id": administrator.pk, "leads": 0, "followed": 0,
        "given_by_account_id": administrator.user_id, "given_at": timezone.now(), "items": 0, "requests": 0,
        "meetings": 0,
    }  # fmt: skip
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(acting(administrator)):
        CaseloadPassing.objects.create(**values)
    values |= {"successor_account_id": administrator.user_id}
    with pytest.raises(IntegrityError, match="caseload_passes_to_another_account"), transaction.atomic():
        CaseloadPassing.objects.create(**values)


@pytest.mark.parametrize("at_once", [True, False])
def test_ending_leaves_open_items_unassigned_notifies_the_office_and_keeps_the_name_on_done_ones(
    cast: Cast, case: Case, administrator: Appointment, at_once: bool
) -> None:
    items = [_item(cast, case) for _number in range(4)]
    contact = make_staff(cast.coordinator.institution, Role.REGIONAL_COORDINATOR, last_name="Contact")
    for item in items[:2]:
        who = acting(cast.coordinator)
        with acting_as(who):
            complete(who, item=item)

    if at_once:
        who = acting(administrator)
        with acting_as(who):
            services.end_appointment(who, appointment=cast.coordinator, last_day=None)
    else:
        Appointment.objects.filter(pk=cast.coordinator.pk).update(active_until=timezone.localdate() - timedelta(days=1))
        job = acting_for_job("test")
        with acting_as(job):
            assert release_items_of_leavers(job) == 1
            assert release_items_of_leavers(job) == 0

    kept = WorkItem.objects.filter(pk__in=[item.pk for item in items]).order_by("pk")
    assert [one.assigned_id for one in kept] == [cast.coordinator.pk] * 2 + [None] * 2
    assert {one.done_by_id for one in kept if one.state == State.DONE} == {cast.coordinator.pk}
    assert Entry.objects.get(act="caseload.left").details == {"items": 2}
    assert Message.objects.filter(act="caseload.left", staff=contact).count() == 1
    assert not Message.objects.filter(act="caseload.left", staff=cast.coordinator).exists()


def test_a_last_day_to_come_leaves_the_items_where_they_are(cast: Cast, case: Case, administrator: Appointment) -> None:
    item = _item(cast, case)
    who = acting(administrator)

    with acting_as(who):
        services.end_appointment(who, appointment=cast.coordinator, last_day=timezone.localdate())

    item.refresh_from_db()
    assert item.assigned == cast.coordinator
