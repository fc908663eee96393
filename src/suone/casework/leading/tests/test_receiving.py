"""A procedure names who receives its notifications: they triage and lead, the IIZ office sees what is notified on to it."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError
from django.utils import timezone

from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.tests.factories import published
from suone.casework.cases import services as case_services
from suone.casework.cases.models import Assignment, Case, Function, Participant
from suone.casework.cases.queries import possible_leads
from suone.casework.cases.rules import State
from suone.casework.leading import services
from suone.casework.leading.models import Course
from suone.casework.leading.queries import level_options
from suone.casework.leading.tests.factories import do, notify
from suone.ground.access.acting import acting_for_job
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff
from suone.organisation.institutions.kinds import InstitutionKind
from suone.records.consents.models import Consent
from suone.records.consents.services import withdraw_consent
from suone.records.consents.tests.factories import Cast, line, sign
from suone.records.documents.acts import Act as DocumentAct
from suone.records.documents.services import keep_document, warn_and_expire
from suone.records.documents.tests.files import PDF
from suone.records.dossiers.models import Dossier, Grant
from suone.records.dossiers.rules import Birth
from suone.records.dossiers.services import call
from suone.records.inbox.models import Message
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem


@kept
def youth() -> ProcedureVersion:
    return published("vs-youth")


@kept
def adults() -> ProcedureVersion:
    return published("vs-complex")


@kept
def t1(cast: Cast) -> Appointment:
    """A youth worker at the one institution of the kind that the procedure names."""
    institution = make_institution("T1", kind=InstitutionKind.YOUTH_TRANSITION)
    return make_staff(institution, Role.CONTACT_PERSON, Role.FRONT_LINE_WORKER, last_name="Youth")


@kept
def young(cast: Cast, youth: ProcedureVersion, adults: ProcedureVersion, t1: Appointment) -> Case:
    """Notified to Plattform T1; the consent names T1 and not the IIZ office."""
    nineteen = Birth(timezone.localdate().year - 19, 1, 1)
    return notify(cast, scope=[line(t1)], procedure=youth, date_of_birth=nineteen)


def triage(by: Appointment, case: Case, level: str = "network") -> None:
    do(by, services.triage_case, case=case, answers={}, level=level, reason="seen together")


def sees(by: Appointment, case: Case) -> bool:
    with acting_as(acting(by)):
        return Case.objects.filter(pk=case.pk).exists()


def powers(staff: Appointment, case: Case) -> set[int]:
    now = timezone.now()
    grants = Grant.objects.filter(dossier_id=case.pk, institution_id=staff.institution_id, valid_until__gt=now)
    return set(grants.values_list("power", flat=True))


def test_a_young_person_is_notified_to_the_kind_of_institution_that_the_procedure_names(
    cast: Cast, t1: Appointment, young: Case
) -> None:
    assert Dossier.objects.get(pk=young.pk).receiver == t1.institution
    item = WorkItem.objects.get(dossier_id=young.pk, state=ItemState.OPEN)
    assert (item.addressed, item.settled_by) == (t1.institution, "triaged_on")
    assert Entry.objects.get(dossier_id=young.pk, act="case.notified").recipients == [t1.institution_id]
    assert set(Message.objects.filter(act="case.notified").values_list("staff_id", flat=True)) == {t1.pk}


def test_the_consent_must_name_who_receives(cast: Cast, youth: ProcedureVersion, t1: Appointment) -> None:
    with pytest.raises(Refused, match="T1"):
        notify(cast, procedure=youth)  # names the IIZ office alone

    assert not Case.objects.exists()


def test_two_institutions_of_the_kind_in_one_consent_are_one_too_many(
    cast: Cast, youth: ProcedureVersion, t1: Appointment
) -> None:
    second = make_staff(make_institution("T2", kind=InstitutionKind.YOUTH_TRANSITION), last_name="Second")

    with pytest.raises(Refused, match="the one institution"):
        notify(cast, scope=[line(t1), line(second)], procedure=youth)


def test_the_receiver_triages_leads_and_asks_institutions_to_take_part(
    cast: Cast, t1: Appointment, young: Case
) -> None:
    triage(t1, young)

    lead = Assignment.objects.get(dossier_id=young.pk, function=Function.LEAD, valid_until=None)
    assert lead.staff == t1
    do(t1, services.advance_case, case=young, to="session")
    assert Course.objects.get(pk=young.pk).phase == "session"
    asked = do(
        t1,
        case_services.ask_to_take_part,
        case=young,
        institution=cast.adviser.institution,
        due_on=young.state_since,
        question="",
    )
    assert asked.addressed == cast.adviser.institution


def test_the_receiver_rejects_and_asks_back(cast: Cast, t1: Appointment, young: Case) -> None:
    do(t1, services.ask_notifier, case=young, question="Which school?", due_on=young.state_since)
    assert WorkItem.objects.filter(dossier_id=young.pk, title="Answer the question about your notification").exists()

    do(t1, services.reject_notification, case=Case.objects.get(pk=young.pk), reason="lives in another canton")

    assert Course.objects.get(pk=young.pk).phase == "rejected"


def test_who_withdraws_a_notification_tells_the_receiver(cast: Cast, t1: Appointment, young: Case) -> None:
    do(cast.worker, services.withdraw_notification, case=young, reason="by mistake")

    assert set(Message.objects.filter(act="case.withdrawn").values_list("staff_id", flat=True)) == {t1.pk}


def test_a_document_that_runs_out_is_the_receivers_affair_and_not_the_offices(
    cast: Cast, t1: Appointment, young: Case
) -> None:
    today = acting(t1).today
    kept = {"name": "permit.pdf", "data": PDF, "title": "Permit", "category": DataCategory.EMPLOYMENT}
    do(cast.worker, keep_document, dossier=young.dossier, valid_until=today + timedelta(days=20), **kept)
    job = acting_for_job("a test")

    with acting_as(job):
        warn_and_expire(job, dossiers=Dossier.objects.values("pk"))

    notified = Message.objects.filter(act=DocumentAct.EXPIRES_SOON).values_list("staff__institution_id", flat=True)
    assert t1.institution_id in notified
    assert cast.coordinator.institution_id not in notified


def test_the_notifier_does_not_triage_what_another_institution_receives(cast: Cast, young: Case) -> None:
    for act, more in (
        (services.triage_case, {"answers": {}, "level": "network", "reason": "quickly"}),
        (services.reject_notification, {"reason": "quickly"}),
    ):
        with pytest.raises(Refused, match="T1 receives this case"):
            do(cast.worker, act, case=young, **more)


def test_the_office_does_not_see_a_young_person_whom_no_consent_opens_to_it(cast: Cast, young: Case) -> None:
    assert not sees(cast.coordinator, young)
    assert client_of(cast.coordinator).get(f"/dossiers/{young.pk}/").status_code == 404
    assert not Message.objects.filter(staff=cast.coordinator).exists()
    assert cast.coordinator not in possible_leads(Case.objects.get(pk=young.pk))


def test_the_office_reads_what_a_consent_opens_to_it_and_triages_it_not(
    cast: Cast, t1: Appointment, youth: ProcedureVersion
) -> None:
    case = notify(cast, line(t1), procedure=youth)

    assert sees(cast.coordinator, case)
    with pytest.raises(Refused, match="T1 receives this case"):
        triage(cast.coordinator, case)


def test_a_youth_worker_contributes_to_an_adults_case_and_neither_receives_nor_leads_it(
    cast: Cast, t1: Appointment, adults: ProcedureVersion
) -> None:
    case = notify(cast, line(t1), procedure=adults)

    assert powers(t1, case) == {2}
    with pytest.raises(Refused, match="IIZ receives this case"):
        triage(t1, case)
    with pytest.raises(Refused):
        do(t1, services.notify_on, case=case)


def test_a_youth_worker_does_not_see_an_adults_case_that_no_consent_opens(
    cast: Cast, t1: Appointment, adults: ProcedureVersion
) -> None:
    assert not sees(t1, notify(cast, procedure=adults))


def test_a_front_line_worker_at_the_office_triages_nothing(cast: Cast, adults: ProcedureVersion) -> None:
    clerk = make_staff(cast.coordinator.institution, Role.FRONT_LINE_WORKER, last_name="Clerk")

    with pytest.raises(Refused, match="IIZ receives this case"):
        triage(clerk, notify(cast, procedure=adults))


def test_the_receiver_changes_the_level_and_not_to_a_procedure_of_the_office(
    cast: Cast, t1: Appointment, young: Case, adults: ProcedureVersion
) -> None:
    triage(t1, young)
    case = Case.objects.get(pk=young.pk)

    offered = {option.procedure for option in level_options(case, on=timezone.localdate())}

    assert offered == {None}
    with pytest.raises(Refused, match="notify the case to it instead"):
        do(t1, services.change_level, case=case, level="complex", procedure=adults, reason="several institutions")


def test_an_adults_case_does_not_come_to_the_receiver_of_youth_by_another_procedure(
    cast: Cast, t1: Appointment, youth: ProcedureVersion, adults: ProcedureVersion
) -> None:
    case = notify(cast, line(t1), procedure=adults)

    with pytest.raises(Refused, match="notify the case to it instead"):
        do(cast.coordinator, services.move_case_over, case=case, version=youth, phase="notification", reason="young")


# In SQL too


def test_in_sql_too_nobody_names_a_receiver_of_another_kind_than_the_procedures(
    cast: Cast, t1: Appointment, adults: ProcedureVersion
) -> None:
    case = notify(cast, line(t1), procedure=adults)

    with pytest.raises(ProgrammingError, match="not permitted"), acting_as(acting(cast.worker)):
        call("leading_receive", case.pk, t1.institution_id)


def test_in_sql_too_a_receiver_needs_a_procedure_that_names_its_kind(cast: Cast, t1: Appointment) -> None:
    case = notify(cast, line(t1))  # without a procedure

    with pytest.raises(IntegrityError, match="another kind of receiver"), acting_as(acting(cast.worker)):
        call("leading_receive", case.pk, t1.institution_id)

    assert Dossier.objects.get(pk=case.pk).receiver is None


@pytest.mark.parametrize("who", ["coordinator", "adviser", "stranger", "worker"])
def test_in_sql_too_only_the_receiver_notifies_on(cast: Cast, t1: Appointment, young: Case, who: str) -> None:
    with pytest.raises(ProgrammingError, match="not permitted"), acting_as(acting(getattr(cast, who))):
        call("leading_notify_on", young.pk)


def test_in_sql_too_nothing_is_notified_on_without_a_consent_that_names_the_office(
    t1: Appointment, young: Case
) -> None:
    with pytest.raises(ProgrammingError, match="not permitted"), acting_as(acting(t1)):
        call("leading_notify_on", young.pk)


def test_in_sql_too_the_column_is_written_by_nobody(t1: Appointment, young: Case) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(acting(t1)):
        Dossier.objects.filter(pk=young.pk).update(receiver=None)


# Notified on


def _consent_names_office(t1: Appointment, cast: Cast, case: Case) -> Consent:
    return sign(t1, Dossier.objects.get(pk=case.pk), line(t1), line(cast.coordinator))


def test_what_is_complex_is_notified_on_as_the_same_case_and_the_office_triages_it(
    cast: Cast, t1: Appointment, young: Case
) -> None:
    triage(t1, young, "complex")
    _consent_names_office(t1, cast, young)

    do(t1, services.notify_on, case=young)

    course = Course.objects.select_related("version").get(pk=young.pk)
    assert (course.version.identifier, course.phase, course.round) == ("vs-complex", "notification", 2)
    [item] = WorkItem.objects.filter(dossier_id=young.pk, state=ItemState.OPEN)
    assert (item.addressed, item.settled_by) == (cast.coordinator.institution, "triaged_on")
    entry = Entry.objects.get(dossier_id=young.pk, act="case.notified_on")
    assert (entry.kind, entry.recipients) == ("disclose", [cast.coordinator.institution_id])
    assert Message.objects.filter(act="case.notified_on", staff=cast.coordinator).exists()
    triage(cast.coordinator, Case.objects.get(pk=young.pk), "complex")
    lead = Assignment.objects.get(dossier_id=young.pk, function=Function.LEAD, valid_until=None)
    assert (lead.staff, Course.objects.get(pk=young.pk).phase) == (cast.coordinator, "support")


def test_who_notified_on_goes_on_taking_part_and_leads_no_longer(cast: Cast, t1: Appointment, young: Case) -> None:
    triage(t1, young, "complex")
    _consent_names_office(t1, cast, young)
    do(t1, services.notify_on, case=young)

    assert Participant.objects.get(dossier_id=young.pk, institution=t1.institution).state == "taking_part"
    assert sees(t1, young)
    with pytest.raises(Refused, match="lead the case"):
        do(t1, services.suspend_case, case=young, reason="mine")
    with pytest.raises(Refused, match="IIZ receives this case"):
        triage(t1, young)


def test_after_the_session_too_a_case_is_notified_on_and_the_offices_triage_names_the_lead(
    cast: Cast, t1: Appointment, young: Case
) -> None:
    triage(t1, young)
    do(t1, services.advance_case, case=young, to="session")
    do(t1, services.change_level, case=young, level="complex", reason="several institutions are needed")
    _consent_names_office(t1, cast, young)
    do(t1, services.notify_on, case=young)

    triage(cast.coordinator, Case.objects.get(pk=young.pk), "complex")

    lead = Assignment.objects.get(dossier_id=young.pk, function=Function.LEAD, valid_until=None)
    assert lead.staff == cast.coordinator
    assert Course.objects.get(pk=young.pk).phase == "support"


@pytest.fixture
def notified_on(cast: Cast, t1: Appointment, young: Case) -> Case:
    """Notified on to the IIZ office after T1's session."""
    triage(t1, young)
    do(t1, services.advance_case, case=young, to="session")
    do(t1, services.change_level, case=young, level="complex", reason="several institutions are needed")
    _consent_names_office(t1, cast, young)
    do(t1, services.notify_on, case=young)
    return Case.objects.get(pk=young.pk)


