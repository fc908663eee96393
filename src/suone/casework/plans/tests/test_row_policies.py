"""Through the policies alone, without a filter of the application: the lead, the recipient, the outsider, nobody."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import do
from suone.casework.plans.models import Entry, Measure, Plan, Signature
from suone.casework.plans.queries import sheet_of
from suone.casework.plans.rules import EntryKind
from suone.casework.plans.services import MeasureTerms, add_measure
from suone.casework.plans.tests.factories import GOAL, HEALTH, MEASURE, put_up, write
from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.tests.factories import open_file

TABLES = [Plan, Entry, Measure, Signature]


@kept
def plan(cast: Cast, plan: Plan) -> Plan:
    """With a sentence and a measure in the category of health, put up for signature."""
    write(cast.worker, plan, HEALTH, EntryKind.DIFFICULTY, DataCategory.HEALTH)
    terms = MeasureTerms(HEALTH, cast.adviser.institution, category=DataCategory.HEALTH)
    do(cast.worker, add_measure, plan=plan, terms=terms)
    return put_up(cast, plan)


def seen(who: Acting, table: type[Model]) -> int:
    with acting_as(who):
        return table._default_manager.count()


@pytest.mark.parametrize("table", TABLES)
def test_lead_and_recipients_see_the_plan_and_an_outsider_nothing(cast: Cast, plan: Plan, table: type[Model]) -> None:
    for somebody in (cast.worker, cast.coordinator, cast.adviser, cast.physician):
        assert seen(acting(somebody), table) > 0
    assert seen(acting_for_job("a test"), table) > 0
    assert seen(acting(cast.stranger), table) == 0


@pytest.mark.parametrize("table", TABLES)
def test_nobody_in_particular_sees_nothing(cast: Cast, plan: Plan, table: type[Model]) -> None:
    for kind in (Kind.PUBLIC, Kind.GUEST, Kind.SYSTEM, Kind.PERSON):
        assert seen(Acting(kind=kind, today=timezone.localdate()), table) == 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE suone_app")
        assert table._default_manager.count() == 0
        cursor.execute("RESET ROLE")


def test_health_is_read_by_the_medical_officer_alone(cast: Cast, plan: Plan) -> None:
    for somebody, texts in (
        (cast.worker, {GOAL, MEASURE}),
        (cast.adviser, {GOAL, MEASURE}),
        (cast.physician, {GOAL, MEASURE, HEALTH}),
    ):
        who = acting(somebody)
        with acting_as(who):
            by_policy = {
                *Entry.objects.values_list("text", flat=True),
                *Measure.objects.values_list("title", flat=True),
            }
            sheet = sheet_of(who, plan)
        assert by_policy == texts
        assert {entry.text for entry in sheet.entries} | {measure.title for measure in sheet.measures} == texts


@pytest.mark.parametrize("table", [Entry, Measure])
def test_nobody_writes_into_a_foreign_plan_from_a_case_of_their_own(cast: Cast, plan: Plan, table: type[Model]) -> None:
    own = open_file(cast.stranger)
    columns = {"plan_id": plan.pk, "dossier": own, "category": DataCategory.EMPLOYMENT, "language": "de"}
    columns |= (
        {"kind": "goal", "text": "x"} if table is Entry else {"title": "x", "institution": cast.stranger.institution}
    )

    Plan.objects.filter(pk=plan.pk).update(state="draft")

    with pytest.raises(DatabaseError, match="another case"):
        do(cast.stranger, lambda _acting: table._default_manager.create(**columns))


def test_an_outsider_changes_nothing(cast: Cast, case: Case, plan: Plan) -> None:
    def change(_acting: object) -> int:
        return (
            Plan.objects.update(state="dropped")
            + Signature.objects.update(form="paper")
            + Measure.objects.update(result="x")
            + Entry.objects.update(text="x")
            + Entry.objects.all().delete()[0]
        )

    assert do(cast.stranger, change) == 0
