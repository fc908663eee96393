"""What somebody states settles their own institution's work items; what acts report settles everybody's."""

from datetime import date
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from suone.canton.procedures.facts import WORDS, Fact, Source
from suone.casework.cases.models import Case
from suone.casework.leading import services
from suone.casework.leading.models import KnownFact
from suone.casework.leading.tests.factories import activate, do
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of
from suone.records.consents.tests.factories import Cast, line
from suone.records.inbox.models import Message
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem
from suone.records.workitems.services import add_work_item

CLARIFIED = Fact.CLARIFIED_ON


def today() -> date:
    return timezone.localdate()


@kept
def case(cast: Cast) -> Case:
    """Led by the office; worker and adviser contribute, the adviser to what identity, work and administration are."""
    return activate(cast, line(cast.adviser))


def asked(cast: Cast, case: Case, whom: Appointment, fact: Fact = CLARIFIED, **words: Any) -> WorkItem:
    """An item that waits for a fact, without a step of a procedure."""
    words = {"title": "Clarify the situation", "due_on": today(), "settled_by": fact} | words
    item = do(cast.coordinator, add_work_item, dossier=case.dossier, addressed_id=whom.institution_id, **words)
    return WorkItem.objects.get(pk=item.pk)


def state(by: Appointment, case: Case, **said: Any) -> None:
    do(by, services.record_fact, case=case, **{"fact": CLARIFIED, "value": today()} | said)


def past_services(
    by: Appointment, case: Case, fact: Fact = CLARIFIED, value: str = '"2026-11-02"', *, is_stated: bool
) -> int:
    """Records a fact and settles what waits for it, as compromised code would; returns how many items were settled."""
    with acting_as(acting(by)), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leading_knownfact (dossier_id, fact, category, value, is_stated, staff_id, institution_id)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [case.pk, fact, DataCategory.ADMINISTRATIVE, value, is_stated, by.pk, by.institution_id],
        )
        cursor.execute("SELECT * FROM workitems_settle(%s, %s, '', 0, '{}', 'done')", [case.pk, fact])
        return len(cursor.fetchall())


def state_of(item: WorkItem) -> str:
    item.refresh_from_db()
    return item.state


def told(staff: Appointment, act: str = "procedure.fact_known") -> int:
    return Message.objects.filter(staff=staff, act=act).count()


def test_who_was_asked_states_it_and_nobody_else_who_contributes(cast: Cast, case: Case) -> None:
    item = asked(cast, case, cast.worker)

    with pytest.raises(Refused, match=r"^SMZ has been asked to do this: only they"):
        state(cast.adviser, case, remark="she said so")
    assert not KnownFact.objects.filter(dossier_id=case.pk, fact=CLARIFIED).exists()
    state(cast.worker, case)

    assert state_of(item) == ItemState.DONE


def test_whose_item_is_closed_to_the_reader_is_not_named(cast: Cast, case: Case) -> None:
    item = asked(cast, case, cast.worker, category=DataCategory.FINANCES)

    with pytest.raises(Refused, match=r"^Another institution has been asked to do this"):
        state(cast.adviser, case, remark="she said so")

    assert state_of(item) == ItemState.OPEN


@pytest.mark.parametrize("is_stated", [True, False])
@pytest.mark.parametrize("category", [DataCategory.ADMINISTRATIVE, DataCategory.FINANCES])
def test_past_the_services_a_statement_settles_nothing_of_others(
    cast: Cast, case: Case, category: DataCategory, is_stated: bool
) -> None:
    other, own = asked(cast, case, cast.worker, category=category), asked(cast, case, cast.adviser)

    assert past_services(cast.adviser, case, is_stated=is_stated) == 1

    assert (state_of(other), state_of(own)) == (ItemState.OPEN, ItemState.DONE)


@pytest.mark.parametrize("is_stated", [True, False])
def test_past_the_services_the_lead_settles_nothing_of_others_without_a_reason(
    cast: Cast, case: Case, is_stated: bool
) -> None:
    item = asked(cast, case, cast.worker)

    assert past_services(cast.coordinator, case, is_stated=is_stated) == 0

    assert state_of(item) == ItemState.OPEN


def test_a_statement_of_an_act_s_fact_settles_nothing_of_others_and_the_act_does(cast: Cast, case: Case) -> None:
    item = asked(cast, case, cast.worker, Fact.PLAN_DRAFTED)
    assert past_services(cast.adviser, case, Fact.PLAN_DRAFTED, "true", is_stated=True) == 0

    do(cast.adviser, services.report_fact, dossier=case.dossier, fact=Fact.PLAN_DRAFTED)

    assert state_of(item) == ItemState.DONE