def test_after_the_session_the_office_rejects_what_is_notified_on_and_both_who_notified_learn_why(
    cast: Cast, t1: Appointment, notified_on: Case
) -> None:
    assert notified_on.state == State.NOTIFIED

    do(cast.coordinator, services.reject_notification, case=notified_on, reason="one institution is enough")

    assert Case.objects.get(pk=notified_on.pk).state == State.REJECTED
    assert Course.objects.get(pk=notified_on.pk).phase == "rejected"
    informed = Message.objects.filter(act="case.rejected").values_list("staff_id", flat=True)
    assert set(informed) == {t1.pk, cast.worker.pk}


def test_after_the_session_the_office_triages_what_is_notified_on_to_another_level(
    cast: Cast, notified_on: Case
) -> None:
    triage(cast.coordinator, notified_on, "network")

    case = Case.objects.get(pk=notified_on.pk)
    assert (case.state, Course.objects.get(pk=case.pk).phase) == (State.ACTIVE, "network")


@pytest.mark.parametrize("who", ["t1", "worker"])
def test_nobody_but_the_office_triages_or_rejects_what_is_notified_on(
    cast: Cast, t1: Appointment, notified_on: Case, who: str
) -> None:
    other = t1 if who == "t1" else cast.worker

    with pytest.raises(Refused, match="IIZ receives this case"):
        triage(other, notified_on)
    with pytest.raises(Refused, match="IIZ receives this case"):
        do(other, services.reject_notification, case=notified_on, reason="not ours")


