"""A work item belongs to the institution it is addressed to; what an act settles is settled by the act alone."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import Q
from django.http import Http404
from django.utils import timezone, translation

from suone.ground.access.acting import Acting, acting_for_job
from suone.ground.access.categories import DataCategory, Power, mask_of
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, make_institution, make_staff
from suone.records.dossiers.models import Dossier, Event, Grant
from suone.records.dossiers.queries import events_of
from suone.records.dossiers.tests.factories import Principal, let_in, open_file
from suone.records.inbox.models import Message
from suone.records.workitems import queries, rules, services
from suone.records.workitems.models import State, WorkItem

DAY = date(2027, 1, 4)


@dataclass(frozen=True)
class Table:
    """The SMZ leads; RAV and IV contribute, the last in one category."""

    dossier: Dossier
    lead: Appointment
    rav: Appointment
    iv: Appointment


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@kept
def table() -> Table:
    lead = make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Lead")
    rav = make_staff(make_institution("RAV"), Role.FRONT_LINE_WORKER, last_name="Adviser")
    iv = make_staff(make_institution("IV"), Role.FRONT_LINE_WORKER, last_name="Coordinator")
    dossier = open_file(lead)
    some = mask_of([DataCategory.EMPLOYMENT])
    let_in(lead, dossier, Principal(institution_id=rav.institution_id), power=Power.WRITE, because=1)
    let_in(lead, dossier, Principal(institution_id=iv.institution_id), power=Power.WRITE, categories=some, because=2)
    return Table(dossier, lead, rav, iv)


@pytest.fixture
def kept(table: Table) -> None:
    """Recorded acts settle whatever waits: which ones is up to the packages built on this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION outcome_done(workitems_workitem) RETURNS text LANGUAGE sql RETURN 'done';"
            "CREATE FUNCTION outcome_cancelled(workitems_workitem) RETURNS text LANGUAGE sql RETURN 'cancelled';"
            "DELETE FROM workitems_outcome; INSERT INTO workitems_outcome VALUES ('', 'outcome_done'), ('phase', 'outcome_cancelled')"
        )


def asked(table: Table, by: Appointment, of: Appointment, **words: Any) -> WorkItem:
    who = acting(by)
    with acting_as(who):
        item = services.add_work_item(
            who, dossier=table.dossier, title="Call", due_on=DAY, addressed_id=of.institution_id, **words
        )
    return WorkItem.objects.select_related("addressed", "dossier").get(pk=item.pk)


def does(by: Appointment, act: Any, /, **words: Any) -> Any:
    who = acting(by)
    with acting_as(who):
        return act(who, **words)


