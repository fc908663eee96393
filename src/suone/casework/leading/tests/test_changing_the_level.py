"""A simple matter becomes a network or a complex case, and comes back, without anything being typed again."""

import pytest

from suone.canton.procedures.loading import FOLDER
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.services import publish
from suone.casework.cases.models import Case
from suone.casework.leading import services
from suone.casework.leading.models import Course, KnownFact, LevelChange
from suone.casework.leading.queries import level_options
from suone.casework.leading.services import Particulars
from suone.casework.leading.tests.factories import do
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.models import Dossier, Event
from suone.records.workitems.models import WorkItem


@kept
def versions(cast: Cast) -> dict[str, ProcedureVersion]:
    job = acting_for_job("a test")
    with acting_as(job):
        return {
            name: publish(job, text=(FOLDER / f"{name}.toml").read_text(), source=name)
            for name in ("vs-complex", "vs-smz-iv")
        }


@kept
def simple(cast: Cast, versions: dict[str, ProcedureVersion]) -> Case:
    of = Particulars(last_name="Muster", first_name="Petra", ahv_missing_reason="not yet", region=cast.region)
    case: Case = do(
        cast.worker, services.open_simple_case, of=of, procedure=versions["vs-smz-iv"], facts={}, remarks={}
    )
    return case


def change(cast: Cast, case: Case, level: str, **changes: object) -> None:
    do(cast.worker, services.change_level, case=case, level=level, **{"reason": "Difficulties accumulate"} | changes)


def test_who_when_and_why_are_stored_and_logged(cast: Cast, simple: Case) -> None:
    change(cast, simple, "network")

    first, second = LevelChange.objects.order_by("pk")
    assert (first.from_level, first.to_level) == ("", "simple")
    assert (second.from_level, second.to_level) == ("simple", "network")
    assert (second.staff, second.institution, second.reason) == (
        cast.worker,
        cast.worker.institution,
        "Difficulties accumulate",
    )
    assert Event.objects.filter(dossier=simple.dossier, act="case.level_changed").count() == 1
    assert Course.objects.get(pk=simple.pk).phase == "contact"  # the same procedure carries networks too


def test_a_complex_case_follows_the_complex_procedure_and_says_what_it_lacks(
    cast: Cast, simple: Case, versions: dict[str, ProcedureVersion]
) -> None:
    change(cast, simple, "complex", procedure=versions["vs-complex"])

    course = Course.objects.get(pk=simple.pk)
    assert (course.version, course.phase) == (versions["vs-complex"], "notification")


def test_on_the_way_back_it_goes_on_where_it_was_and_nothing_is_lost(
    cast: Cast, simple: Case, versions: dict[str, ProcedureVersion]
) -> None:
    Case.objects.filter(pk=simple.pk).update(state="active")
    Course.objects.filter(pk=simple.pk).update(phase="parallel")
    simple.dossier.passages.create(
        version=versions["vs-smz-iv"], from_phase="contact", to_phase="parallel", on="2026-01-01"
    )
    before = KnownFact.objects.filter(dossier=simple.dossier).count()

    change(cast, simple, "complex", procedure=versions["vs-complex"])
    assert Case.objects.get(pk=simple.pk).state == "active"  # people work with the person already
    change(cast, simple, "simple", procedure=versions["vs-smz-iv"])

    course = Course.objects.get(pk=simple.pk)
    assert (course.version, course.phase) == (versions["vs-smz-iv"], "parallel")
    assert Case.objects.get(pk=simple.pk).state == "active"
    assert KnownFact.objects.filter(dossier=simple.dossier).count() >= before
    assert WorkItem.objects.filter(dossier=simple.dossier, state="open", step__startswith="parallel/").exists()


@pytest.mark.parametrize(
    ("level", "reason", "sentence"),
    [
        ("simple", "why", "level other than"),
        ("unheard", "why", "level other than"),
        ("network", " ", "Give a reason"),
    ],
)
def test_what_does_not_do_is_refused(cast: Cast, simple: Case, level: str, reason: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        change(cast, simple, level, reason=reason)


def test_the_first_level_is_the_triages(cast: Cast, notified: Case) -> None:
    with pytest.raises(Refused, match="triage it first"):
        change(cast, notified, "network")


def test_an_outsider_does_not_change_the_level(cast: Cast, simple: Case) -> None:
    with pytest.raises(Dossier.DoesNotExist):
        do(cast.stranger, services.change_level, case=simple, level="network", reason="why")


def test_the_form_offers_each_level_with_the_procedures_that_carry_it(
    cast: Cast, simple: Case, versions: dict[str, ProcedureVersion]
) -> None:
    who = acting(cast.worker)
    with acting_as(who):
        ways = level_options(simple, on=who.today)

    found = {(way.level.value, way.procedure.identifier if way.procedure else "") for way in ways}
    assert found == {("network", ""), ("complex", "vs-complex")}
