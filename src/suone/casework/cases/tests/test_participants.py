"""Around the table: asked once, answered once, and taking part opens nothing by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from suone.casework.cases import services
from suone.casework.cases.acts import Act
from suone.casework.cases.models import Assignment, Case, Function, Participant, ParticipantState
from suone.casework.cases.queries import Audience, audience, loads_of_colleagues, people_of, possible_leads
from suone.casework.cases.request_to_take_part import lead_of
from suone.casework.cases.rules import load
from suone.casework.leading.tests.factories import activate, ask, do
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Absence, Appointment, BodyMember, ContactPerson
from suone.organisation.appointments.tests.factories import acting, client_of, make_staff
from suone.organisation.institutions.models import Body, BodyKind, Region
from suone.records.consents.tests.factories import Cast, line
from suone.records.decisions.jobs import remind_about_requests
from suone.records.decisions.models import Decision
from suone.records.decisions.services import remind_and_expire
from suone.records.dossiers.models import Dossier, Event, Grant
from suone.records.inbox.models import Message


def state_of(case: Case, institution_id: int) -> str:
    return Participant.objects.filter(dossier=case.dossier, institution_id=institution_id).latest("pk").state


def current(case: Case, function: Function) -> list[int]:
    return list(
        Assignment.objects.filter(dossier=case.dossier, function=function, valid_until=None).values_list(
            "staff_id", flat=True
        )
    )


def test_an_institution_that_accepts_takes_part_and_names_who_follows(cast: Cast, active: Case) -> None:
    colleague = make_staff(cast.adviser.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    decision = ask(cast, active, cast.adviser)
    assert state_of(active, cast.adviser.institution_id) == ParticipantState.ASKED

    do(cast.adviser, services.answer_participation, decision=decision, accept=True, staff=colleague)

    participant = Participant.objects.get(institution=cast.adviser.institution)
    assert (participant.state, participant.staff_id) == (ParticipantState.TAKING_PART, colleague.pk)
    assert Event.objects.filter(dossier=active.dossier, act="case.participant_joined").count() == 1


def test_taking_part_opens_nothing(cast: Cast, active: Case) -> None:
    decision = ask(cast, active, cast.adviser)

    do(cast.adviser, services.answer_participation, decision=decision, accept=True)

    with acting_as(acting(cast.adviser)):
        assert not Dossier.objects.exists()
        assert not Case.objects.exists()
        assert Participant.objects.get().institution_id == cast.adviser.institution_id  # its own part, and no other


def test_an_institution_that_declines_says_why_on_the_timeline(cast: Cast, active: Case) -> None:
    decision = ask(cast, active, cast.adviser)

    do(cast.adviser, services.answer_participation, decision=decision, accept=False, reason="Not our client")

    participant = Participant.objects.get(institution=cast.adviser.institution)
    assert (participant.state, participant.staff_id) == (ParticipantState.DECLINED, None)
    assert Event.objects.get(act="case.participant_declined").text == "Not our client"


def test_a_second_answer_changes_nothing(cast: Cast, active: Case) -> None:
    decision = ask(cast, active, cast.adviser)
    do(cast.adviser, services.answer_participation, decision=decision, accept=False, reason="Not our client")

    with pytest.raises(Conflict):
        do(cast.adviser, services.answer_participation, decision=decision, accept=True)

    assert state_of(active, cast.adviser.institution_id) == ParticipantState.DECLINED


def test_nobody_is_asked_twice_but_whoever_declined_may_be_asked_again(cast: Cast, active: Case) -> None:
    decision = ask(cast, active, cast.adviser)
    with pytest.raises(Refused, match="has already been asked"):
        ask(cast, active, cast.adviser)
    with pytest.raises(Refused, match="already takes part"):
        ask(cast, active, cast.worker)

    do(cast.adviser, services.answer_participation, decision=decision, accept=False, reason="Not now")

    assert ask(cast, active, cast.adviser).pk != decision.pk


def test_the_database_refuses_the_same_institution_twice(cast: Cast, active: Case) -> None:
    with pytest.raises(IntegrityError, match="participant_once_per_case"), transaction.atomic():
        Participant.objects.create(
            dossier=active.dossier,
            institution=cast.worker.institution,
            state=ParticipantState.ASKED,
            since=timezone.localdate(),
        )


def test_whoever_does_not_lead_asks_nobody(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser))

    with pytest.raises(Refused, match="Only institutions that lead the case"):
        do(
            cast.adviser,
            services.ask_to_take_part,
            case=case,
            institution=cast.stranger.institution,
            due_on=timezone.localdate(),
            question="",
        )

    assert not Decision.objects.exists()


def test_a_withdrawn_request_need_not_be_answered(cast: Cast, active: Case) -> None:
    decision = ask(cast, active, cast.adviser)
    participant = Participant.objects.get(decision=decision)

    do(cast.coordinator, services.withdraw_request, participant=participant)

    assert state_of(active, cast.adviser.institution_id) == ParticipantState.LEFT
    assert Message.objects.filter(staff=cast.adviser, act="decision.withdrawn").count() == 1
    with pytest.raises(Conflict):
        do(cast.adviser, services.answer_participation, decision=decision, accept=True)
    with pytest.raises(Refused, match="already been answered"):
        do(
            cast.coordinator,
            services.withdraw_request,
            participant=Participant.objects.select_related("dossier", "decision").get(pk=participant.pk),
        )


def test_a_request_nobody_answers_is_recorded_in_the_timeline(cast: Cast, active: Case) -> None:
    ask(cast, active, cast.adviser, due_on=timezone.localdate())
    job = replace(acting_for_job("a test"), today=timezone.localdate() + timedelta(days=1))

    with acting_as(job):
        remind_and_expire(job)

    assert state_of(active, cast.adviser.institution_id) == ParticipantState.DECLINED
    assert Event.objects.get(act="case.participant_declined").staff_id is None


def test_the_job_of_the_day_leaves_running_requests_alone(cast: Cast, active: Case) -> None:
    ask(cast, active, cast.adviser, due_on=timezone.localdate())

    remind_about_requests(timestamp=0)

    assert state_of(active, cast.adviser.institution_id) == ParticipantState.ASKED


def test_the_lead_ends_a_part_and_an_institution_its_own(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser), line(cast.stranger))
    for staff in (cast.adviser, cast.stranger):
        do(staff, services.answer_participation, decision=ask(cast, case, staff), accept=True)
    theirs, own = (
        Participant.objects.select_related("dossier", "institution").get(institution=staff.institution)
        for staff in (cast.stranger, cast.adviser)
    )

    with pytest.raises(Refused, match="Only institutions that lead the case"):
        do(cast.adviser, services.leave, participant=theirs)
    do(cast.adviser, services.leave, participant=own)
    do(cast.coordinator, services.leave, participant=theirs)

    assert state_of(case, cast.adviser.institution_id) == ParticipantState.LEFT
    assert state_of(case, cast.stranger.institution_id) == ParticipantState.LEFT
    with pytest.raises(Refused, match="does not take part"):
        do(cast.coordinator, services.leave, participant=theirs)


@pytest.mark.parametrize(
    ("service", "function"),
    [(services.name_lead, Function.LEAD), (services.name_case_manager, Function.CASE_MANAGER)],
)
def test_there_is_exactly_one_at_a_time_and_the_ones_before_stay_on_record(
    cast: Cast, active: Case, service: object, function: Function
) -> None:
    before = Assignment.objects.filter(dossier=active.dossier, function=function).count()

    for staff in (cast.worker, cast.coordinator, cast.worker):
        do(cast.coordinator, service, case=active, staff=staff)

    assert current(active, function) == [cast.worker.pk]
    assert Assignment.objects.filter(dossier=active.dossier, function=function).count() == before + 3


@kept
def pool(cast: Cast, active: Case) -> Body:
    """The pool of the case's region, with the worker in it."""
    pool = Body.objects.create(
        code="pool-siders", kind=BodyKind.POOL, region=cast.region, name_de="Pool", name_fr="Pool"
    )
    BodyMember.objects.create(body=pool, staff=cast.worker, term_from=timezone.localdate())
    return pool