def sql(by: Appointment, statement: str, *values: object) -> int:
    """What the app's role can do by itself, in the name of this staff member."""
    with acting_as(acting(by)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


_DONE = "UPDATE workitems_workitem SET state = 'done', done_at = now(), done_by_id = actor_staff(), reason = %s WHERE id = %s"

# addressed, controlling, leads, reason: whether it may be completed, and cancelled
_WHO = [
    (True, False, False, "", True, True),
    (False, False, False, "why", False, False),
    (False, True, False, "why", False, True),
    (False, True, False, " ", False, False),
    (False, False, True, "why", True, True),
    (False, False, True, "", False, False),
]


@pytest.mark.parametrize(("addressed", "controlling", "leads", "reason", "completes", "cancels"), _WHO)
def test_who_may_complete_and_cancel(
    addressed: bool, controlling: bool, leads: bool, reason: str, completes: bool, cancels: bool
) -> None:
    common: dict[str, Any] = {"is_addressed": addressed, "leads": leads, "reason": reason, "addressed": "SMZ"}

    def may(check: Any, **words: Any) -> bool:
        try:
            check(is_open=True, is_settled_by_act=False, **words)
        except Refused:
            return False
        return True

    assert may(rules.check_can_complete, **common) is completes
    assert may(rules.check_can_cancel, **common, is_controlling=controlling) is cancels


@pytest.mark.parametrize("mine", ["is_addressed", "is_controlling", "leads", ""])
def test_whoever_does_it_asked_for_it_or_leads_changes_it(mine: str) -> None:
    whose = dict.fromkeys(("is_addressed", "is_controlling", "leads"), False) | ({mine: True} if mine else {})

    with nullcontext() if mine else pytest.raises(Refused, match="belongs to SMZ"):
        rules.check_can_change(is_open=True, is_settled_by_act=False, addressed="SMZ", **whose)


def test_what_is_no_longer_open_is_neither_completed_nor_cancelled() -> None:
    mine: dict[str, Any] = {"is_addressed": True, "leads": True, "addressed": "SMZ", "reason": "why"}

    with pytest.raises(Refused, match="no longer open"):
        rules.check_can_complete(is_open=False, is_settled_by_act=False, **mine)
    with pytest.raises(Refused, match="no longer open"):
        rules.check_can_cancel(is_open=False, is_settled_by_act=False, is_controlling=False, **mine)


def test_what_an_act_settles_nobody_ticks_off() -> None:
    mine: dict[str, Any] = {"is_addressed": True, "leads": True, "addressed": "SMZ"}

    with pytest.raises(Refused, match="completed by an act"):
        rules.check_can_complete(is_open=True, is_settled_by_act=True, reason="why", **mine)
    with pytest.raises(Refused, match="completed by an act"):
        rules.check_can_cancel(is_open=True, is_settled_by_act=True, is_controlling=True, reason="why", **mine)
    with pytest.raises(Refused, match="completed by an act"):
        rules.check_can_change(is_open=False, is_settled_by_act=True, is_controlling=True, **mine)
    rules.check_can_change(is_open=True, is_settled_by_act=True, is_controlling=True, **mine)  # a new day is no answer


def test_the_lead_completes_with_a_reason_that_reaches_the_addressed_institution(table: Table) -> None:
    item = asked(table, table.lead, table.rav, assigned=table.rav)
    with pytest.raises(Refused, match="Give the reason: RAV"):
        does(table.lead, services.complete, item=item)

    does(table.lead, services.complete, item=item, reason="done on the telephone")

    item.refresh_from_db()
    entry = Entry.objects.filter(act="workitem.done").latest("id")
    assert (item.state, item.done_by, item.reason) == (State.DONE, table.lead, "done on the telephone")
    assert entry.recipients == [table.rav.institution_id]
    assert "done on the telephone" in Event.objects.filter(act="workitem.done").latest("id").text
    assert Message.objects.filter(staff=table.rav, act="workitem.done").count() == 1


def test_unassigned_items_are_announced_to_the_contact_persons(table: Table) -> None:
    item = asked(table, table.lead, table.rav)

    does(table.lead, services.cancel, item=item, reason="no longer needed")

    entry = Entry.objects.get(act="workitem.cancelled")
    assert (entry.object_type, entry.object_id, entry.recipients) == ("workitem", item.pk, [table.rav.institution_id])
    assert set(Message.objects.filter(act="workitem.cancelled").values_list("staff", flat=True)) == {table.rav.pk}


def test_an_item_is_given_to_a_colleague_and_to_no_day_that_is_past(table: Table) -> None:
    item = asked(table, table.lead, table.rav)

    with pytest.raises(Refused, match="works for the responsible institution"):
        does(table.rav, services.reassign, item=item, staff=table.iv, version=1)
    with pytest.raises(Refused, match="works for the responsible institution"):
        asked(table, table.lead, table.rav, assigned=table.iv)
    with pytest.raises(Refused, match="not in the past"):
        does(table.rav, services.postpone, item=item, until=date(2020, 1, 1), version=item.version)
    does(table.rav, services.reassign, item=item, staff=table.rav, version=1)
    does(table.rav, services.postpone, item=item, until=DAY, version=2)
    does(table.rav, services.complete, item=item)
    does(table.rav, services.reopen, item=item)

    acts = list(
        Entry.objects.filter(object_type="workitem", object_id=item.pk).order_by("id").values_list("act", flat=True)
    )
    assert acts == [f"workitem.{act}" for act in ("asked", "assigned", "postponed", "done", "reopened")]


def test_what_is_undone_twice_is_undone_once(table: Table) -> None:
    item = asked(table, table.lead, table.rav)
    with pytest.raises(Refused, match="is open"):
        does(table.rav, services.reopen, item=item)  # nothing has been done yet
    for act, state in ((services.complete, State.DONE), (services.cancel, State.CANCELLED)):
        does(table.rav, act, item=item)
        with pytest.raises(Refused, match="no longer open"):
            does(table.rav, act, item=item)
        assert WorkItem.objects.get(pk=item.pk).state == state

        does(table.rav, services.reopen, item=item)
        with pytest.raises(Refused, match="is open"):
            does(table.rav, services.reopen, item=item)
        after = WorkItem.objects.get(pk=item.pk)
        assert (after.state, after.done_at, after.done_by, after.reason) == (State.OPEN, None, None, "")

    acts = Entry.objects.filter(object_type="workitem", object_id=item.pk).order_by("id").values_list("act", flat=True)
    assert list(acts) == [f"workitem.{act}" for act in ("asked", "done", "reopened", "cancelled", "reopened")]


@pytest.mark.parametrize("act", [services.complete, services.cancel, services.reopen])
def test_what_somebody_else_changed_since_the_page_was_read_is_not_changed_again(table: Table, act: Any) -> None:
    item = asked(table, table.lead, table.rav)
    if act is services.reopen:
        does(table.rav, services.complete, item=item)
        WorkItem.objects.filter(pk=item.pk).update(state=State.CANCELLED, done_at=None, done_by=None)
    else:
        meanwhile = {"state": State.DONE, "done_at": timezone.now(), "done_by": table.lead, "reason": "by telephone"}
        WorkItem.objects.filter(pk=item.pk).update(**meanwhile)
    before, entries = WorkItem.objects.values().get(pk=item.pk), Entry.objects.count()

    with pytest.raises(Refused, match="somebody else has just changed"):
        does(table.rav, act, item=item)

    assert WorkItem.objects.values().get(pk=item.pk) == before
    assert Entry.objects.count() == entries


def test_of_two_who_postpone_the_second_gets_both_days(table: Table) -> None:
    item = asked(table, table.lead, table.rav)
    does(table.rav, services.postpone, item=item, until=date(2027, 2, 1), version=1)

    with pytest.raises(Conflict) as refused:
        does(table.lead, services.postpone, item=item, until=date(2027, 3, 1), version=1)

    after = WorkItem.objects.get(pk=item.pk)
    assert (after.due_on, after.version) == (date(2027, 2, 1), 2)
    assert (refused.value.current, refused.value.submitted) == ({"Due on": "01.02.2027"}, {"Due on": "01.03.2027"})
    assert Entry.objects.filter(act="workitem.postponed").count() == 1


def test_of_two_who_reassign_the_second_gets_both_names(table: Table) -> None:
    item = asked(table, table.lead, table.rav)
    colleague = make_staff(table.rav.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    does(table.rav, services.reassign, item=item, staff=table.rav, version=1)

    with pytest.raises(Conflict) as refused:
        does(table.lead, services.reassign, item=item, staff=colleague, version=1)

    after = WorkItem.objects.get(pk=item.pk)
    assert (after.assigned, after.version) == (table.rav, 2)
    assert (refused.value.current, refused.value.submitted) == (
        {"Colleague": table.rav.full_name},
        {"Colleague": colleague.full_name},
    )
    assert Entry.objects.filter(act="workitem.assigned").count() == 1


@pytest.mark.usefixtures("kept")
def test_a_fact_settles_nothing_of_another_case_and_nothing_else_of_this_one(table: Table) -> None:
    """Each condition of the settling functions by itself, over rows that differ in one."""
    elsewhere = replace(table, dossier=open_file(table.lead))
    awaited, other = {"settled_by": "triaged_on"}, {"settled_by": "plan_binding_on"}
    of_case = [
        asked(table, table.lead, table.lead, **words)
        for words in (
            awaited,
            awaited | {"step": "triage/look"},
            other | {"about": ("meeting", 4)},
            other | {"about": ("service", 4)},
            other | {"about": ("meeting", 5)},
        )
    ]
    foreign = asked(elsewhere, table.lead, table.lead, **awaited)
    about = asked(elsewhere, table.lead, table.lead, **other, about=("meeting", 4))
    done = asked(table, table.lead, table.lead, **awaited)
    WorkItem.objects.filter(pk=done.pk).update(state=State.CANCELLED)

    does(table.lead, services.settle_waiting, dossier=table.dossier, by="triaged_on")
    assert _states(*of_case, foreign, about, done) == "done open open open open open open cancelled"
    does(table.lead, services.close_items_about, dossier=table.dossier, about=("meeting", 4))
    assert _states(*of_case, foreign, about, done) == "done open done open open open open cancelled"
    does(table.lead, services.settle_item, item=of_case[4])
    does(table.lead, services.settle_steps, dossier=table.dossier, steps=["triage/look"])
    assert _states(*of_case, foreign, about, done) == "done done done open done open open cancelled"
    with pytest.raises(ProgrammingError, match="not permitted"):
        sql(table.lead, "SELECT * FROM workitems_settle(%s, 'triaged_on', '', 0, '{}', 'open')", table.dossier.pk)


@pytest.mark.usefixtures("kept")
def test_leaving_a_phase_cancels_what_it_set_in_this_case_alone(table: Table) -> None:
    elsewhere = replace(table, dossier=open_file(table.lead))
    awaited: dict[str, Any] = {"settled_by": "triaged_on"}
    of_meeting: dict[str, Any] = {"settled_by": "plan_binding_on", "about": ("meeting", 4)}
    items = [
        asked(table, table.lead, table.lead, step="triage/look", **awaited),
        asked(table, table.lead, table.lead, step="triage2/look", **awaited),
        asked(table, table.lead, table.lead, step="triage/see", **of_meeting),
        asked(elsewhere, table.lead, table.lead, step="triage/look", **awaited),
        asked(elsewhere, table.lead, table.lead, step="triage/see", **of_meeting),
        asked(table, table.lead, table.lead, step="triage/old", **of_meeting),
        asked(table, table.lead, table.lead, step="triage2/see", **of_meeting),
    ]
    WorkItem.objects.filter(pk=items[5].pk).update(state=State.DONE, done_at=timezone.now(), done_by=table.lead)

    does(table.lead, services.leave_phase, dossier=table.dossier, phase="triage")

    assert _states(*items) == "cancelled open open open open done open"
    steps = [WorkItem.objects.get(pk=item.pk).step for item in items]
    assert steps == ["triage/look", "triage2/look", "", "triage/look", "triage/see", "triage/old", "triage2/see"]


def test_a_procedure_joins_an_open_item_of_this_case_that_waits_for_the_same_and_is_about_an_object(
    table: Table,
) -> None:
    elsewhere = replace(table, dossier=open_file(table.lead))
    about = ("service", 7)
    asked(elsewhere, table.lead, table.lead, settled_by="medical_report_on", about=about)
    asked(table, table.lead, table.lead, settled_by="triaged_on", about=about)
    over = asked(table, table.lead, table.lead, settled_by="medical_report_on", about=about)
    asked(table, table.lead, table.lead, settled_by="medical_report_on")  # the act would have taken its place before
    WorkItem.objects.filter(pk=over.pk).update(state=State.CANCELLED)

    def join(who: Acting) -> bool:
        return services.join_step(dossier=table.dossier, awaited="medical_report_on", step="support/report")

    assert does(table.lead, join) is False
    with pytest.raises(ProgrammingError, match="not permitted"):
        sql(table.lead, "SELECT workitems_join_step(%s, '', 'x/y')", table.dossier.pk)


def test_only_an_item_just_asked_for_takes_the_place_of_the_procedures(table: Table) -> None:
    about = ("service", 7)
    of_procedure = asked(table, table.lead, table.lead, settled_by="medical_report_on", step="support/report")
    ticked_by_hand = asked(table, table.rav, table.rav, about=about)
    about_nothing = asked(table, table.rav, table.rav, settled_by="medical_report_on")
    over = asked(table, table.rav, table.rav, settled_by="triaged_on", about=about)
    foreign = asked(table, table.lead, table.lead, settled_by="triaged_on", about=about)
    WorkItem.objects.filter(pk=over.pk).update(state=State.CANCELLED)
    WorkItem.objects.filter(pk__in=[over.pk, foreign.pk]).update(settled_by="medical_report_on")

    for item in (ticked_by_hand, about_nothing, over, foreign):
        with pytest.raises(ProgrammingError, match="not permitted"):
            sql(table.rav, "SELECT workitems_take_over(%s)", item.pk)

    assert _states(of_procedure) == "open"


def test_an_act_takes_the_place_of_what_this_case_still_asks_for_it_and_of_nothing_else(table: Table) -> None:
    """Each condition of the function by itself, over rows that differ in one."""
    elsewhere = replace(table, dossier=open_file(table.lead))
    awaited: dict[str, Any] = {"settled_by": "medical_report_on"}
    foreign = asked(elsewhere, table.lead, table.lead, **awaited, step="support/foreign")
    done = asked(table, table.lead, table.lead, **awaited, step="support/done")
    WorkItem.objects.filter(pk=done.pk).update(state=State.DONE, done_at=timezone.now(), done_by=table.lead)
    by_hand = asked(table, table.lead, table.lead, **awaited)
    of_procedure = asked(table, table.lead, table.lead, **awaited, step="support/report")
    without_step = asked(table, table.lead, table.lead, settled_by="triaged_on")

    of_act = asked(table, table.lead, table.lead, **awaited, about=("service", 7))

    assert _states(foreign, done, by_hand, of_procedure, without_step) == "open done cancelled cancelled open"
    steps = [WorkItem.objects.get(pk=item.pk).step for item in (of_act, without_step)]
    assert steps == ["support/report", ""]


def test_an_act_that_has_a_step_keeps_it(table: Table) -> None:
    asked(table, table.lead, table.lead, settled_by="medical_report_on", step="support/report")

    of_act = asked(
        table, table.lead, table.lead, settled_by="medical_report_on", about=("service", 7), step="support/own"
    )

    assert of_act.step == "support/own"


def test_the_item_that_is_named_takes_over_and_no_other_of_the_same_person(table: Table) -> None:
    about = ("service", 7)
    for awaited in ("triaged_on", "medical_report_on"):
        asked(table, table.lead, table.lead, settled_by=awaited, about=about)
    waiting = [asked(table, table.lead, table.lead, settled_by=a) for a in ("triaged_on", "medical_report_on")]
    named = WorkItem.objects.get(settled_by="medical_report_on", about_type="service")

    sql(table.lead, "SELECT workitems_take_over(%s)", named.pk)

    assert _states(*waiting) == "open cancelled"


def test_whoever_no_longer_contributes_takes_over_nothing(table: Table) -> None:
    of_act = asked(table, table.rav, table.rav, settled_by="triaged_on", about=("service", 7))
    waiting = asked(table, table.lead, table.lead, settled_by="triaged_on")
    Grant.objects.filter(institution=table.rav.institution).update(power=Power.READ)

    with pytest.raises(ProgrammingError, match="not permitted"):
        sql(table.rav, "SELECT workitems_take_over(%s)", of_act.pk)

    assert _states(waiting) == "open"


def test_whoever_leads_cancels_a_single_item_and_not_by_what_it_waits_for(table: Table) -> None:
    item = asked(table, table.lead, table.rav, settled_by="triaged_on")

    with pytest.raises(ProgrammingError, match="no recorded act"):
        sql(
            table.lead,
            "SELECT workitems_settle(%s, 'triaged_on', '', 0, '{}', 'cancelled')",
            table.dossier.pk,
        )

    assert _states(item) == "open"


def test_the_steps_of_a_case_are_seen_by_those_who_contribute_to_it(table: Table) -> None:
    elsewhere = replace(table, dossier=open_file(table.lead))
    asked(table, table.lead, table.lead, settled_by="triaged_on", step="triage/look")
    asked(table, table.lead, table.lead, settled_by="question")
    asked(elsewhere, table.lead, table.lead, settled_by="triaged_on", step="triage/foreign")
    stranger = make_staff(make_institution("BSL"), Role.FRONT_LINE_WORKER, last_name="Stranger")

    def steps(by: Appointment) -> list[str]:
        with acting_as(acting(by)), connection.cursor() as cursor:
            cursor.execute("SELECT step FROM workitems_steps(%s)", [table.dossier.pk])
            return [step for (step,) in cursor.fetchall()]

    assert (steps(table.lead), steps(table.iv), steps(stranger)) == (["triage/look"], ["triage/look"], [])


_ASKED_AS = """INSERT INTO workitems_workitem SELECT (jsonb_populate_record(w, jsonb_build_object(
    'id', -1, 'asked_by_id', %s))).* FROM workitems_workitem w WHERE w.id = %s"""
_DONE_AS = "UPDATE workitems_workitem SET state = 'done', done_at = now(), done_by_id = %s WHERE id = %s"


@pytest.mark.parametrize("statement", [_ASKED_AS, _DONE_AS])
def test_nobody_asks_or_completes_in_the_name_of_another(table: Table, statement: str) -> None:
    item = asked(table, table.rav, table.rav)

    with pytest.raises(ProgrammingError, match="in another's name"):
        sql(table.rav, statement, table.lead.pk, item.pk)


@pytest.mark.parametrize("then", ["done", "cancelled"])
def test_nothing_is_settled_without_an_act_that_is_kept(table: Table, then: str) -> None:
    """Whoever contributes cannot say by themselves that something was done; whoever leads may say that it need not be."""
    items = [
        asked(table, table.lead, table.rav, settled_by=awaited, about=about, step=step)
        for awaited, about, step in (
            ("triaged_on", ("case", table.dossier.pk), ""),
            ("question", ("question", table.dossier.pk), ""),
            ("consent_renewed", ("consent", 7), ""),
            ("person_informed", ("disclosure", 7), ""),
            ("plan_signed", ("signature", 7), ""),
            ("plan_reviewed", ("plan", 7), ""),
            ("correction_answered", ("correction", 7), ""),
            ("assessment", ("assessment", 7), ""),
            ("later_outcome", ("later_outcome", table.dossier.pk), ""),
            ("medical_report_on", ("service", 7), ""),
            ("plan_binding_on", ("", None), "support/plan"),
            ("target_agreement_binding_on", ("", None), "support/agreement"),
            ("case_manager_named", ("", None), ""),
            ("consent_valid", ("", None), "support/consent"),
            ("register_checked", ("", None), "support/register"),
        )
    ]

    for item in items:
        about = (item.about_type, item.about_id or 0)
        for kind, number in (("workitem", item.pk), about):
            call = "SELECT workitems_settle(%s, %s, %s, %s, %s, %s)"
            values = (table.dossier.pk, item.settled_by, kind, number, [item.step or "x"], then)
            with pytest.raises(ProgrammingError, match="no recorded act"):
                sql(table.rav, call, *values)
    with pytest.raises(ProgrammingError, match="has not left the phase"):
        sql(table.rav, "SELECT workitems_leave_phase(%s, 'support')", table.dossier.pk)

    assert set(WorkItem.objects.values_list("state", flat=True)) == {State.OPEN}
    assert sql(
        table.lead, "SELECT workitems_settle(%s, '', 'workitem', %s, '{}', 'cancelled')", table.dossier.pk, items[0].pk
    )


@pytest.mark.usefixtures("kept")
def test_the_number_of_a_thing_is_not_that_of_an_item(table: Table) -> None:
    other = asked(table, table.lead, table.lead, settled_by="triaged_on")
    item = asked(table, table.lead, table.lead, settled_by="thing_done", about=("thing", other.pk))

    does(table.lead, services.close_items_about, dossier=table.dossier, about=("thing", other.pk))

    assert [WorkItem.objects.get(pk=i.pk).state for i in (item, other)] == [State.DONE, State.OPEN]


@pytest.mark.parametrize(
    ("outcomes", "about", "is_settled"),
    [
        ({"": "done", "awaited": None}, ("", None), False),  # its code has a function of its own, which returns nothing
        ({"": None, "awaited": "done"}, ("", None), True),
        ({"": None, "thing": "done"}, ("thing", 1), True),
        ({"": None, "thing": None}, ("thing", 1), False),
        ({"": "done", "thing": None}, ("thing", 1), True),  # its code has no function of its own
    ],
)
def test_the_outcome_is_asked_by_the_type_of_the_object_or_by_what_the_item_waits_for(
    table: Table, outcomes: dict[str, str | None], about: tuple[str, int | None], is_settled: bool
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM workitems_outcome")
        for number, (code, outcome) in enumerate(outcomes.items()):
            value = f"'{outcome}'" if outcome else "NULL::text"
            cursor.execute(
                f"CREATE FUNCTION outcome_{number}(workitems_workitem) RETURNS text LANGUAGE sql RETURN {value}"
            )
            cursor.execute("INSERT INTO workitems_outcome VALUES (%s, %s)", [code, f"outcome_{number}"])
    item = asked(table, table.lead, table.lead, settled_by="awaited", about=about)

    with nullcontext() if is_settled else pytest.raises(ProgrammingError, match="no recorded act"):
        does(table.lead, services.settle_item, item=item)

    assert WorkItem.objects.get(pk=item.pk).state == (State.DONE if is_settled else State.OPEN)


@pytest.mark.parametrize("then", ["done", "cancelled"])
def test_what_only_somebody_else_says_leaves_the_item_and_settles_the_others(table: Table, then: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION outcome_of_lead(w workitems_workitem) RETURNS text LANGUAGE sql"
            f" RETURN CASE WHEN w.addressed_id = {table.lead.institution_id} THEN '{then}' ELSE 'stays' END;"
            "DELETE FROM workitems_outcome; INSERT INTO workitems_outcome VALUES ('', 'outcome_of_lead')"
        )
    own, other = (asked(table, table.lead, of, settled_by="said") for of in (table.lead, table.rav))
    call = "SELECT workitems_settle(%s, 'said', '', 0, '{}', %s)"

    if then == "done":
        assert sql(table.lead, call, table.dossier.pk, then) == 1
        assert _states(own, other) == "done open"
    else:
        with pytest.raises(ProgrammingError, match="no recorded act"):
            sql(table.lead, call, table.dossier.pk, then)


def test_what_waits_is_listed_for_whoever_contributes_without_the_titles_of_closed_categories(table: Table) -> None:
    elsewhere = replace(table, dossier=open_file(table.lead))
    of_rav = asked(table, table.lead, table.rav, settled_by="said", category=DataCategory.EMPLOYMENT)
    closed = asked(table, table.lead, table.lead, settled_by="said", category=DataCategory.FINANCES)
    done = asked(table, table.lead, table.rav, settled_by="said")
    WorkItem.objects.filter(pk=done.pk).update(state=State.CANCELLED)
    asked(table, table.lead, table.rav, settled_by="other")
    asked(table, table.lead, table.rav)
    asked(elsewhere, table.lead, table.rav, settled_by="said")
    reader = make_staff(make_institution("AFAW"), Role.FRONT_LINE_WORKER, last_name="Reader")
    let_in(table.lead, table.dossier, Principal(institution_id=reader.institution_id), power=Power.READ, because=3)

    def seen(by: Appointment, code: str = "said") -> list[tuple[int, str, int]]:
        who = acting(by)
        with acting_as(who):
            return [(item.pk, item.title, item.addressed_id) for item in queries.awaiting(table.dossier, code)]

    rav, lead = table.rav.institution_id, table.lead.institution_id
    assert seen(table.lead) == [(of_rav.pk, "Call", rav), (closed.pk, "Call", lead)]
    assert seen(table.iv) == [(of_rav.pk, "Call", rav), (closed.pk, "", lead)]
    assert seen(reader) == seen(table.lead, "") == []


@pytest.mark.usefixtures("kept")
def test_the_title_of_a_closed_category_is_not_given_out(table: Table) -> None:
    texts = {"de": "Anrufen"}
    for category in (DataCategory.FINANCES, DataCategory.EMPLOYMENT):
        asked(
            table, table.lead, table.lead, settled_by="triaged_on", category=category, texts=texts, step="triage/look"
        )
        asked(
            table, table.lead, table.lead, settled_by="triaged_on", category=category, texts=texts, step="support/look"
        )

    def titles(by: Appointment, call: str) -> list[tuple[object, ...]]:
        with acting_as(acting(by)), connection.cursor() as cursor:
            cursor.execute(f"SELECT title, texts::text FROM {call} ORDER BY category", [table.dossier.pk])
            return cursor.fetchall()

    open_one, closed = ("Call", '{"de": "Anrufen"}'), ("", None)
    assert titles(table.iv, "workitems_settle(%s, '', '', 0, '{triage/look}', 'done')") == [open_one, closed]
    assert titles(table.iv, "workitems_leave_phase(%s, 'support')") == [open_one, closed]


@pytest.mark.usefixtures("kept")
def test_whoever_asked_and_a_job_are_given_the_title_in_a_closed_category(table: Table) -> None:
    def title(who: Acting) -> str:
        item = asked(table, table.iv, table.lead, settled_by="triaged_on", category=DataCategory.FINANCES)
        with acting_as(who), connection.cursor() as cursor:
            cursor.execute("SELECT workitems_title(w) FROM workitems_workitem w WHERE w.id = %s", [item.pk])
            return str(cursor.fetchone()[0])

    with connection.cursor() as cursor:
        cursor.execute("GRANT EXECUTE ON FUNCTION workitems_title TO suone_app")
    assert title(acting(table.iv)) == title(acting_for_job("a test")) == "Call"


@pytest.mark.usefixtures("kept")
def test_the_timeline_has_the_title_for_those_who_may_read_it(table: Table) -> None:
    asked(table, table.lead, table.lead, settled_by="triaged_on", category=DataCategory.FINANCES)
    does(table.iv, services.settle_waiting, dossier=table.dossier, by="triaged_on")

    def titles(by: Appointment) -> list[str]:
        who = acting(by)
        with acting_as(who):
            events = events_of(who, table.dossier, only=Q(act="workitem.done"))
            queries.name_items(who, events)
            return [event.text for event in events]

    assert (titles(table.lead), titles(table.iv)) == (["Call"], [""])  # whoever wrote a line reads it, and no title


def _states(*items: WorkItem) -> str:
    return " ".join(WorkItem.objects.get(pk=item.pk).state for item in items)


def test_a_contributor_completes_their_own_alone(table: Table) -> None:
    colleague = make_staff(table.rav.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    own, foreign = asked(table, table.lead, table.rav, assigned=colleague), asked(table, table.lead, table.lead)

    does(table.rav, services.complete, item=own)
    does(table.lead, services.complete, item=foreign)
    foreign.refresh_from_db()
    with pytest.raises(Refused, match="belongs to SMZ"):
        does(table.rav, services.reopen, item=foreign)
    does(table.lead, services.reopen, item=foreign)
    with pytest.raises(Refused, match="belongs to SMZ"):
        does(table.rav, services.cancel, item=foreign, reason="I say so")
    with pytest.raises(Refused, match="belongs to SMZ"):
        does(table.rav, services.reassign, item=foreign, staff=table.lead, version=1)
    with pytest.raises(Refused, match="belongs to SMZ"):
        does(table.rav, services.complete, item=foreign, reason="I say so")
    with pytest.raises(Refused, match="belongs to SMZ"):
        does(table.rav, services.postpone, item=foreign, until=DAY, version=1)

    assert [WorkItem.objects.get(pk=i.pk).state for i in (own, foreign)] == [State.DONE, State.OPEN]
    assert not Message.objects.filter(act="workitem.done").exists()  # nobody else spoke for them


def test_the_database_lets_nobody_tick_off_what_is_not_theirs(table: Table) -> None:
    of_lead, of_rav = asked(table, table.lead, table.lead), asked(table, table.rav, table.rav)

    assert sql(table.rav, _DONE, "why", of_lead.pk) == 0  # neither addressed nor asking
    with pytest.raises(ProgrammingError, match="reason is missing"):
        sql(table.lead, _DONE, "", of_rav.pk)
    assert sql(table.lead, _DONE, "why", of_rav.pk) == 1


def test_whoever_asked_may_not_say_in_the_database_that_it_is_done(table: Table) -> None:
    item = asked(table, table.rav, table.lead)

    with pytest.raises(ProgrammingError, match="not permitted"):
        sql(table.rav, _DONE, "why", item.pk)
    with pytest.raises(ProgrammingError, match="reason is missing"):
        sql(table.rav, "UPDATE workitems_workitem SET state = 'cancelled' WHERE id = %s", item.pk)
    assert sql(table.rav, "UPDATE workitems_workitem SET state = 'cancelled', reason = 'x' WHERE id = %s", item.pk) == 1


@pytest.mark.parametrize(
    "change",
    [
        "state = 'done', done_at = now(), done_by_id = actor_staff(), reason = 'x'",
        "settled_by = ''",
        "addressed_id = controlling_id",
    ],
)
def test_the_database_keeps_what_an_act_settles(table: Table, change: str) -> None:
    item = asked(table, table.lead, table.rav, settled_by="triaged_on")

    for by in (table.rav, table.lead):
        with pytest.raises(ProgrammingError):
            sql(by, f"UPDATE workitems_workitem SET {change} WHERE id = %s", item.pk)
    does(table.rav, services.postpone, item=item, until=DAY, version=item.version)  # a new day is no answer

    assert WorkItem.objects.get(pk=item.pk).state == State.OPEN


def test_an_item_in_a_closed_category_is_not_changed_unseen(table: Table) -> None:
    item = asked(table, table.lead, table.iv, category=DataCategory.FINANCES)

    assert sql(table.iv, _DONE, "", item.pk) == 0


@pytest.mark.usefixtures("kept")
def test_a_fact_settles_what_waits_for_it_in_closed_categories_too(table: Table) -> None:
    item = asked(table, table.lead, table.lead, settled_by="plan_binding_on", category=DataCategory.FINANCES)
    other = asked(table, table.lead, table.lead, settled_by="triaged_on")

    does(table.iv, services.settle_waiting, dossier=table.dossier, by="plan_binding_on")

    states = {i.pk: i.state for i in WorkItem.objects.all()}
    assert (states[item.pk], states[other.pk]) == (State.DONE, State.OPEN)
    assert Entry.objects.filter(act="workitem.done", object_id=item.pk).count() == 1


@pytest.mark.parametrize(
    "call",
    [
        "workitems_settle(%s, 'triaged_on', '', 0, '{}', 'done')",
        "workitems_leave_phase(%s, 'support')",
        "workitems_take_over((SELECT max(id) FROM workitems_workitem WHERE dossier_id = %s))",
        "workitems_join_step(%s, 'triaged_on', 'x/y')",
        "workitems_withdraw(%s, '{x/y}')",
    ],
)
def test_only_those_who_contribute_settle(table: Table, call: str) -> None:
    stranger = make_staff(make_institution("BSL"), Role.FRONT_LINE_WORKER, last_name="Stranger")
    reader = make_staff(make_institution("T1"), Role.FRONT_LINE_WORKER, last_name="Reader")
    let_in(table.lead, table.dossier, Principal(institution_id=reader.institution_id), because=3)
    item = asked(table, table.lead, table.lead, settled_by="triaged_on")

    for by in (stranger, reader):
        with pytest.raises(ProgrammingError, match="not permitted"):
            sql(by, f"SELECT * FROM {call}", table.dossier.pk)

    assert WorkItem.objects.get(pk=item.pk).state == State.OPEN


@pytest.mark.usefixtures("kept")
def test_settling_returns_what_the_timeline_needs_and_no_details(table: Table) -> None:
    item = asked(table, table.lead, table.rav, settled_by="triaged_on", details="in confidence")
    left = asked(table, table.lead, table.lead, settled_by="medical_report_on", step="support/report")

    def called(call: str) -> list[dict[str, object]]:
        with acting_as(acting(table.iv)), connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {call}", [table.dossier.pk])
            return [dict(zip([c.name for c in cursor.description], row, strict=True)) for row in cursor.fetchall()]

    returned = {"id", "category", "title", "language", "texts", "addressed_id", "assigned_id"}
    [settled] = called("workitems_settle(%s, 'triaged_on', '', 0, '{}', 'done')")
    [cancelled] = called("workitems_leave_phase(%s, 'support')")
    assert (settled["id"], set(settled)) == (item.pk, returned)
    assert (cancelled["id"], set(cancelled)) == (left.pk, returned)
    assert _states(item, left) == "done cancelled"


def test_no_act_settles_an_item_that_is_ticked_by_hand(table: Table) -> None:
    item = asked(table, table.lead, table.rav, about=("meeting", 4))

    does(table.rav, services.close_items_about, dossier=table.dossier, about=("meeting", 4))

    assert WorkItem.objects.get(pk=item.pk).state == State.OPEN


def test_an_act_takes_the_place_of_what_the_procedure_asks(table: Table) -> None:
    of_procedure = asked(table, table.lead, table.lead, settled_by="medical_report_on", step="support/report")

    of_act = asked(table, table.lead, table.rav, settled_by="medical_report_on", about=("service", 7))

    of_procedure.refresh_from_db()
    assert (of_procedure.state, of_act.state, of_act.step) == (State.CANCELLED, State.OPEN, "support/report")


@pytest.mark.usefixtures("kept")
def test_the_procedure_joins_what_an_act_asked(table: Table) -> None:
    item = asked(table, table.lead, table.rav, settled_by="medical_report_on", about=("service", 7))

    def join(who: Acting) -> bool:
        return services.join_step(dossier=table.dossier, awaited="medical_report_on", step="support/report")

    assert does(table.lead, join) is True
    assert does(table.lead, join) is False  # it is a step of the procedure already
    does(table.lead, services.leave_phase, dossier=table.dossier, phase="support")
    item.refresh_from_db()
    assert (item.state, item.step) == (State.OPEN, "")  # the mandate goes on where the case left the phase


def test_lists_hold_what_is_open_and_the_latest_that_are_done(table: Table) -> None:
    todo, done, cancelled = (asked(table, table.lead, table.rav, assigned=table.rav) for _each in range(3))
    does(table.rav, services.complete, item=done)
    does(table.rav, services.cancel, item=cancelled)

    for who in (acting(table.lead), acting(table.rav)):
        with acting_as(who):
            assert queries.items_of(who, table.dossier) == [todo, done]
    with acting_as(acting(table.rav)):
        assert list(queries.my_open_items(acting(table.rav))) == [todo]
    with acting_as(acting(table.lead)):
        assert list(queries.waiting_for_others(acting(table.lead))) == [todo]
    with acting_as(acting(table.iv)), pytest.raises(Http404):
        queries.readable_item(acting(table.iv), table.dossier.pk, todo.pk)