def test_the_offices_question_goes_to_who_notified_on_and_they_answer(
    cast: Cast, t1: Appointment, notified_on: Case
) -> None:
    item = do(
        cast.coordinator, services.ask_notifier, case=notified_on, question="Who else?", due_on=notified_on.state_since
    )

    assert (item.addressed, item.assigned) == (t1.institution, t1)
    assert Message.objects.get(act="case.question_asked").staff == t1
    with pytest.raises(Refused, match="addressed to T1"):
        do(cast.worker, services.answer_question, item=item, text="Nobody", category=DataCategory.EMPLOYMENT)
    do(t1, services.answer_question, item=item, text="The school", category=DataCategory.EMPLOYMENT)
    assert WorkItem.objects.get(pk=item.pk).state == ItemState.DONE


def test_the_first_notifier_no_longer_withdraws_what_is_notified_on(cast: Cast, notified_on: Case) -> None:
    with pytest.raises(Refused, match="notified on to the IIZ office"):
        do(cast.worker, services.withdraw_notification, case=notified_on, reason="by mistake")

    page = client_of(cast.worker).get(f"/dossiers/{notified_on.pk}/").content.decode()
    assert "/withdraw" not in page


def test_a_suspended_case_is_resumed_before_it_is_notified_on(cast: Cast, t1: Appointment, young: Case) -> None:
    triage(t1, young, "complex")
    do(t1, services.advance_case, case=young, to="session")
    do(t1, services.suspend_case, case=young, reason="abroad")
    _consent_names_office(t1, cast, young)

    with pytest.raises(Refused, match="suspended"):
        do(t1, services.notify_on, case=young)