def test_each_of_several_who_were_asked_settles_their_own_and_learns_what_stays_open(cast: Cast, case: Case) -> None:
    own, other = asked(cast, case, cast.adviser), asked(cast, case, cast.worker)
    hidden = asked(cast, case, cast.coordinator, category=DataCategory.FINANCES)

    page = client_of(cast.adviser).post(
        f"/dossiers/{case.pk}/course/facts/{CLARIFIED}", {"value": today().isoformat()}, follow=True
    )

    assert [state_of(item) for item in (own, other, hidden)] == [ItemState.DONE, ItemState.OPEN, ItemState.OPEN]
    said = page.content.decode()
    assert "The work item “Clarify the situation” stays open: SMZ completes it." in said
    assert "A work item of another institution stays open: only they complete it." in said
    assert not told(cast.worker)
    state(cast.worker, case, value=today())
    assert [state_of(item) for item in (other, hidden)] == [ItemState.DONE, ItemState.OPEN]


def test_an_earlier_day_of_whoever_was_asked_settles_it_beside_a_later_one_of_somebody_else(
    cast: Cast, case: Case
) -> None:
    own, other = asked(cast, case, cast.adviser), asked(cast, case, cast.worker)
    state(cast.adviser, case, value=today())

    state(cast.worker, case, value=date(2026, 3, 2))

    assert (state_of(own), state_of(other)) == (ItemState.DONE, ItemState.DONE)


@pytest.mark.parametrize("category", [DataCategory.ADMINISTRATIVE, DataCategory.FINANCES])
def test_the_lead_states_it_for_others_with_a_reason_that_they_are_notified_of(
    cast: Cast, case: Case, category: DataCategory
) -> None:
    item = asked(cast, case, cast.worker, category=category)
    with pytest.raises(Refused, match="give the reason in the remark if you record it for them"):
        state(cast.coordinator, case, remark=" ")

    state(cast.coordinator, case, remark="they told me on the telephone")

    assert state_of(item) == ItemState.DONE
    assert told(cast.worker) == 1


def test_the_lead_who_was_asked_as_well_settles_their_own_without_a_reason(cast: Cast, case: Case) -> None:
    own, other = asked(cast, case, cast.coordinator), asked(cast, case, cast.worker)

    state(cast.coordinator, case)

    assert (state_of(own), state_of(other)) == (ItemState.DONE, ItemState.OPEN)
    assert not told(cast.worker)


def test_a_correction_of_the_lead_settles_the_item_of_others_and_notifies_them(cast: Cast, case: Case) -> None:
    fact = Fact.PARTNER_CONTACTED
    state(cast.adviser, case, fact=fact, value=False)
    known = KnownFact.objects.get(dossier_id=case.pk, fact=fact)
    item = asked(cast, case, cast.worker, fact)

    do(cast.coordinator, services.correct_fact, known=known, value=True, reason="they did call")

    assert state_of(item) == ItemState.DONE
    assert told(cast.worker, "procedure.fact_corrected") == 1


def test_a_correction_of_whoever_stated_it_leaves_the_item_of_others(cast: Cast, case: Case) -> None:
    fact = Fact.PARTNER_CONTACTED
    state(cast.adviser, case, fact=fact, value=False)
    known = KnownFact.objects.get(dossier_id=case.pk, fact=fact)
    item = asked(cast, case, cast.worker, fact)

    page = client_of(cast.adviser).post(
        f"/dossiers/{case.pk}/course/facts/{known.pk}/correct", {"value": "yes", "remark": "we did call"}, follow=True
    )

    assert state_of(item) == ItemState.OPEN
    assert "stays open: SMZ completes it." in page.content.decode()
    assert not told(cast.worker, "procedure.fact_corrected")


def test_nobody_adds_a_remark_to_what_somebody_else_stated(cast: Cast, case: Case) -> None:
    """Pages would show it as theirs, and it would take the place of the lead's reason."""
    past_services(cast.coordinator, case, is_stated=True)
    known = KnownFact.objects.get(dossier_id=case.pk, fact=CLARIFIED)

    def remark(by: Appointment) -> None:
        with transaction.atomic(), acting_as(acting(by)), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO leading_factremark (fact_id, dossier_id, category, text, staff_id) VALUES (%s, %s, %s, 'x', %s)",
                [known.pk, case.pk, DataCategory.ADMINISTRATIVE, by.pk],
            )

    with pytest.raises(ProgrammingError, match="its author alone adds a remark"):
        remark(cast.adviser)
    remark(cast.coordinator)


@pytest.mark.django_db
def test_the_database_knows_which_facts_acts_report() -> None:
    """Those that follow from acts, and the stated ones that acts report, too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, leading_is_reported(jsonb_populate_record(NULL::leading_knownfact,"
            " jsonb_build_object('fact', code, 'is_stated', false))) FROM unnest(%s::text[]) code",
            [[fact.value for fact in WORDS]],
        )
        reported = {fact for fact, is_reported in cursor.fetchall() if is_reported}

    stated_too = {"person_attended", "rad_attended", "labour_measures", "coaching_kind", "handover_accepted_on"}
    recorded = {fact.value for fact, word in WORDS.items() if word.source is Source.RECORDED}
    assert reported == recorded - {"written_request"} | stated_too  # of that the documents of the case decide
