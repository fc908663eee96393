"""Pages that grow ask the database no more often."""

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from suone.casework.cases import services
from suone.casework.cases.models import Case
from suone.casework.cases.rules import NoteKind
from suone.casework.leading import services as leading
from suone.casework.leading.tests.factories import activate, ask, do, notify
from suone.ground.access.categories import DataCategory
from suone.ground.access.permissions import Role
from suone.organisation.appointments.tests.factories import client_of, make_institution, make_staff
from suone.records.consents.services import sign_consent
from suone.records.consents.tests.factories import Cast, line, terms
from suone.records.workitems.services import add_work_item, complete


def queries(client: Client, path: str) -> int:
    client.get(path)  # what is cached once for all is no matter here
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def fill(cast: Cast, case: Case, rows: range) -> None:
    """So many of everything a case page shows."""
    for number in rows:
        do(
            cast.worker,
            services.write_note,
            dossier=case.dossier,
            text="works",
            category=DataCategory.EMPLOYMENT,
            kind=NoteKind.NOTE,
        )
        for done in (False, True):
            item = do(
                cast.coordinator,
                add_work_item,
                dossier=case.dossier,
                title="Call",
                due_on=timezone.localdate() + timedelta(days=number),
                addressed_id=cast.worker.institution_id,
                assigned=cast.worker,
            )
            if done:
                do(cast.worker, complete, item=item)
        staff = make_staff(make_institution(f"I{number}"), Role.FRONT_LINE_WORKER, last_name=f"Number{number}")
        decision = ask(cast, case, staff)
        do(staff, services.answer_participation, decision=decision, accept=True)
        do(
            cast.coordinator,
            sign_consent,
            dossier=case.dossier,
            terms=terms(),
            scope=[line(staff), line(staff, named=True)],
        )
        do(cast.coordinator, leading.triage_case, case=case, answers={}, level="simple", reason="")


def test_a_case_with_thirty_of_everything_asks_no_more_than_one_with_three(cast: Cast) -> None:
    case = activate(cast)
    worker = client_of(cast.worker)
    pages = [f"/dossiers/{case.pk}/{page}" for page in ("", "access", "consents/")]

    fill(cast, case, range(3))
    few = {page: queries(worker, page) for page in pages}
    fill(cast, case, range(3, 30))
    many = {page: queries(worker, page) for page in pages}

    assert {page: (few[page], many[page]) for page in pages if not many[page] <= few[page] <= 43} == {}


def test_a_list_of_thirty_cases_asks_no_more_than_one_of_three(cast: Cast) -> None:
    worker = client_of(cast.worker)

    for _case in range(3):
        notify(cast)
    few = queries(worker, "/cases/")
    for _case in range(27):
        notify(cast)
    many = queries(worker, "/cases/")

    assert many <= few <= 23