def test_no_other_step_makes_an_active_case_a_notification_again(cast: Cast, t1: Appointment, young: Case) -> None:
    triage(t1, young)
    do(t1, services.advance_case, case=young, to="session")
    version = Course.objects.get(pk=young.pk).version

    with pytest.raises(Refused, match="cannot become notified"):
        do(t1, services.move_case_over, case=young, version=version, phase="notification", reason="once more")


@pytest.mark.parametrize(
    ("level", "names_office", "sentence"),
    [("network", True, "Only complex cases"), ("complex", False, "does not name the IIZ office")],
)
def test_nothing_else_is_notified_on(
    cast: Cast, t1: Appointment, young: Case, level: str, names_office: bool, sentence: str
) -> None:
    triage(t1, young, level)
    if names_office:
        _consent_names_office(t1, cast, young)

    with pytest.raises(Refused, match=sentence):
        do(t1, services.notify_on, case=young)

    assert Dossier.objects.get(pk=young.pk).receiver == t1.institution


def test_only_the_receiver_notifies_on(cast: Cast, t1: Appointment, young: Case) -> None:
    triage(t1, young, "complex")
    _consent_names_office(t1, cast, young)

    for other in (cast.worker, cast.coordinator):
        with pytest.raises(Refused, match="Only the institution that receives"):
            do(other, services.notify_on, case=young)


