"""Two people at the same moment: each step counts once, and nothing is lost."""

from collections.abc import Callable
from copy import copy
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from suone.casework.cases import services as case_services
from suone.casework.cases.models import Assignment, Case, Function, Note, Participant, ParticipantState
from suone.casework.cases.rules import NoteKind
from suone.casework.leading import services
from suone.casework.leading.tests.factories import activate, ask, do, notify
from suone.ground.access.categories import DataCategory, categories_in
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, make_staff
from suone.records.consents.models import Consent, ConsentRecipient
from suone.records.consents.services import narrow_consent, withdraw_consent
from suone.records.consents.tests.factories import Cast, make_cast
from suone.records.workitems import services as workitem_services
from suone.records.workitems.models import WorkItem

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def at_once(*acts: Callable[[], Any]) -> list[Exception | None]:
    """Start all of them together, each on a connection of its own; what each one ended with."""
    barrier = Barrier(len(acts))
    ended: list[Exception | None] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=10)
            act()
        except Exception as error:
            ended[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return ended


@pytest.mark.parametrize(
    ("service", "function"),
    [(case_services.name_lead, Function.LEAD), (case_services.name_case_manager, Function.CASE_MANAGER)],
)
def test_two_namings_at_once_leave_exactly_one(cast: Cast, service: Any, function: Function) -> None:
    case = activate(cast)
    before = Assignment.objects.filter(dossier=case.dossier, function=function).count()

    def name(by: Appointment, staff: Appointment) -> Callable[[], Any]:
        return lambda: do(by, service, case=case, staff=staff)

    for _round in range(ROUNDS):
        ended = at_once(name(cast.worker, cast.coordinator), name(cast.coordinator, cast.worker))
        assert ended == [None, None]
        assert Assignment.objects.filter(dossier=case.dossier, function=function, valid_until=None).count() == 1

    assert Assignment.objects.filter(dossier=case.dossier, function=function).count() == before + 2 * ROUNDS


def test_of_two_simultaneous_answers_one_counts_and_the_other_is_shown_it(cast: Cast) -> None:
    case = activate(cast)

    for _round in range(ROUNDS):
        decision = ask(cast, case, cast.adviser)
        accept = {"decision": decision, "accept": True}
        decline = {"decision": decision, "accept": False, "reason": "Not our client"}
        ended = at_once(
            lambda accept=accept: do(cast.adviser, case_services.answer_participation, **accept),
            lambda decline=decline: do(cast.adviser, case_services.answer_participation, **decline),
        )

        assert sorted(type(error).__name__ for error in ended) == ["Conflict", "NoneType"]
        participant = Participant.objects.get(decision=decision)
        decision.refresh_from_db()
        accepted = ended[0] is None
        assert decision.state == ("accepted" if accepted else "declined")
        assert participant.state == (ParticipantState.TAKING_PART if accepted else ParticipantState.DECLINED)
        if accepted:
            do(cast.coordinator, case_services.leave, participant=participant)


def test_the_same_institution_asked_by_two_at_once_is_asked_once(cast: Cast) -> None:
    for _round in range(ROUNDS):
        case = activate(cast)

        ended = at_once(*[lambda case=case: ask(cast, case, cast.adviser)] * 2)

        assert sorted(type(error).__name__ for error in ended) == ["NoneType", "Refused"]
        assert Participant.objects.filter(dossier=case.dossier, institution=cast.adviser.institution).count() == 1


def test_of_two_triages_at_once_none_is_lost_and_the_case_is_active_once(cast: Cast) -> None:
    case = notify(cast)

    def triage() -> None:
        do(cast.coordinator, services.triage_case, case=case, answers={}, level="simple", reason="")

    ended = at_once(triage, triage)

    assert ended == [None, None]
    assert Case.objects.get(pk=case.pk).state == "active"
    assert Assignment.objects.filter(dossier=case.dossier, function=Function.LEAD, valid_until=None).count() == 1


def test_of_a_closing_and_a_suspension_at_once_the_later_follows_the_table(cast: Cast) -> None:
    case = activate(cast)

    ended = at_once(
        lambda: do(
            cast.coordinator, services.close_case, case=case, outcome="training", closing_reason="goals_reached"
        ),
        lambda: do(cast.worker, services.suspend_case, case=case, reason="Holidays"),
    )

    # Closing a resting case is allowed, resting a closed one is not.
    assert ended[0] is None
    assert ended[1] is None or isinstance(ended[1], Refused)
    assert Case.objects.get(pk=case.pk).state == "closed"


def test_of_two_corrections_at_once_one_is_kept_and_the_other_handed_back(cast: Cast) -> None:
    case = activate(cast)
    who = acting(cast.worker)
    with acting_as(who):
        note = case_services.write_note(
            who, dossier=case.dossier, text="first", category=DataCategory.ADMINISTRATIVE, kind=NoteKind.NOTE
        )

    with acting_as(who):
        known = Note.objects.select_related("dossier").get(pk=note.pk)
    ended = at_once(
        lambda: do(cast.worker, case_services.correct_note, note=known, text="one", version=1),
        lambda: do(cast.worker, case_services.correct_note, note=known, text="two", version=1),
    )

    conflicts = [error for error in ended if isinstance(error, Conflict)]
    assert len(conflicts) == 1
    assert {conflicts[0].current["Text"], conflicts[0].submitted["Text"]} == {"one", "two"}


def _item(cast: Cast, case: Case) -> WorkItem:
    who = acting(cast.coordinator)
    with acting_as(who):
        added = workitem_services.add_work_item(
            who,
            dossier=case.dossier,
            title="Call",
            due_on=who.today,
            addressed_id=cast.worker.institution_id,
        )
        return WorkItem.objects.select_related("dossier", "addressed").get(pk=added.pk)


def test_of_two_who_settle_a_work_item_at_once_one_counts(cast: Cast) -> None:
    case = activate(cast)

    for _round in range(ROUNDS):
        item = _item(cast, case)
        ended = at_once(
            lambda item=item: do(cast.worker, workitem_services.complete, item=copy(item)),
            lambda item=item: do(
                cast.coordinator, workitem_services.cancel, item=copy(item), reason="No longer needed"
            ),
        )

        assert sorted(type(error).__name__ for error in ended) == ["NoneType", "Refused"]
        after = WorkItem.objects.get(pk=item.pk)
        completed = ended[0] is None
        assert (after.state, after.done_by, after.reason) == (
            ("done", cast.worker, "") if completed else ("cancelled", None, "No longer needed")
        )
        entries = Entry.objects.filter(object_type="workitem", object_id=item.pk).order_by("id")
        act = "workitem.done" if completed else "workitem.cancelled"
        assert [entry.act for entry in entries] == ["workitem.asked", act]


def test_of_two_who_postpone_at_once_one_counts_and_the_other_gets_both_days(cast: Cast) -> None:
    case = activate(cast)

    for _round in range(ROUNDS):
        item = _item(cast, case)
        days = [item.due_on + timedelta(days=7), item.due_on + timedelta(days=14)]
        ended = at_once(
            *(
                lambda by=by, day=day, item=item: do(
                    by, workitem_services.postpone, item=copy(item), until=day, version=1
                )
                for by, day in zip((cast.worker, cast.coordinator), days, strict=True)
            )
        )

        [conflict] = [error for error in ended if error is not None]
        first = ended.index(None)
        assert isinstance(conflict, Conflict)
        assert WorkItem.objects.get(pk=item.pk).due_on == days[first]
        shown = [f"{day:%d.%m.%Y}" for day in (days[first], days[1 - first])]
        assert [*conflict.current.values(), *conflict.submitted.values()] == shown


def test_of_two_who_reassign_at_once_one_counts_and_the_other_gets_both_names(cast: Cast) -> None:
    case = activate(cast)
    colleague = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")

    for _round in range(ROUNDS):
        item = _item(cast, case)
        staff = [cast.worker, colleague]
        ended = at_once(
            *(
                lambda by=by, to=to, item=item: do(by, workitem_services.reassign, item=copy(item), staff=to, version=1)
                for by, to in zip((cast.worker, cast.coordinator), staff, strict=True)
            )
        )

        [conflict] = [error for error in ended if error is not None]
        first = ended.index(None)
        assert isinstance(conflict, Conflict)
        assert WorkItem.objects.get(pk=item.pk).assigned == staff[first]
        shown = [staff[first].full_name, staff[1 - first].full_name]
        assert [*conflict.current.values(), *conflict.submitted.values()] == shown


def test_a_consent_withdrawn_by_two_at_once_is_withdrawn_once(cast: Cast) -> None:
    for _round in range(ROUNDS):
        consent = Consent.objects.get(dossier=activate(cast).dossier)
        ended = at_once(
            *(
                lambda by=by, consent=consent: do(by, withdraw_consent, consent=consent)
                for by in (cast.worker, cast.worker)
            )
        )

        assert sorted(type(error).__name__ for error in ended) == ["NoneType", "Refused"]
        assert Entry.objects.filter(act="consent.withdrawn", object_id=consent.pk).count() == 1


def test_of_two_who_narrow_a_consent_at_once_neither_gives_back_what_the_other_took(cast: Cast) -> None:
    case = activate(cast)
    consent = Consent.objects.get(dossier=case.dossier)
    recipient = ConsentRecipient.objects.select_related("consent__dossier").get(consent=consent)
    whole = recipient.categories
    takes = [1 << category for category in categories_in(whole)[:2]]
    assert len(takes) == 2

    ended = at_once(
        *(
            lambda take=take: do(cast.worker, narrow_consent, recipient=copy(recipient), categories=whole & ~take)
            for take in takes
        )
    )

    assert ended == [None, None]
    recipient.refresh_from_db()
    assert recipient.categories == whole & ~takes[0] & ~takes[1]