def test_vs_report_2024_terms_case_management_the_case_manager_is_of_the_pool_or_there_is_a_reason(
    cast: Cast, active: Case, pool: Body
) -> None:
    with pytest.raises(Refused, match="pool of the region"):
        do(cast.coordinator, services.name_case_manager, case=active, staff=cast.coordinator, reason=" ")
    assert current(active, Function.CASE_MANAGER) == []

    do(cast.coordinator, services.name_case_manager, case=active, staff=cast.worker)
    do(cast.coordinator, services.name_case_manager, case=active, staff=cast.coordinator, reason="Speaks Tigrinya")

    assert current(active, Function.CASE_MANAGER) == [cast.coordinator.pk]
    told = Event.objects.filter(dossier=active.dossier, act=Act.CASE_MANAGER_NAMED).order_by("pk")
    assert [event.text for event in told] == [
        cast.worker.full_name, f"{cast.coordinator.full_name}: Speaks Tigrinya",
    ]  # fmt: skip


@pytest.mark.parametrize("gone", ["term", "region", "kind"])
def test_vs_report_2024_terms_case_management_only_the_pool_of_the_region_counts(
    cast: Cast, active: Case, pool: Body, gone: str
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    if gone == "term":
        BodyMember.objects.filter(body=pool).update(term_from=yesterday, term_until=yesterday)
    elif gone == "region":
        Body.objects.update(region=Region.objects.create(code="visp", name_de="Visp", name_fr="Viège"))
    else:
        Body.objects.update(kind=BodyKind.OFFICE, region=None)

    do(cast.coordinator, services.name_case_manager, case=active, staff=cast.coordinator)

    assert current(active, Function.CASE_MANAGER) == [cast.coordinator.pk]


def test_the_page_names_the_pool_and_asks_the_reason(cast: Cast, active: Case, pool: Body) -> None:
    client, address = client_of(cast.coordinator), f"/dossiers/{active.pk}/case-manager"

    page = client.get(address).content.decode()
    refused = client.post(address, {"staff": cast.coordinator.pk})
    client.post(address, {"staff": cast.coordinator.pk, "reason": "Speaks Tigrinya"})

    assert f"Pool of the region: {cast.worker.full_name} (SMZ)" in page
    assert refused.status_code == 422
    assert current(active, Function.CASE_MANAGER) == [cast.coordinator.pk]


def test_only_somebody_around_the_table_leads(cast: Cast, active: Case) -> None:
    with pytest.raises(Refused, match="Choose somebody of an institution that takes part"):
        do(cast.coordinator, services.name_lead, case=active, staff=cast.stranger)

    assert current(active, Function.LEAD) == [cast.coordinator.pk]


def test_whoever_is_only_asked_to_take_part_does_not_lead_yet(cast: Cast, active: Case) -> None:
    ask(cast, active, cast.adviser)

    with pytest.raises(Refused, match="Choose somebody of an institution that takes part"):
        do(cast.coordinator, services.name_lead, case=active, staff=cast.adviser)

    assert current(active, Function.LEAD) == [cast.coordinator.pk]


def test_an_institution_that_is_asked_learns_who_leads_this_case_now(cast: Cast, active: Case) -> None:
    other = activate(cast)
    do(cast.coordinator, services.name_lead, case=other, staff=cast.worker)
    requests = [ask(cast, case, cast.adviser) for case in (active, other)]

    def leads(by: Appointment) -> list[int | None]:
        with acting_as(acting(by)):
            return [lead for request in requests for lead in lead_of(request)]

    assert leads(cast.adviser) == [cast.coordinator.pk, cast.worker.pk]
    do(cast.coordinator, services.name_case_manager, case=other, staff=cast.coordinator)
    Assignment.objects.filter(dossier=other.dossier, function=Function.LEAD, valid_until=None).update(
        valid_until=timezone.now()
    )
    assert leads(cast.adviser) == [cast.coordinator.pk, None]
    assert leads(cast.stranger) == [None, None]
    Decision.objects.update(state="withdrawn", answered_at=timezone.now() - timedelta(hours=2))
    assert leads(cast.adviser) == [None, None]
    assert leads(cast.coordinator) == [cast.coordinator.pk, None]


def test_messages_about_a_case_are_for_those_who_lead_follow_and_take_part_in_it(cast: Cast) -> None:
    case, other = activate(cast, line(cast.adviser), line(cast.physician, named=True)), activate(cast)
    colleague = make_staff(cast.physician.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    do(cast.coordinator, services.name_lead, case=other, staff=cast.worker)
    do(cast.coordinator, services.name_case_manager, case=case, staff=cast.worker)
    for place, staff, state in (
        (case, cast.stranger, ParticipantState.DECLINED),
        (other, cast.stranger, ParticipantState.TAKING_PART),
        (case, cast.physician, ParticipantState.TAKING_PART),
    ):
        Participant.objects.create(
            dossier=place.dossier,
            institution=staff.institution,
            staff=staff if staff == cast.stranger else None,
            state=state,
            since=timezone.localdate(),
        )
    now = timezone.now()
    for function in (Function.LEAD, Function.CASE_MANAGER):
        Assignment.objects.create(
            dossier=case.dossier, staff=cast.stranger, function=function, valid_from=now, valid_until=now
        )

    def told(by: Appointment) -> Audience:
        with acting_as(acting(by)):
            return audience(case.pk)

    found = told(cast.coordinator)
    assert (found.lead_id, set(found.staff_ids)) == (cast.coordinator.pk, {cast.coordinator.pk, cast.worker.pk})
    assert found.institution_ids == {one.institution_id for one in (cast.coordinator, cast.worker, cast.physician)}
    assert found == told(cast.adviser) == told(cast.physician)
    assert told(colleague) == told(cast.stranger) == Audience()
    Grant.objects.filter(institution=cast.adviser.institution).update(valid_from=now + timedelta(days=1))
    assert told(cast.adviser) == Audience()


def test_whoever_does_not_lead_names_no_lead(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser))

    with pytest.raises(Refused, match="Only institutions that lead the case"):
        do(cast.adviser, services.name_lead, case=case, staff=cast.worker)


def test_the_database_refuses_two_leads_at_once(cast: Cast, active: Case) -> None:
    with pytest.raises(IntegrityError, match="one_lead_and_one_case_manager_at_a_time"), transaction.atomic():
        Assignment.objects.create(
            dossier=active.dossier, function=Function.LEAD, staff=cast.worker, valid_from=timezone.now()
        )


def test_who_is_involved_shows_the_lead_first_with_absence_and_deputy(cast: Cast, active: Case) -> None:
    deputy = make_staff(cast.coordinator.institution, Role.REGIONAL_COORDINATOR, last_name="Deputy")
    ContactPerson.objects.filter(staff=cast.coordinator).update(deputy=deputy)
    Absence.objects.create(
        staff=cast.coordinator, first_day=timezone.localdate(), last_day=timezone.localdate() + timedelta(days=2)
    )
    do(cast.coordinator, services.name_case_manager, case=active, staff=cast.worker)

    with acting_as(acting(cast.worker)):
        people = people_of(active, on=timezone.localdate())

    assert [(person.name, person.is_lead) for person in people] == [
        (cast.coordinator.full_name, True),
        (cast.worker.full_name, False),
    ]
    assert people[0].absence == f"Away until {timezone.localdate() + timedelta(days=2):%d.%m.%Y}"
    assert people[0].deputy == f"{deputy.full_name}, {deputy.phone}"
    assert people[1].tags == ["Case manager"]


def test_staff_of_the_table_and_the_office_can_be_named(cast: Cast, active: Case) -> None:
    with acting_as(acting(cast.coordinator)):
        names = {staff.pk for staff in possible_leads(active)}

    assert names == {cast.worker.pk, cast.coordinator.pk}


# Load per percentage of a post


@pytest.mark.parametrize(("led", "percentage", "per_post"), [(0, 20, 0), (3, 20, 15), (3, 100, 3), (1, 60, 2)])
def test_a_load_is_counted_for_a_full_post(led: int, percentage: int, per_post: int) -> None:
    assert load(led, percentage) == per_post


def test_who_names_a_lead_sees_how_many_open_cases_colleagues_lead_per_full_post(cast: Cast) -> None:
    """Regional coordinators are lent at twenty per cent (annual report 2024 of the Valais)."""
    part_time = make_staff(cast.coordinator.institution, Role.REGIONAL_COORDINATOR, last_name="Parttime")
    Appointment.objects.filter(pk=part_time.pk).update(percentage=20)
    unsaid = make_staff(cast.coordinator.institution, Role.REGIONAL_COORDINATOR, last_name="Unsaid")
    case, closed = activate(cast), activate(cast)
    for one in (case, closed):
        do(cast.coordinator, services.name_lead, case=one, staff=part_time)
    Case.objects.filter(pk=closed.pk).update(state="rejected")

    with acting_as(acting(cast.coordinator)):
        loads = loads_of_colleagues(acting(cast.coordinator), case)

    assert [(one.staff, one.led, one.per_post) for one in loads if one.staff in (part_time, unsaid)] == [
        (part_time, 1, 5)
    ]
    page = client_of(cast.coordinator).get(f"/dossiers/{case.pk}/lead").content.decode()
    assert "Parttime: 1 at 20 %, which makes 5" in page


def test_nobody_counts_the_cases_of_another_institution(cast: Cast) -> None:
    case = activate(cast)
    Appointment.objects.update(percentage=50)

    with acting_as(acting(cast.worker)), connection.cursor() as cursor:
        cursor.execute("SELECT staff FROM cases_led_by_colleagues()")
        assert cast.coordinator.pk not in {staff for (staff,) in cursor.fetchall()}
        assert all(
            one.staff.institution_id == cast.worker.institution_id
            for one in loads_of_colleagues(acting(cast.worker), case)
        )
    with acting_as(acting_for_job("a test")), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_led_by_colleagues()")
        assert cursor.fetchone() == (0,)