def test_a_consent_withdrawn_closes_the_case_to_the_receiver(cast: Cast, t1: Appointment, young: Case) -> None:
    do(cast.worker, withdraw_consent, consent=Consent.objects.get(dossier_id=young.pk))

    assert not sees(t1, young)


# The pages


def test_the_worklist_of_the_receiver_shows_the_notification_with_its_triage(t1: Appointment, young: Case) -> None:
    page = client_of(t1).get("/").content.decode()

    assert f"/dossiers/{young.pk}/triage" in page


def test_the_page_of_the_triage_opens_to_the_receiver_with_the_question_put_to_them(
    cast: Cast, youth: ProcedureVersion, t1: Appointment
) -> None:
    case = notify(cast, scope=[line(t1)], procedure=youth, question="What after the apprenticeship?")

    page = client_of(t1).get(f"/dossiers/{case.pk}/triage").content.decode()

    assert "Question to T1" in page
    assert "IIZ office" not in page


def _chosen_recipients(page: str) -> set[int]:
    return {int(pk) for pk in re.findall(r'name="recipients" value="(\d+)" id="\w+" checked', page)}


def test_the_case_offers_to_notify_on_once_it_is_complex_and_asks_for_the_consent_first(
    cast: Cast, t1: Appointment, young: Case
) -> None:
    client, case = client_of(t1), f"/dossiers/{young.pk}/"
    assert "notify-on" not in client.get(case).content.decode()
    triage(t1, young, "complex")
    page = client.get(case).content.decode()
    consent = f"{case}consents/sign?with={cast.coordinator.institution_id}"
    assert ("notify-on" in page, consent in page) == (False, True)
    chosen = _chosen_recipients(client.get(consent).content.decode())
    assert chosen == {t1.institution_id, cast.coordinator.institution_id}
    _consent_names_office(t1, cast, young)
    assert "notify-on" in client.get(case).content.decode()

    answer = client.post(f"{case}notify-on")

    assert answer.status_code == 302
    assert Dossier.objects.get(pk=young.pk).receiver is None
    assert "notify-on" not in client.get(case).content.decode()


def test_the_form_of_a_notification_names_who_receives_under_the_chosen_procedure(
    cast: Cast, youth: ProcedureVersion, adults: ProcedureVersion, t1: Appointment
) -> None:
    client = client_of(cast.worker)
    usual = client.get("/cases/notify").content.decode()

    page = client.get(f"/cases/notify?procedure={youth.pk}").content.decode()

    assert f"?procedure={youth.pk}" in usual
    assert "Question to T1" in page
    assert _chosen_recipients(page) == {t1.institution_id, cast.worker.institution_id}
    assert _chosen_recipients(usual) == {cast.coordinator.institution_id, cast.worker.institution_id}
