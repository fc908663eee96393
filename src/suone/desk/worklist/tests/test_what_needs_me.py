"""The home page: what is mine to do, in the order of its days, and whom I wait for."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import activate, ask, do, notify
from suone.desk.worklist import queries, services
from suone.desk.worklist.queries import Entry, Line, colleagues_of, counts
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry as LogEntry
from suone.ground.audit.models import RecordKind
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_staff
from suone.records.consents.services import withdraw_consent
from suone.records.consents.tests.factories import Cast, line
from suone.records.workitems.models import State, WorkItem
from suone.records.workitems.services import add_work_item, complete


def item(
    by: Appointment, case: Case, to: Appointment, *, days: int = 0, assigned: bool = True, **changes: Any
) -> WorkItem:
    usual: dict[str, Any] = {
        "title": f"Due in {days}",
        "due_on": timezone.localdate() + timedelta(days=days),
        "addressed_id": to.institution_id,
        "assigned": to if assigned else None,
    }
    kept: WorkItem = do(by, add_work_item, dossier=case.dossier, **usual | changes)
    return kept


def mine(staff: Appointment) -> list[Entry]:
    who = acting(staff)
    with acting_as(who):
        return queries.entries(who, queries.mine(who), state="open")


def lines(staff: Appointment) -> list[Line]:
    who = acting(staff)
    with acting_as(who):
        return queries.mine(who)


def awaited(staff: Appointment) -> list[Entry]:
    who = acting(staff)
    with acting_as(who):
        return queries.entries(who, queries.awaited(who), state="waits")


def steps(entries: list[Entry]) -> list[str]:
    return [entry.step for entry in entries]


def test_my_items_are_in_the_order_of_their_days(cast: Cast, active: Case) -> None:
    for days in (5, -3, 0, 40):
        item(cast.coordinator, active, cast.worker, days=days)

    entries = mine(cast.worker)

    assert steps(entries) == ["Due in -3", "Due in 0", "Due in 5", "Due in 40"]
    assert [line.urgency(timezone.localdate()) for line in lines(cast.worker)] == ["overdue", "today", "week", "later"]
    assert counts(lines(cast.worker), timezone.localdate()) == {"overdue": 1, "today": 1, "week": 1, "later": 1}
    assert {(entry.number, entry.who) for entry in entries} == {(active.dossier.number, "Muster Peter, 1999")}


@pytest.mark.parametrize(("days", "urgency"), [(-1, "overdue"), (0, "today"), (1, "week"), (7, "week"), (8, "later")])
def test_a_week_has_seven_days(cast: Cast, active: Case, days: int, urgency: str) -> None:
    item(cast.coordinator, active, cast.worker, days=days)

    assert [line.urgency(timezone.localdate()) for line in lines(cast.worker)] == [urgency]


def test_what_nobody_of_my_institution_has_in_hand_is_mine_too(cast: Cast, active: Case) -> None:
    colleague = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    item(cast.coordinator, active, cast.worker, assigned=False, title="For anybody")
    item(cast.coordinator, active, colleague, title="For the colleague")

    assert steps(mine(cast.worker)) == ["For anybody"]
    assert steps(mine(colleague)) == ["For anybody", "For the colleague"]


def test_done_is_no_longer_to_do(cast: Cast, active: Case) -> None:
    do(cast.worker, complete, item=item(cast.coordinator, active, cast.worker))

    assert mine(cast.worker) == []
    assert awaited(cast.coordinator) == []


def test_a_new_notification_waits_on_the_offices_list(cast: Cast) -> None:
    case = notify(cast)

    assert [(entry.step, entry.number) for entry in mine(cast.coordinator)] == [
        ("Triage the notification", case.dossier.number)
    ]
    assert mine(cast.stranger) == []


def test_a_request_to_take_part_shows_who_asks_and_nothing_of_the_person(cast: Cast, active: Case) -> None:
    decision = ask(cast, active, cast.adviser)

    entry = mine(cast.adviser)[0]

    assert (entry.step, entry.decision_id) == ("Answer the request to take part", decision.pk)
    assert (entry.dossier_id, entry.who) == (None, "")
    assert (entry.institution, entry.person) == ("IIZ", cast.coordinator.full_name)


def test_waiting_for_others_names_institution_person_and_telephone(cast: Cast, active: Case) -> None:
    ask(cast, active, cast.adviser)
    item(cast.coordinator, active, cast.worker, title="Call the employer")

    waiting = {entry.step: entry for entry in awaited(cast.coordinator)}

    in_hand = waiting["Call the employer"]
    assert (in_hand.institution, in_hand.person, in_hand.phone) == ("SMZ", "Ada Worker", "027 000 00 00")
    assert waiting["Answer to the request to take part"].institution == "RAV"


def test_what_i_asked_of_myself_is_no_waiting(cast: Cast, active: Case) -> None:
    item(cast.worker, active, cast.worker, title="My own")

    assert steps(mine(cast.worker)) == ["My own"]
    assert awaited(cast.worker) == []


def test_what_a_colleague_asked_is_the_colleagues_to_follow_up(cast: Cast, active: Case) -> None:
    colleague = make_staff(cast.coordinator.institution, Role.REGIONAL_COORDINATOR, last_name="Colleague")
    item(cast.coordinator, active, cast.worker)

    assert len(awaited(cast.coordinator)) == 1
    assert awaited(colleague) == []


def test_when_the_consent_is_withdrawn_its_items_leave_the_list(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser))
    item(cast.coordinator, case, cast.adviser)
    assert len(mine(cast.adviser)) == 1

    do(cast.worker, withdraw_consent, consent=case.dossier.consents.get())

    assert mine(cast.adviser) == []


def test_what_is_to_be_done_is_shown_without_a_name_where_identity_is_closed(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser, DataCategory.ADMINISTRATIVE.bit))
    item(cast.coordinator, case, cast.adviser)

    assert [(entry.number, entry.who) for entry in mine(cast.adviser)] == [(case.dossier.number, "")]


def test_colleagues_are_those_of_ones_own_institution(cast: Cast) -> None:
    who = acting(cast.worker)

    with acting_as(who):
        assert [staff.pk for staff in colleagues_of(who)] == [cast.worker.pk]


def test_the_page_shows_tiles_with_counts_and_filters_by_them(cast: Cast, active: Case) -> None:
    item(cast.coordinator, active, cast.worker, days=-3)
    item(cast.coordinator, active, cast.worker, days=5)
    item(cast.worker, active, cast.coordinator, days=2, title="Awaited")
    worker = client_of(cast.worker)

    everything = worker.get("/").content.decode()
    overdue = worker.get("/?show=overdue").content.decode()
    waiting = worker.get("/?show=waiting").content.decode()

    assert "<strong>1</strong> Overdue" in everything
    assert "<strong>0</strong> Today" in everything
    assert "Due in -3" in everything
    assert "Due in 5" in everything
    assert "Awaited" not in everything
    assert ("Due in -3" in overdue, "Due in 5" in overdue) == (True, False)
    assert "Ada Coordinator" in waiting
    assert 'name="item"' not in waiting  # what others do is not ticked off by me


def test_the_page_sorts_by_day_in_both_directions(cast: Cast, active: Case) -> None:
    for days in (1, 3):
        item(cast.coordinator, active, cast.worker, days=days)
    worker = client_of(cast.worker)

    ascending, descending = (worker.get(path).content.decode() for path in ("/", "/?sort=-due"))

    assert ascending.index("Due in 1") < ascending.index("Due in 3")
    assert descending.index("Due in 3") < descending.index("Due in 1")


def test_the_page_sorts_by_case_and_by_who_is_responsible(cast: Cast, active: Case) -> None:
    other = activate(cast)
    item(cast.worker, other, cast.worker, days=1)
    item(cast.worker, active, cast.worker, days=5)
    client = client_of(cast.worker)

    up = client.get("/?sort=case").content.decode()
    down = client.get("/?sort=-case").content.decode()

    assert up.index(active.dossier.number) < up.index(other.dossier.number)
    assert down.index(other.dossier.number) < down.index(active.dossier.number)
    assert 'aria-sort="descending"' in down
    assert client.get("/?sort=who").status_code == client.get("/?sort=nonsense").status_code == 200


@pytest.mark.parametrize("role", [Role.STEERING, Role.DATA_PROTECTION_OFFICER, Role.OFFICE_ADMINISTRATOR])
def test_who_does_not_work_on_cases_is_asked_for_nothing(cast: Cast, role: Role) -> None:
    notify(cast)
    colleague = make_staff(cast.coordinator.institution, role, last_name="Elsewhere")

    assert mine(colleague) == []
    page = client_of(colleague).get("/").content.decode()
    assert ("/cases/" in page) == (role == Role.OFFICE_ADMINISTRATOR)


def test_a_quiet_day_leads_to_the_cases(cast: Cast) -> None:
    page = client_of(cast.stranger).get("/").content.decode()

    assert "Nothing here. A quiet moment." in page
    assert 'href="/cases/"' in page


def test_reading_the_list_is_logged_and_a_role_without_it_is_refused(cast: Cast) -> None:
    nobody = make_staff(cast.stranger.institution, last_name="Nobody")

    client_of(cast.worker).get("/")
    refused = client_of(nobody).get("/")

    assert LogEntry.objects.get(act="worklist.read").kind == RecordKind.READ
    assert refused.status_code == 403


def test_thirty_rows_ask_the_database_no_more_often_than_three(cast: Cast) -> None:
    worker = client_of(cast.worker)

    def fill(rows: int) -> None:
        for _row in range(rows):
            case = activate(cast, line(cast.adviser))
            item(cast.coordinator, case, cast.worker, days=1)
            item(cast.worker, case, cast.adviser, days=2)
            ask(cast, activate(cast, by=cast.adviser), cast.worker)

    def statements(path: str) -> int:
        worker.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert worker.get(path).status_code == 200
        return len(asked)

    fill(3)
    few = statements("/"), statements("/?show=waiting")
    fill(27)
    many = statements("/"), statements("/?show=waiting")

    assert many == few
    assert max(few) <= 29


def test_the_page_shows_fifty_and_the_tiles_count_all(cast: Cast, active: Case) -> None:
    for days in range(queries.PAGE + 3):
        item(cast.coordinator, active, cast.worker, days=-100 + days)
    worker = client_of(cast.worker)

    first, second = (worker.get(path).content.decode() for path in ("/", "/?page=2&sort=due"))

    assert f"<strong>{queries.PAGE + 3}</strong> Overdue" in first
    assert (first.count("Due in -"), second.count("Due in -")) == (queries.PAGE, 3)
    assert "?page=2&amp;sort=due" in first
    assert "?page=1&amp;sort=due" in second
    assert "Page 2 of 2" in second
    assert "?page=3" not in second
    assert worker.get("/?page=99&page=x").status_code == 200


# Several at once.


def test_several_items_are_done_together(cast: Cast, active: Case) -> None:
    items = [item(cast.coordinator, active, cast.worker, days=days) for days in (1, 2)]

    answer = client_of(cast.worker).post(
        "/worklist/several", {"item": [kept.pk for kept in items], "what": "done"}, follow=True
    )

    assert "2 work items changed." in answer.content.decode()
    assert set(WorkItem.objects.filter(pk__in=[kept.pk for kept in items]).values_list("state", flat=True)) == {"done"}


def test_several_items_are_postponed_or_handed_on(cast: Cast, active: Case) -> None:
    colleague = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    kept = item(cast.coordinator, active, cast.worker)
    worker = client_of(cast.worker)
    until = timezone.localdate() + timedelta(days=4)

    worker.post("/worklist/several", {"item": [kept.pk], "what": "postpone", "until": until.isoformat()})
    worker.post("/worklist/several", {"item": [kept.pk], "what": "reassign", "staff": colleague.pk})

    kept.refresh_from_db()
    assert (kept.due_on, kept.assigned_id) == (until, colleague.pk)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"what": "done", "item": []}, "Tick at least one work item"),
        ({"what": "done", "item": ["²", "x", "9" * 40]}, "Tick at least one work item"),
        ({"what": "postpone", "until": ""}, "Choose the new day"),
        ({"what": "postpone", "until": "2026-02-31"}, "Choose the new day"),
        ({"what": "postpone", "until": "2020-01-01"}, "Choose a day that is not in the past"),
        ({"what": "reassign", "staff": ""}, "Choose a colleague"),
        ({"what": "reassign", "staff": "abc"}, "Nobody found for “abc”"),
        ({"what": "reassign", "staff": "stranger"}, "nobody else works there today"),
    ],
)
def test_what_cannot_be_done_changes_none_and_says_why(
    cast: Cast, active: Case, form: dict[str, Any], sentence: str
) -> None:
    kept = item(cast.coordinator, active, cast.worker)
    form = {"item": [kept.pk]} | form
    if form.get("staff") == "stranger":
        form["staff"] = cast.stranger.pk

    answer = client_of(cast.worker).post("/worklist/several", form)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    after = WorkItem.objects.get(pk=kept.pk)
    assert (after.state, after.due_on, after.assigned_id) == (State.OPEN, kept.due_on, kept.assigned_id)


def test_items_of_others_are_not_touched_even_when_ticked(cast: Cast, active: Case) -> None:
    theirs = item(cast.worker, active, cast.coordinator)
    own = item(cast.coordinator, active, cast.worker)

    client_of(cast.worker).post("/worklist/several", {"item": [theirs.pk, own.pk], "what": "done"})

    states = {kept.pk: kept.state for kept in WorkItem.objects.filter(pk__in=[theirs.pk, own.pk])}
    assert states == {theirs.pk: State.OPEN, own.pk: State.DONE}


@pytest.mark.parametrize("what", ["postpone", "reassign"])
def test_all_or_none_is_changed(cast: Cast, active: Case, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    first, second = (item(cast.coordinator, active, cast.worker, days=days) for days in (1, 2))
    colleague = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    real = getattr(services, what)

    def changed_meanwhile(who: Any, *, item: WorkItem, **arguments: Any) -> None:
        if item.pk == second.pk:
            WorkItem.objects.filter(pk=second.pk).update(version=99)
        real(who, item=item, **arguments)

    monkeypatch.setattr(services, what, changed_meanwhile)
    form = {
        "item": [first.pk, second.pk],
        "what": what,
        "until": (timezone.localdate() + timedelta(days=9)).isoformat(),
        "staff": colleague.pk,
    }

    answer = client_of(cast.worker).post("/worklist/several", form)

    assert answer.status_code == 409
    after = WorkItem.objects.get(pk=first.pk)
    assert (after.due_on, after.assigned) == (timezone.localdate() + timedelta(days=1), first.assigned)


def test_whoever_reassigns_from_an_old_page_gets_both_names(cast: Cast, active: Case) -> None:
    kept = item(cast.coordinator, active, cast.worker)
    colleague = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    page, worker = f"/dossiers/{active.pk}/work-items/{kept.pk}/hand-on", client_of(cast.worker)
    assert 'name="version" value="1"' in worker.get(page).content.decode()
    worker.post(page, {"staff": cast.worker.pk, "version": 1})

    answer = worker.post(page, {"staff": colleague.pk, "version": 1})

    assert answer.status_code == 409
    assert all(staff.full_name in answer.content.decode() for staff in (cast.worker, colleague))
    assert WorkItem.objects.get(pk=kept.pk).assigned == cast.worker
