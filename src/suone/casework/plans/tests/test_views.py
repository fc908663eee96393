"""Pages: who may enters, an outsider finds nothing, nothing typed is lost, nothing closed is shown."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import do
from suone.casework.plans import services
from suone.casework.plans.models import Entry, Measure, Plan, Signature
from suone.casework.plans.rules import EntryKind
from suone.casework.plans.services import MeasureTerms
from suone.casework.plans.tests.factories import (
    GOAL,
    HEALTH,
    MEASURE,
    again,
    all_sign,
    measure_of,
    of,
    put_up,
    sign,
    write,
)
from suone.ground.access.categories import DataCategory
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry as Told
from suone.ground.audit.models import RecordKind
from suone.organisation.appointments.tests.factories import client_of, make_staff
from suone.records.consents.tests.factories import DRAWN, Cast
from suone.records.documents.tests.files import PDF
from suone.records.documents.typeset import LANGUAGES
from suone.records.dossiers.models import Particulars


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.DOCUMENTS_FOLDER = tmp_path


@pytest.fixture
def worker(cast: Cast) -> Client:
    return client_of(cast.worker)


@pytest.fixture
def adviser(cast: Cast) -> Client:
    return client_of(cast.adviser)


def base(plan: Plan) -> str:
    return f"/dossiers/{plan.dossier_id}/plans/{plan.pk}"


def pages(plan: Plan) -> list[str]:
    """Every page that opens while the plan is a draft."""
    goal, measure = Entry.objects.filter(plan=plan)[0].pk, measure_of(plan).pk
    return [
        f"/dossiers/{plan.dossier_id}/plans/",
        f"/dossiers/{plan.dossier_id}/plans/begin",
        *(
            base(plan) + tail
            for tail in (
                "/",
                "/edit",
                "/review",
                "/entries/add",
                f"/entries/{goal}/change",
                "/measures/add",
                f"/measures/{measure}/change",
                f"/measures/{measure}/progress",
                "/withdraw",
                "/differences",
                "/pdf",
                "/booklet",
            )
        ),
    ]


def acts(plan: Plan) -> list[str]:
    goal, measure = Entry.objects.filter(plan=plan)[0].pk, measure_of(plan).pk
    tails = ("/put-up", "/remind", "/drop", "/new-version", f"/entries/{goal}/remove", f"/measures/{measure}/remove")
    return [base(plan) + tail for tail in tails]


def test_whoever_writes_the_plan_opens_every_page(worker: Client, plan: Plan) -> None:
    for path in pages(plan):
        assert worker.get(path).status_code == 200, path
    for path in acts(plan):
        assert worker.get(path).status_code == 302, path


def test_for_an_outsider_there_is_no_plan(cast: Cast, plan: Plan) -> None:
    stranger = client_of(cast.stranger)

    for path in (*pages(plan), *acts(plan)):
        assert stranger.get(path).status_code == 404, path
        assert stranger.post(path).status_code in (404, 405), path

    assert again(plan).state == "draft"
    assert Told.objects.filter(kind=RecordKind.DENIED, staff_id=cast.stranger.pk).exists()


def test_without_a_log_in_every_page_leads_to_it(client: Client, plan: Plan) -> None:
    for path in pages(plan):
        assert client.get(path)["Location"].startswith("/accounts/login/")


def test_a_role_without_the_permission_reads_and_does_not_write(cast: Cast, plan: Plan) -> None:
    physician = client_of(cast.physician)

    assert physician.get(base(plan) + "/").status_code == 200
    assert physician.get(base(plan) + "/edit").status_code == 403
    assert physician.post(base(plan) + "/put-up").status_code == 403


def test_a_line_of_another_plan_is_not_found_under_this_one(cast: Cast, worker: Client, case: Case, plan: Plan) -> None:
    goal, measure = Entry.objects.get(plan=plan).pk, measure_of(plan).pk
    other = do(cast.worker, services.begin_plan, dossier=case.dossier, kind="action_plan")

    assert worker.get(f"{base(other)}/entries/{goal}/change").status_code == 404
    assert worker.post(f"{base(other)}/measures/{measure}/remove").status_code == 404


def test_a_plan_is_begun_and_written_section_by_section(cast: Cast, worker: Client, case: Case) -> None:
    begun = worker.post(f"/dossiers/{case.pk}/plans/begin", {"kind": "action_plan", "review_on": ""})
    plan = Plan.objects.get()
    assert begun["Location"] == base(plan) + "/edit"

    saved = worker.post(base(plan) + "/entries/add", {"kind": "goal", "text": GOAL, "category": 1})
    assert saved["Location"] == base(plan) + "/edit#goal"
    goal = Entry.objects.get()
    saved = worker.post(
        base(plan) + "/measures/add",
        {
            "title": MEASURE,
            "goal_line": str(goal.line),
            "institution": cast.adviser.institution_id,
            "staff": cast.adviser.pk,
            "payer": cast.adviser.institution_id,
            "from_on": timezone.localdate().isoformat(),
            "category": 1,
        },
    )
    assert saved["Location"] == base(plan) + "/edit#measures"

    page = worker.get(base(plan) + "/").content.decode()
    assert GOAL in page
    assert MEASURE in page
    assert cast.adviser.full_name in page


def test_a_wrong_form_keeps_what_was_typed(worker: Client, plan: Plan) -> None:
    answer = worker.post(
        base(plan) + "/measures/add",
        {
            "title": "Half a course",
            "category": 1,
            "from_on": timezone.localdate(),
            "until_on": timezone.localdate() - timedelta(days=3),
        },
    )

    assert answer.status_code == 422
    assert "Half a course" in answer.content.decode()
    assert Measure.objects.count() == 1


def test_of_two_editors_the_second_is_shown_both_texts(worker: Client, adviser: Client, plan: Plan) -> None:
    path = f"{base(plan)}/entries/{Entry.objects.get().pk}/change"
    typed = {"category": 1, "version": 1}

    assert worker.post(path, {**typed, "text": "Work 80 percent"}).status_code == 302
    late = adviser.post(path, {**typed, "text": "Work 40 percent"})

    assert late.status_code == 409
    assert "Work 80 percent" in late.content.decode()
    assert "Work 40 percent" in late.content.decode()
    assert Entry.objects.get().text == "Work 80 percent"


def test_what_is_changed_stays_in_a_category_that_its_writer_reads(worker: Client, plan: Plan) -> None:
    path = f"{base(plan)}/entries/{Entry.objects.get().pk}/change"

    answer = worker.post(path, {"text": "x", "category": int(DataCategory.HEALTH), "version": 1})

    assert answer.status_code == 422


def test_health_appears_on_no_page_of_a_partner(cast: Cast, worker: Client, adviser: Client, plan: Plan) -> None:
    write(cast.worker, plan, HEALTH, EntryKind.DIFFICULTY, DataCategory.HEALTH)
    hidden = Entry.objects.get(text=HEALTH)

    for path in pages(plan)[:-2]:
        for client in (worker, adviser):
            assert HEALTH not in client.get(path).content.decode(), path
    assert worker.get(f"{base(plan)}/entries/{hidden.pk}/change").status_code == 404
    assert worker.post(f"{base(plan)}/entries/{hidden.pk}/remove").status_code == 404
    assert HEALTH in client_of(cast.physician).get(base(plan) + "/").content.decode()


def test_a_plan_goes_round_and_binds(cast: Cast, worker: Client, adviser: Client, plan: Plan) -> None:
    assert worker.post(base(plan) + "/put-up").status_code == 302
    page = adviser.get(base(plan) + "/").content.decode()
    assert "Still to sign" in page

    own = f"{base(plan)}/signatures/{of(plan, cast.adviser).pk}"
    foreign = f"{base(plan)}/signatures/{of(plan, cast.worker).pk}"
    person = f"{base(plan)}/signatures/{of(plan, None).pk}"
    today = {"signed_on": timezone.localdate().isoformat()}
    assert adviser.get(own + "/sign").status_code == 200
    assert adviser.post(foreign + "/sign", {"form": "screen", **today}).status_code == 422
    assert adviser.post(own + "/sign", {"form": "screen", **today}).status_code == 302
    assert worker.post(foreign + "/sign", {"form": "screen", **today}).status_code == 302
    assert worker.post(person + "/sign", {"form": "screen", **today}).status_code == 422  # nothing was drawn
    assert worker.post(person + "/sign", {"form": "screen", "signature": DRAWN, **today}).status_code == 302

    assert again(plan).state == "binding"
    page = worker.get(base(plan) + "/").content.decode()
    assert "Binding since" in page
    assert "Record progress" in page


def test_a_scan_is_taken_only_where_a_scan_is_meant(cast: Cast, worker: Client, plan: Plan) -> None:
    plan = put_up(cast, plan)
    path = f"{base(plan)}/signatures/{of(plan, None).pk}/sign"

    def send(form: str) -> None:
        scan = SimpleUploadedFile("signed.pdf", PDF, content_type="application/pdf")
        answer = worker.post(path, {"form": form, "signed_on": timezone.localdate().isoformat(), "scan": scan})
        assert answer.status_code == 302

    send("scan")

    signature = of(plan, None)
    assert signature.document is not None
    assert signature.document.category == DataCategory.ADMINISTRATIVE


def test_declining_asks_for_the_reason_and_shows_it(cast: Cast, worker: Client, adviser: Client, plan: Plan) -> None:
    plan = put_up(cast, plan)
    path = f"{base(plan)}/signatures/{of(plan, cast.adviser).pk}/decline"

    assert adviser.post(path, {"reason": ""}).status_code == 422
    assert adviser.post(path, {"reason": "Who pays the course?"}).status_code == 302

    page = worker.get(base(plan) + "/").content.decode()
    assert "Who pays the course?" in page
    assert again(plan).state == "draft"


def test_signing_is_taken_back_reminded_and_given_up(cast: Cast, worker: Client, plan: Plan) -> None:
    plan = put_up(cast, plan)

    assert worker.post(base(plan) + "/remind").status_code == 302
    assert worker.post(base(plan) + "/withdraw", {"reason": "A goal is missing"}).status_code == 302
    assert worker.post(base(plan) + "/drop").status_code == 302

    assert again(plan).state == "dropped"
    assert worker.get(base(plan) + "/edit")["Location"] == base(plan) + "/"


def test_two_versions_are_shown_side_by_side(cast: Cast, worker: Client, plan: Plan) -> None:
    plan = all_sign(cast, plan)
    assert worker.post(base(plan) + "/new-version").status_code == 302
    new = Plan.objects.get(number=2)
    goal = Entry.objects.get(plan=new)
    worker.post(f"{base(new)}/entries/{goal.pk}/change", {"text": "Work 80 percent", "category": 1, "version": 1})

    page = worker.get(base(new) + "/differences").content.decode()
    backwards = worker.get(f"{base(plan)}/differences?with={new.pk}").content.decode()

    assert f"<del>{GOAL}</del>" in page
    assert "<ins>Work 80 percent</ins>" in page
    assert MEASURE not in page  # unchanged
    assert "<del>Work 80 percent</del>" in backwards


def test_the_course_and_the_review_are_recorded(cast: Cast, worker: Client, plan: Plan) -> None:
    plan = all_sign(cast, plan)
    measure = measure_of(plan)

    course = {"state": "running", "result": "Begins well", "version": 1}
    assert worker.post(f"{base(plan)}/measures/{measure.pk}/progress", course).status_code == 302
    typed = {"review_on": timezone.localdate() + timedelta(days=30), "version": plan.version}
    assert worker.post(base(plan) + "/review", typed)["Location"] == base(plan) + "/"

    page = worker.get(base(plan) + "/").content.decode()
    assert "Begins well" in page
    assert "running" in page


def test_luzern_internship_review_days_are_offered_in_the_second_half_of_the_measures(
    cast: Cast, worker: Client, plan: Plan
) -> None:
    today = timezone.localdate()
    Measure.objects.filter(plan=plan).update(from_on=today - timedelta(days=20), until_on=today + timedelta(days=60))
    plan = all_sign(cast, plan)
    middle = today + timedelta(days=40)

    page = worker.get(base(plan) + "/review").content.decode()
    worker.post(base(plan) + "/review", {"offered": middle.isoformat(), "review_on": "", "version": plan.version})

    assert f"{middle:%d.%m.%Y}: {MEASURE}" in page
    assert Plan.objects.get(pk=plan.pk).review_on == middle
    assert Plan.objects.get(pk=plan.pk).version == plan.version + 1


def test_without_measures_ahead_only_another_day_is_offered(cast: Cast, worker: Client, plan: Plan) -> None:
    assert 'name="offered"' not in worker.get(base(plan) + "/review").content.decode()


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_a_plan_with_thirty_of_everything_asks_no_more_than_one_with_three(
    cast: Cast, worker: Client, case: Case, plan: Plan
) -> None:
    def fill(number: int) -> None:
        for _row in range(number):
            goal = write(cast.worker, plan, "Goal")
            for kind in EntryKind:
                write(cast.worker, plan, "Sentence", kind)
            terms = MeasureTerms("Course", cast.adviser.institution, goal_line=goal.line, staff=cast.adviser)
            do(cast.worker, services.add_measure, plan=plan, terms=terms)

    pages = [f"{base(plan)}/{tail}" for tail in ("", "edit", "pdf", "booklet", "differences")]
    fill(3)
    few = {page: queries(worker, page) for page in pages}
    fill(27)
    many = {page: queries(worker, page) for page in pages}

    assert {page: (few[page], many[page]) for page in pages if not many[page] <= few[page] <= 35} == {}


def test_a_list_of_many_plans_asks_no_more_than_one_of_few(cast: Cast, worker: Client, case: Case, plan: Plan) -> None:
    path = f"/dossiers/{case.pk}/plans/"
    few = queries(worker, path)
    for number in range(2, 20):
        Plan.objects.create(
            dossier=case.dossier, kind=plan.kind, number=number, state="dropped", language="de", begun_by=cast.worker
        )

    assert queries(worker, path) <= few <= 26


def test_printing_is_logged_as_printing_and_names_nobody(cast: Cast, worker: Client, plan: Plan) -> None:
    for tail, act in (("/pdf", "plan.printed"), ("/booklet", "plan.booklet_printed")):
        answer = worker.get(base(plan) + tail + "?language=it")
        assert answer["Content-Type"] == "application/pdf"
        assert "Muster" not in answer["Content-Disposition"]
        entry = Told.objects.get(act=act)
        assert (entry.kind, entry.dossier_id, entry.object_id) == ("print", plan.dossier_id, plan.pk)
        assert worker.get(base(plan) + tail + "?language=xx").status_code == 404


def test_a_plan_is_printed_in_the_language_of_the_person_unless_another_is_asked_for(
    cast: Cast, worker: Client, plan: Plan
) -> None:
    Particulars.objects.filter(pk=plan.dossier_id).update(language="it")

    page = worker.get(base(plan) + "/").content.decode()
    text = PdfReader(BytesIO(worker.get(base(plan) + "/booklet").content)).pages[0].extract_text()

    offered = re.findall(r"/booklet\?language=(\w\w)", page)
    assert offered[0] == "it"
    assert set(offered) == set(LANGUAGES)
    assert "Il suo piano" in text


def test_a_signature_of_an_earlier_round_is_history(cast: Cast, worker: Client, plan: Plan) -> None:
    plan = put_up(cast, plan)
    old = of(plan, cast.worker)
    do(cast.worker, services.withdraw_signing, plan=plan)
    plan = put_up(cast, plan)

    assert worker.get(f"{base(plan)}/signatures/{old.pk}/sign").status_code == 404
    assert Signature.objects.filter(plan=plan).count() == 6


def test_a_visitor_of_another_role_at_the_own_institution_is_refused(cast: Cast, plan: Plan) -> None:
    steering = client_of(make_staff(cast.worker.institution, Role.STEERING, last_name="Steering"))

    assert steering.get(base(plan) + "/").status_code == 403


def test_the_sign_page_says_for_whom(cast: Cast, adviser: Client, plan: Plan) -> None:
    plan = put_up(cast, plan)
    sign(cast.worker, plan)
    show: Callable[[Any], str] = lambda by: adviser.get(  # noqa: E731 - two pages, one way to open them
        f"{base(plan)}/signatures/{of(plan, by).pk}/sign"
    ).content.decode()

    assert "your log-in is your signature" in show(cast.adviser)
    assert "data-signature" not in show(cast.adviser)
    assert "data-signature" in show(None)
