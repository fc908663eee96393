"""A recorded fact is corrected or taken back: the trace, what opens again, what stays, and who may."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError
from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.tests.factories import published
from suone.casework.cases.models import Case
from suone.casework.leading import services
from suone.casework.leading.models import Course, KnownFact
from suone.casework.leading.queries import every_fact, known_facts
from suone.casework.leading.tests.factories import do, notify
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast, line
from suone.records.dossiers.models import Event
from suone.records.inbox.models import Message
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem
from suone.records.workitems.services import open_again, withdraw_steps

WHY = "it was another person"


def day(ago: int = 0) -> date:
    return timezone.localdate() - timedelta(days=ago)


@kept
def luzern() -> ProcedureVersion:
    return published("lu-iiz")


@kept
def case(cast: Cast, luzern: ProcedureVersion) -> Case:
    """Under the procedure of Luzern, where the office checks the conditions first; open to the adviser too."""
    return notify(cast, line(cast.adviser), procedure=luzern)


def state(by: Appointment, case: Case, fact: Fact, value: object, remark: str = "seen") -> KnownFact:
    do(by, services.record_fact, case=case, fact=fact, value=value, remark=remark)
    return KnownFact.objects.filter(dossier_id=case.pk, fact=fact).latest("pk")


def correct(by: Appointment, known: KnownFact, value: object, reason: str = WHY) -> KnownFact:
    found: KnownFact = do(by, services.correct_fact, known=known, value=value, reason=reason)
    return found


def take_back(by: Appointment, known: KnownFact, reason: str = WHY) -> KnownFact:
    found: KnownFact = do(by, services.take_back_fact, known=known, reason=reason)
    return found


def facts(cast: Cast, case: Case) -> Any:
    with acting_as(acting(cast.coordinator)):
        return every_fact(case.pk)


def check_item(case: Case) -> WorkItem:
    return WorkItem.objects.get(dossier_id=case.pk, settled_by=Fact.CONDITIONS_CHECKED_ON)


def test_a_corrected_fact_applies_and_the_former_one_stays_with_who_when_and_why(cast: Cast, case: Case) -> None:
    known = state(cast.worker, case, Fact.OUT_OF_WORK, True)

    row = correct(cast.worker, known, False)

    assert facts(cast, case)[Fact.OUT_OF_WORK] is False
    known.refresh_from_db()
    assert (known.value, known.replaced_by) == (True, row)
    assert (row.staff, row.institution, row.remark) == (cast.worker, cast.worker.institution, WHY)
    entry = Entry.objects.get(dossier_id=case.pk, act="procedure.fact_corrected")
    assert (entry.kind, entry.object_id, entry.details) == ("change", row.pk, {"fact": "out_of_work"})
    told = Event.objects.get(dossier_id=case.pk, act="procedure.fact_corrected")
    assert told.category == DataCategory.EMPLOYMENT
    assert (told.texts["en"], told.text_language) == ("The person is out of work: yes; corrected to no", "")


def test_what_is_taken_back_lets_what_was_known_before_apply_again(cast: Cast, case: Case) -> None:
    state(cast.worker, case, Fact.OUT_OF_WORK, True)
    known = state(cast.worker, case, Fact.OUT_OF_WORK, False)

    take_back(cast.worker, known)

    assert facts(cast, case)[Fact.OUT_OF_WORK] is True
    with acting_as(acting(cast.coordinator)):
        assert known_facts(case.pk)[Fact.OUT_OF_WORK] is True
    told = Event.objects.get(dossier_id=case.pk, act="procedure.fact_taken_back")
    assert told.texts["fr"].endswith("non")


def test_what_is_taken_back_and_was_never_known_before_is_unknown(cast: Cast, case: Case) -> None:
    take_back(cast.worker, state(cast.worker, case, Fact.OUT_OF_WORK, True))

    assert Fact.OUT_OF_WORK not in facts(cast, case)


def test_a_corrected_day_does_not_replace_a_later_one(cast: Cast, case: Case) -> None:
    state(cast.worker, case, Fact.REGISTERED_RAV_ON, day(5))
    known = state(cast.worker, case, Fact.REGISTERED_RAV_ON, day(1))

    correct(cast.worker, known, day(9))

    assert facts(cast, case)[Fact.REGISTERED_RAV_ON] == day(5)


def test_what_the_fact_had_settled_opens_again_with_a_trace_and_a_message(cast: Cast, case: Case) -> None:
    known = state(cast.coordinator, case, Fact.CONDITIONS_CHECKED_ON, day())
    item = check_item(case)
    assert item.state == ItemState.DONE

    take_back(cast.coordinator, known)

    item.refresh_from_db()
    assert (item.state, item.done_at, item.done_by) == (ItemState.OPEN, None, None)
    assert Event.objects.filter(dossier_id=case.pk, act="workitem.reopened", object_id=item.pk).count() == 1
    state(cast.coordinator, case, Fact.CONDITIONS_CHECKED_ON, day())
    item.refresh_from_db()
    assert item.state == ItemState.DONE


def test_what_the_fact_had_settled_stays_done_while_the_fact_holds(cast: Cast, case: Case) -> None:
    known = state(cast.coordinator, case, Fact.CONDITIONS_CHECKED_ON, day())

    correct(cast.coordinator, known, day(1))

    assert check_item(case).state == ItemState.DONE


def test_a_fact_that_kept_an_item_from_being_set_sets_it_when_taken_back(cast: Cast, luzern: ProcedureVersion) -> None:
    case = notify(cast)
    known = state(cast.coordinator, case, Fact.CONDITIONS_CHECKED_ON, day())
    start = luzern.procedure.start.id
    do(cast.worker, services.move_case_over, case=case, version=luzern, phase=start, reason="its canton")
    assert not WorkItem.objects.filter(dossier_id=case.pk, settled_by=Fact.CONDITIONS_CHECKED_ON).exists()

    take_back(cast.coordinator, known)

    assert check_item(case).state == ItemState.OPEN


@kept
def jobless(cast: Cast) -> Case:
    """In the Valais, between BIP and RAV, where a jobless refugee has to be registered with RAV: an item of the SMZ."""
    case = notify(cast, line(cast.adviser), procedure=None)
    version = published("vs-smz-iv")
    do(cast.worker, services.move_case_over, case=case, version=version, phase="parallel", reason="its canton")
    return case


def registrations(case: Case) -> list[WorkItem]:
    return list(WorkItem.objects.filter(dossier_id=case.pk, settled_by=Fact.RAV_REGISTRATION).order_by("pk"))


def test_what_was_set_because_of_the_fact_is_withdrawn_when_it_is_taken_back(cast: Cast, jobless: Case) -> None:
    known = state(cast.worker, jobless, Fact.JOBLESS_REFUGEE, True)
    [item] = registrations(jobless)
    assert (item.step, item.is_open) == ("parallel/register_with_rav", True)

    take_back(cast.worker, known)

    [item] = registrations(jobless)
    assert (item.step, item.state, item.done_at) == ("", ItemState.CANCELLED, None)
    told = Event.objects.get(dossier_id=jobless.pk, act="workitem.withdrawn")
    assert (told.object_id, told.texts["de"]) == (item.pk, "Person beim RAV anmelden")
    assert Entry.objects.get(dossier_id=jobless.pk, act="workitem.withdrawn").recipients == [item.addressed_id]


def test_it_is_set_once_more_when_the_fact_is_stated_anew(cast: Cast, jobless: Case) -> None:
    take_back(cast.worker, state(cast.worker, jobless, Fact.JOBLESS_REFUGEE, True))

    state(cast.worker, jobless, Fact.JOBLESS_REFUGEE, True)
    state(cast.worker, jobless, Fact.OUT_OF_WORK, True)

    assert [(item.step, item.state) for item in registrations(jobless)] == [
        ("", ItemState.CANCELLED),
        ("parallel/register_with_rav", ItemState.OPEN),
    ]


def test_a_fact_corrected_to_something_else_withdraws_it_too_and_others_stay(cast: Cast, jobless: Case) -> None:
    known = state(cast.worker, jobless, Fact.JOBLESS_REFUGEE, True)
    others = WorkItem.objects.filter(dossier_id=jobless.pk, state=ItemState.OPEN).exclude(settled_by="rav_registration")
    before = set(others.values_list("step", flat=True))

    correct(cast.worker, known, False)

    assert [item.state for item in registrations(jobless)] == [ItemState.CANCELLED]
    assert set(others.values_list("step", flat=True)) == before != set()


def test_what_was_done_because_of_the_fact_stays_done_when_it_is_taken_back(cast: Cast, jobless: Case) -> None:
    known = state(cast.worker, jobless, Fact.JOBLESS_REFUGEE, True)
    state(cast.worker, jobless, Fact.RAV_REGISTRATION, True)

    take_back(cast.worker, known)

    assert [item.state for item in registrations(jobless)] == [ItemState.DONE]
    assert not Event.objects.filter(dossier_id=jobless.pk, act="workitem.withdrawn").exists()


def test_steps_taken_on_the_fact_stay_taken_and_what_they_left_stays_done(cast: Cast) -> None:
    case = notify(cast, procedure=published("so-iim"))
    for fact in (Fact.NEED_CLARIFIED, Fact.SUBSIDIARITY_CHECKED, Fact.ENTITLED):
        known = state(cast.worker, case, fact, True)
    do(cast.worker, services.report_fact, dossier=case.dossier, fact=Fact.SHORT_ASSESSMENT_ON, value=day())
    phase = Course.objects.get(pk=case.pk).phase
    assert phase == "segmentation"
    done = WorkItem.objects.filter(dossier_id=case.pk, state=ItemState.DONE).count()

    take_back(cast.worker, known)

    assert Course.objects.get(pk=case.pk).phase == phase
    assert WorkItem.objects.filter(dossier_id=case.pk, state=ItemState.DONE).count() == done


def test_a_correction_says_nothing_new_of_the_round(cast: Cast) -> None:
    """Said in the first round and corrected in the second: it is still what happened in the first."""
    case = notify(cast, procedure=published("vs-complex"))
    known = state(cast.worker, case, Fact.PERSON_ASKED, False)
    do(cast.coordinator, services.triage_case, case=case, answers={}, level="complex", reason="seen together")
    Course.objects.filter(pk=case.pk).update(round=2, round_since=timezone.now())

    correct(cast.worker, known, True)

    assert Fact.PERSON_ASKED in facts(cast, case).earlier


def test_another_institution_that_contributes_does_not_correct_what_was_stated(cast: Cast, case: Case) -> None:
    known = state(cast.coordinator, case, Fact.VOLUNTARY, True)

    with pytest.raises(Refused, match="Only the institution that recorded this"):
        correct(cast.adviser, known, False)

    assert facts(cast, case)[Fact.VOLUNTARY] is True


def test_the_lead_corrects_what_another_institution_stated_and_it_is_notified(cast: Cast, case: Case) -> None:
    known = state(cast.adviser, case, Fact.OUT_OF_WORK, True)

    correct(cast.coordinator, known, False)

    entry = Entry.objects.get(dossier_id=case.pk, act="procedure.fact_corrected")
    assert entry.recipients == [cast.adviser.institution_id]
    assert Message.objects.filter(act="procedure.fact_corrected").exists()


def test_the_offices_word_is_the_offices_to_correct(cast: Cast, case: Case) -> None:
    known = state(cast.coordinator, case, Fact.EXCEPTION_ADMITTED, True)

    with pytest.raises(Refused, match="Only the coordination office"):
        take_back(cast.worker, known)  # who leads the case until its triage
    take_back(cast.coordinator, known)

    assert Fact.EXCEPTION_ADMITTED not in facts(cast, case)


@pytest.mark.parametrize(
    ("value", "reason", "sentence"),
    [(False, " ", "Give a reason"), (True, WHY, "recorded already")],
)
def test_a_correction_needs_a_reason_and_another_value(
    cast: Cast, case: Case, value: bool, reason: str, sentence: str
) -> None:
    known = state(cast.worker, case, Fact.OUT_OF_WORK, True)

    with pytest.raises(Refused, match=sentence):
        correct(cast.worker, known, value, reason)

    assert KnownFact.objects.filter(dossier_id=case.pk, fact=Fact.OUT_OF_WORK).count() == 1


def test_a_correction_is_of_the_kind_of_its_fact_and_not_in_the_future(cast: Cast, case: Case) -> None:
    known = state(cast.worker, case, Fact.REGISTERED_RAV_ON, day())

    for value, sentence in ((day(-1), "in the future"), (True, "Enter the day")):
        with pytest.raises(Refused, match=sentence):
            correct(cast.worker, known, value)


def test_what_an_act_reported_is_corrected_by_acts(cast: Cast, case: Case) -> None:
    do(cast.worker, services.report_fact, dossier=case.dossier, fact=Fact.PERSON_ATTENDED)
    known = KnownFact.objects.get(dossier_id=case.pk, fact=Fact.PERSON_ATTENDED)

    with pytest.raises(Refused, match="follows from an act"):
        correct(cast.worker, known, False)


def test_in_a_closed_case_nothing_is_corrected(cast: Cast, case: Case) -> None:
    known = state(cast.worker, case, Fact.OUT_OF_WORK, True)
    do(cast.worker, services.withdraw_notification, case=case, reason="by mistake")

    with pytest.raises(Refused, match="reopen it first"):
        take_back(cast.worker, known)


def test_who_corrects_what_was_corrected_meanwhile_is_shown_both(cast: Cast, case: Case) -> None:
    known = state(cast.worker, case, Fact.REGISTERED_RAV_ON, day())
    yesterday, before = day(1), day(2)
    correct(cast.worker, known, yesterday)

    with pytest.raises(Conflict) as found:
        correct(cast.worker, known, before)

    [label] = found.value.submitted
    assert f"{yesterday:%d.%m.%Y}" in found.value.current[label]
    assert f"{before:%d.%m.%Y}" in found.value.submitted[label]


def test_who_takes_back_what_was_stated_anew_meanwhile_is_shown_both(cast: Cast, case: Case) -> None:
    known = state(cast.worker, case, Fact.OUT_OF_WORK, True)
    state(cast.worker, case, Fact.OUT_OF_WORK, False)

    with pytest.raises(Conflict) as found:
        take_back(cast.worker, known)

    assert list(found.value.submitted.values()) == ["taken back"]


def test_if_the_log_fails_nothing_is_corrected(cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    known = state(cast.worker, case, Fact.OUT_OF_WORK, True)

    def fails(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr("suone.casework.leading.services.correcting.record_event", fails)
    with pytest.raises(RuntimeError):
        correct(cast.worker, known, False)

    assert not KnownFact.objects.filter(dossier_id=case.pk, replaces__isnull=False).exists()


# Through the policies alone


def _insert(by: Appointment, known: KnownFact, **changes: Any) -> None:
    usual = {
        "dossier_id": known.dossier_id,
        "fact": known.fact,
        "category": known.category,
        "replaces": known,
        "is_stated": True,
        "staff_id": by.pk,
        "institution_id": by.institution_id,
    }
    with acting_as(acting(by)):
        KnownFact.objects.bulk_create([KnownFact(**usual | changes)])


def test_in_sql_too_only_who_stated_it_or_leads_replaces_a_fact(cast: Cast, case: Case) -> None:
    known = state(cast.worker, case, Fact.OUT_OF_WORK, True)

    for foreign in (cast.adviser, cast.stranger):
        with pytest.raises(ProgrammingError, match="row-level security"):
            _insert(foreign, known)
    _insert(cast.coordinator, known)

    assert KnownFact.objects.get(replaces=known).institution == cast.coordinator.institution


@pytest.mark.parametrize(
    "changes",
    [{"fact": "voluntary"}, {"category": 3}, {"is_stated": False}],
)
def test_in_sql_too_a_correction_is_of_the_same_fact_and_category(
    cast: Cast, case: Case, changes: dict[str, Any]
) -> None:
    known = state(cast.worker, case, Fact.OUT_OF_WORK, True)

    with pytest.raises(Exception, match=r"row-level security|fact_correction_is_stated"):
        _insert(cast.worker, known, **changes)


def test_in_sql_too_what_an_act_reported_and_what_is_taken_back_is_replaced_by_nobody(cast: Cast, case: Case) -> None:
    do(cast.worker, services.report_fact, dossier=case.dossier, fact=Fact.PERSON_ATTENDED)
    reported = KnownFact.objects.get(dossier_id=case.pk, fact=Fact.PERSON_ATTENDED)
    gone = take_back(cast.worker, state(cast.worker, case, Fact.OUT_OF_WORK, True))

    for known in (reported, gone):
        with pytest.raises(ProgrammingError, match="row-level security"):
            _insert(cast.worker, known)


def test_in_sql_too_no_item_opens_again_without_a_correction(cast: Cast, case: Case) -> None:
    state(cast.coordinator, case, Fact.CONDITIONS_CHECKED_ON, day())

    with acting_as(acting(cast.coordinator)):
        opened = open_again(acting(cast.coordinator), dossier=case.dossier, by=Fact.CONDITIONS_CHECKED_ON)

    assert opened == 0
    assert check_item(case).state == ItemState.DONE


def test_in_sql_too_nothing_is_withdrawn_without_a_statement_since(cast: Cast, jobless: Case) -> None:
    state(cast.worker, jobless, Fact.JOBLESS_REFUGEE, True)
    [item] = registrations(jobless)
    step = item.step

    with acting_as(acting(cast.worker)):
        withdraw_steps(acting(cast.worker), dossier=jobless.dossier, steps=[step])
    with pytest.raises(ProgrammingError, match="not permitted"), acting_as(acting(cast.stranger)):
        withdraw_steps(acting(cast.stranger), dossier=jobless.dossier, steps=[step])

    assert [found.state for found in registrations(jobless)] == [ItemState.OPEN]
