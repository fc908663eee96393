"""Signing a plan: who is asked, what counts, when it binds, and who is notified."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, connection
from django.utils import timezone

from suone.canton.procedures.tests.factories import published
from suone.casework.cases.models import Assignment, Case
from suone.casework.cases.services import name_case_manager
from suone.casework.leading.models import Course, KnownFact
from suone.casework.leading.tests.factories import do
from suone.casework.plans import services
from suone.casework.plans.jobs import remind_about_signatures
from suone.casework.plans.models import Plan, Signature
from suone.casework.plans.rules import Form, Kind
from suone.casework.plans.tests.factories import again, all_sign, draft, of, person_signs, put_up, sign
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.audit.models import Entry as Told
from suone.records.consents.tests.factories import Cast
from suone.records.documents.models import Document
from suone.records.documents.tests.files import PDF
from suone.records.documents.uploads import Upload
from suone.records.dossiers.models import Event
from suone.records.inbox.models import Message
from suone.records.workitems.models import WorkItem
from suone.records.workitems.services import add_work_item


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.DOCUMENTS_FOLDER = tmp_path


def notified_of(act: str) -> set[int]:
    return set(Message.objects.filter(act=act).values_list("staff_id", flat=True))


def items() -> dict[int, str]:
    """The work items to sign, by the institution that is asked."""
    return dict(WorkItem.objects.filter(about_type="signature").values_list("addressed_id", "state"))


def test_every_institution_that_takes_part_and_the_person_are_asked(cast: Cast, plan: Plan) -> None:
    plan = put_up(cast, plan)

    asked = Signature.objects.filter(plan=plan)
    assert {signature.institution_id for signature in asked} == {
        cast.worker.institution_id,
        cast.adviser.institution_id,
        None,
    }
    assert {signature.state for signature in asked} == {"waiting"}
    assert (plan.state, plan.round, plan.put_up_on, plan.put_up_by) == (
        "in_signing",
        1,
        timezone.localdate(),
        cast.worker,
    )
    assert items() == {cast.worker.institution_id: "open", cast.adviser.institution_id: "open"}
    assert WorkItem.objects.get(addressed=cast.adviser.institution, about_type="signature").assigned == cast.adviser
    assert notified_of("plan.put_up") == {cast.adviser.pk}
    assert Told.objects.get(act="plan.put_up").recipients == [cast.worker.institution_id, cast.adviser.institution_id]


def test_a_plan_that_somebody_at_the_table_cannot_read_is_not_put_up(cast: Cast, plan: Plan) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM dossiers_grant WHERE institution_id = %s", [cast.adviser.institution_id])

    with pytest.raises(Refused, match="RAV"):
        put_up(cast, plan)

    assert again(plan).state == "draft"


def test_a_plan_without_goal_or_measure_is_not_put_up(cast: Cast, case: Case) -> None:
    empty = do(cast.worker, services.begin_plan, dossier=case.dossier, kind=Kind.ACTION_PLAN)

    with pytest.raises(Refused, match="goal"):
        put_up(cast, empty)


def test_an_institution_signs_by_its_workers_log_in(cast: Cast, plan: Plan) -> None:
    plan = put_up(cast, plan)

    sign(cast.adviser, plan)

    signature = of(plan, cast.adviser)
    assert (signature.state, signature.form, signature.signed_on) == ("signed", "screen", timezone.localdate())
    assert (signature.staff, signature.recorded_by) == (cast.adviser, cast.adviser)
    assert signature.recorded_at is not None
    assert items()[cast.adviser.institution_id] == "done"
    assert items()[cast.worker.institution_id] == "open"
    assert Event.objects.get(act="plan.signed").text == cast.adviser.institution.name
    assert again(plan).state == "in_signing"


@pytest.mark.parametrize(
    ("form", "upload", "documents"),
    [("screen", "drawn", 1), ("scan", "scan", 1), ("paper", None, 0)],
)
def test_the_person_signs_on_screen_as_a_scan_or_on_paper(
    cast: Cast, plan: Plan, form: str, upload: str | None, documents: int
) -> None:
    plan = put_up(cast, plan)
    before = Document.objects.count()
    changes: dict[str, Any] = {"form": Form(form)}
    if upload != "drawn":
        changes["upload"] = Upload("signed.pdf", PDF) if upload else None

    person_signs(cast.worker, plan, **changes)

    signature = of(plan, None)
    assert (signature.state, signature.form) == ("signed", form)
    assert (signature.recorded_by, signature.staff) == (cast.worker, None)
    assert Document.objects.count() == before + documents
    assert (signature.document is not None) == bool(documents)


@pytest.mark.parametrize("form", [Form.SCREEN, Form.SCAN])
def test_without_drawing_or_scan_the_person_has_not_signed(cast: Cast, plan: Plan, form: Form) -> None:
    plan = put_up(cast, plan)

    with pytest.raises(Refused):
        person_signs(cast.worker, plan, form=form, upload=None)


def test_each_institution_signs_for_itself(cast: Cast, plan: Plan) -> None:
    plan = put_up(cast, plan)

    with pytest.raises(Refused, match="for itself"):
        do(
            cast.worker,
            services.sign,
            signature=of(plan, cast.adviser),
            form=Form.SCREEN,
            signed_on=timezone.localdate(),
        )
    with pytest.raises(Refused, match="for itself"):
        do(cast.worker, services.decline, signature=of(plan, cast.adviser), reason="Not theirs to say")


def test_the_database_itself_lets_nobody_sign_for_another_institution(cast: Cast, plan: Plan) -> None:
    plan = put_up(cast, plan)

    def forge(_acting: object) -> None:
        Signature.objects.filter(plan=plan, institution=cast.adviser.institution).update(
            state="signed", form="screen", signed_on=timezone.localdate()
        )

    with pytest.raises(ProgrammingError, match="row-level security"):
        do(cast.worker, forge)


def test_nobody_signs_twice_in_the_future_or_before_the_plan_was_submitted(cast: Cast, plan: Plan) -> None:
    plan = put_up(cast, plan)
    with pytest.raises(Refused, match="before"):
        sign(cast.adviser, plan, signed_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Refused, match="future"):
        sign(cast.adviser, plan, signed_on=timezone.localdate() + timedelta(days=1))
    sign(cast.adviser, plan)

    with pytest.raises(Refused, match="already"):
        sign(cast.adviser, plan)


@pytest.mark.parametrize(
    ("kind", "procedure", "phase", "waits_for"),
    [
        (Kind.INTEGRATION_PLAN, "zh-network", "planning", "plan_binding_on"),
        (Kind.ACTION_PLAN, "lu-iiz", "interview", "plan_binding_on"),
    ],
)
def test_the_item_of_the_procedure_that_waits_for_the_plan_is_done_with_the_last_signature(
    cast: Cast, case: Case, kind: Kind, procedure: str, phase: str, waits_for: str
) -> None:
    version = published(procedure)
    Course.objects.create(dossier=case.dossier, version=version, phase=phase, phase_since=timezone.localdate())
    (waiting,) = (item for item in version.procedure.phase(phase).items if item.completed_by == waits_for)
    do(
        cast.coordinator,
        add_work_item,
        dossier=case.dossier,
        title="Have the plan signed",
        due_on=timezone.localdate(),
        addressed_id=cast.coordinator.institution_id,
        step=f"{phase}/{waiting.id}",
        settled_by=waits_for,
    )

    all_sign(cast, draft(cast, case, kind=kind))

    assert WorkItem.objects.get(settled_by=waits_for).state == "done"


def test_with_the_last_signature_the_plan_binds_and_everybody_is_notified(cast: Cast, plan: Plan) -> None:
    do(cast.worker, services.set_review, plan=plan, review_on=timezone.localdate() + timedelta(days=90), version=1)

    plan = all_sign(cast, plan)

    assert (plan.state, plan.binding_on) == ("binding", timezone.localdate())
    assert KnownFact.objects.get(fact="plan_binding_on").scalar == timezone.localdate()
    assert KnownFact.objects.get(fact="plan_review_on").scalar == timezone.localdate() + timedelta(days=90)
    assert notified_of("plan.binding") == {
        cast.adviser.pk,
        cast.coordinator.pk,
    }  # the worker recorded the last signature
    assert Told.objects.filter(act="plan.binding").count() == 1
    lead = Assignment.objects.get(function="lead", valid_until=None).staff
    review = WorkItem.objects.get(about_type="plan")
    assert (review.due_on, review.assigned) == (timezone.localdate() + timedelta(days=90), lead)
    assert set(items().values()) == {"done"}


def test_the_case_manager_is_asked_for_the_review(cast: Cast, plan: Plan) -> None:
    do(cast.coordinator, name_case_manager, case=plan.dossier.case, staff=cast.adviser)
    do(cast.worker, services.set_review, plan=plan, review_on=timezone.localdate() + timedelta(days=90), version=1)

    all_sign(cast, plan)

    assert WorkItem.objects.get(about_type="plan").assigned == cast.adviser


def test_a_target_agreement_records_its_own_fact(cast: Cast, case: Case) -> None:
    all_sign(cast, draft(cast, case, kind=Kind.TARGET_AGREEMENT))

    assert KnownFact.objects.filter(fact="target_agreement_binding_on").exists()
    assert not KnownFact.objects.filter(fact="plan_binding_on").exists()


def test_a_review_that_finds_all_well_sets_the_next_one(cast: Cast, plan: Plan) -> None:
    do(cast.worker, services.set_review, plan=plan, review_on=timezone.localdate(), version=1)
    plan = all_sign(cast, plan)

    do(
        cast.worker,
        services.set_review,
        plan=plan,
        review_on=timezone.localdate() + timedelta(days=60),
        version=plan.version,
    )

    reviews = WorkItem.objects.filter(about_type="plan").order_by("due_on")
    assert [review.state for review in reviews] == ["done", "open"]


def test_a_new_version_takes_the_place_of_the_old_one_only_when_all_have_signed(cast: Cast, plan: Plan) -> None:
    do(cast.worker, services.set_review, plan=plan, review_on=timezone.localdate(), version=1)
    plan = all_sign(cast, plan)
    new = do(cast.worker, services.change_plan, plan=plan)
    assert again(plan).state == "binding"

    all_sign(cast, new)

    assert again(plan).state == "superseded"
    assert again(new).state == "binding"
    assert WorkItem.objects.get(about_type="plan", about_id=plan.pk).state == "done"


def test_who_declines_says_why_and_the_plan_goes_back_to_its_draft(cast: Cast, plan: Plan) -> None:
    plan = put_up(cast, plan)
    sign(cast.worker, plan)
    with pytest.raises(Refused, match="reason"):
        do(cast.adviser, services.decline, signature=of(plan, cast.adviser), reason=" ")

    do(cast.adviser, services.decline, signature=of(plan, cast.adviser), reason="We do not pay the course")

    assert again(plan).state == "draft"
    assert notified_of("plan.declined") == {cast.worker.pk, cast.coordinator.pk}
    assert Event.objects.get(act="plan.declined").text == "We do not pay the course"
    assert items() == {cast.worker.institution_id: "done", cast.adviser.institution_id: "cancelled"}
    with pytest.raises(Refused, match="not waiting for any signature"):
        person_signs(cast.worker, plan)


def test_a_new_round_begins_from_nothing(cast: Cast, plan: Plan) -> None:
    plan = put_up(cast, plan)
    sign(cast.worker, plan)
    first = of(plan, cast.adviser)
    do(cast.worker, services.withdraw_signing, plan=plan, reason="A goal is missing")
    assert Event.objects.get(act="plan.signing_withdrawn").text == "A goal is missing"
    assert notified_of("plan.signing_withdrawn") == {cast.adviser.pk, cast.coordinator.pk}

    plan = put_up(cast, plan)
    with pytest.raises(Refused, match="not waiting for any signature"):
        do(cast.adviser, services.sign, signature=first, form=Form.SCREEN, signed_on=timezone.localdate())
    sign(cast.adviser, plan)
    person_signs(cast.worker, plan)
    assert again(plan).state == "in_signing"  # what the worker signed before counts no more

    sign(cast.worker, plan)
    assert again(plan).state == "binding"


def test_whoever_has_not_signed_after_a_week_is_reminded_once(cast: Cast, plan: Plan) -> None:
    plan = put_up(cast, plan)
    sign(cast.worker, plan)

    def run(days: int) -> int:
        job = replace(acting_for_job("a test"), today=timezone.localdate() + timedelta(days=days))
        with acting_as(job):
            return services.remind_signers(job)

    assert run(6) == 0
    assert run(7) == 2  # the adviser's institution, and for the person whoever put the plan up
    assert notified_of("plan.reminded") == {cast.adviser.pk, cast.worker.pk}
    assert run(8) == 0
    assert Told.objects.filter(act="plan.reminded").count() == 2


def test_the_job_reminds_and_a_second_run_finds_nothing_left(cast: Cast, plan: Plan) -> None:
    plan = put_up(cast, plan)
    Plan.objects.filter(pk=plan.pk).update(put_up_on=timezone.localdate() - timedelta(days=7))

    remind_about_signatures(timestamp=0)
    remind_about_signatures(timestamp=0)

    assert Told.objects.filter(act="plan.reminded", acting_kind="job").count() == 3


def test_the_button_reminds_at_once(cast: Cast, plan: Plan) -> None:
    with pytest.raises(Refused, match="not waiting for any signature"):
        do(cast.worker, services.remind, plan=plan)
    plan = put_up(cast, plan)

    do(cast.worker, services.remind, plan=plan)

    assert notified_of("plan.reminded") == {cast.adviser.pk}


def test_a_failing_log_undoes_the_signature(cast: Cast, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = put_up(cast, plan)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr(services.shared, "record_event", fail)
    with pytest.raises(RuntimeError):
        sign(cast.adviser, plan)

    assert of(plan, cast.adviser).state == "waiting"
    assert items()[cast.adviser.institution_id] == "open"
