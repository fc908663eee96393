"""Who saw this person, and what did this colleague open: asked by data protection alone, and recorded like any reading."""

import csv
import re
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from suone.casework.leading.tests.factories import notify
from suone.desk.privacy.acts import Act
from suone.desk.privacy.tests.test_views import _client
from suone.ground.access.acting import Acting, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry, RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.acting import acting_of
from suone.organisation.appointments.tests.factories import make_staff
from suone.records.consents.tests.factories import Cast, make_cast
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.services import change_number
from suone.records.dossiers.tests.factories import open_file

pytestmark = pytest.mark.django_db
NUMBER = "756.9217.0769.85"


@kept
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def officer() -> Client:
    return _client(Role.DATA_PROTECTION_OFFICER)


def _read(acting: Acting, *cases: int, act: str = "case.listed", **how: Any) -> None:
    with acting_as(acting):
        record(acting, kind=how.pop("kind", RecordKind.READ), act=act, dossiers_shown=cases, **how)


def _asked(acting: Acting, question: str, *values: object) -> list[tuple[Any, ...]]:
    with acting_as(acting), connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())


def _lines(answer: HttpResponse) -> int:
    return answer.content.decode().count("<tr>") - 1


@kept
def seen(cast: Cast) -> tuple[str, str]:
    """A person with a number and a case, and another one; a worker lists both, an adviser opens the other."""
    case = notify(cast, ahv_number=NUMBER, ahv_missing_reason="")
    other = notify(cast, by=cast.adviser)
    Entry.objects.update(dossier_id=None, person_id=None, dossiers_shown=[], persons_shown=[])
    _read(acting_of(cast.worker), case.pk, other.pk)
    _read(acting_of(cast.adviser), other.pk)
    return case.dossier.number, other.dossier.number


@pytest.mark.parametrize("by_number", [True, False])
def test_whoever_listed_the_person_is_found_by_ahv_number_and_by_case_number(
    by_number: bool, cast: Cast, seen: tuple[str, str], officer: Client
) -> None:
    answer = officer.post("/log/who-saw", {"number": NUMBER if by_number else seen[0]})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert _lines(answer) == 1
    assert cast.worker.full_name in page
    assert cast.adviser.full_name not in page
    assert NUMBER not in answer.headers.get("Location", "")


def test_the_question_is_recorded_with_the_person_it_is_about(
    cast: Cast, seen: tuple[str, str], officer: Client
) -> None:
    officer.post("/log/who-saw", {"number": NUMBER})

    entry = Entry.objects.get(act=Act.WHO_SAW_ASKED)
    shown = Entry.objects.get(act="case.listed", staff_id=cast.worker.pk)
    assert set(entry.persons_shown) == set(shown.persons_shown)  # the line names both cases
    assert set(entry.dossiers_shown) == set(shown.dossiers_shown)
    assert NUMBER.replace(".", "") not in str(entry.details) + entry.purpose


@pytest.mark.parametrize(
    ("narrowed", "lines"),
    [
        ({"kind": "export"}, 0),
        ({"kind": "read"}, 1),
        ({"first_day": "2999-01-01"}, 0),
        ({"last_day": "2000-01-01"}, 0),
        ({"first_day": "2000-01-01"}, 1),
    ],
)
def test_the_answer_is_narrowed_by_kind_and_period(
    narrowed: dict[str, str], lines: int, seen: tuple[str, str], officer: Client
) -> None:
    answer = officer.post("/log/who-saw", {"number": NUMBER, **narrowed})

    assert max(_lines(answer), 0) == lines


def test_the_answer_is_narrowed_by_institution(cast: Cast, seen: tuple[str, str], officer: Client) -> None:
    asked = {"number": seen[1]}

    both = officer.post("/log/who-saw", asked)
    one = officer.post("/log/who-saw", asked | {"institution": cast.adviser.institution_id})

    assert (_lines(both), _lines(one)) == (2, 1)


def test_what_a_colleague_opened(cast: Cast, seen: tuple[str, str], officer: Client) -> None:
    _read(acting_of(cast.adviser), kind=RecordKind.CHANGE, act="case.triaged")

    opened = officer.post("/log/colleague", {"colleague": cast.adviser.pk})
    changed = officer.post("/log/colleague", {"colleague": cast.adviser.pk, "kind": "change"})

    assert _lines(opened) == 1
    assert seen[1] in opened.content.decode()
    assert seen[0] not in opened.content.decode()
    assert _lines(changed) >= 1
    assert Entry.objects.filter(act=Act.COLLEAGUE_ASKED).count() == 2


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_answer_is_exported_as_filtered_and_that_is_recorded(
    form: str, cast: Cast, seen: tuple[str, str], officer: Client
) -> None:
    confirmed = {"confirm-answer": "password", "confirm-password-password": "Demo-only-4711"}
    answer = officer.post(
        f"/log/who-saw/export/{form}",
        {"number": seen[1], "institution": cast.adviser.institution_id, **confirmed},
    )

    body = answer.content
    if form == "csv":
        rows = list(csv.reader(StringIO(body.decode("utf-8-sig")), delimiter=";"))
    else:
        rows = CalamineWorkbook.from_filelike(BytesIO(body)).get_sheet_by_index(0).to_python()
    assert len(rows) == 2
    assert cast.adviser.full_name in rows[1]
    entry = Entry.objects.get(act=Act.WHO_SAW_EXPORTED)
    assert entry.kind == RecordKind.EXPORT
    assert len(entry.dossiers_shown) == 1


def test_a_file_that_would_leave_lines_out_is_refused(
    seen: tuple[str, str], officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("suone.desk.privacy.queries.MOST", 1)
    confirmed = {"confirm-answer": "password", "confirm-password-password": "Demo-only-4711"}

    answer = officer.post("/log/who-saw/export/csv", {"number": seen[1], **confirmed})

    assert answer.status_code == 422


def test_the_function_asks_for_the_permission_itself(cast: Cast, seen: tuple[str, str]) -> None:
    with (
        pytest.raises(DatabaseError, match="only whoever may read the log"),
        acting_as(acting_of(cast.worker)),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT * FROM privacy_whom(%s)", [seen[0]])


def test_a_person_under_two_keys_is_one_person(cast: Cast, seen: tuple[str, str], officer: Client) -> None:
    from suone.casework.cases.models import Case
    from suone.records.persons.models import Joining

    one, other = (Case.objects.get(dossier__number=number).dossier for number in seen)
    Joining.objects.create(kept_id=one.person_id, joined_id=other.person_id, reason="Same")

    answer = officer.post("/log/who-saw", {"number": NUMBER})

    assert _lines(answer) == 2
    assert cast.adviser.full_name in answer.content.decode()  # who saw them under a key that was joined only later
    Joining.objects.update(parted_at=timezone.now(), parting_reason="Two people")
    assert cast.adviser.full_name not in officer.post("/log/who-saw", {"number": NUMBER}).content.decode()


def test_whoever_saw_the_case_before_its_number_was_corrected_is_found_by_the_new_one(
    cast: Cast, seen: tuple[str, str], officer: Client
) -> None:
    """Under the number of somebody who is known already, the file gets the key of that person."""
    dossier, corrected = Dossier.objects.get(number=seen[0]), "756.1234.5678.97"
    notify(cast, by=cast.adviser, ahv_number=corrected, ahv_missing_reason="")
    _read(acting_of(cast.stranger), dossier.pk)
    before, who = dossier.person_id, acting_of(cast.worker)

    with acting_as(who):
        change_number(who, dossier=dossier, ahv_number=corrected, reason="Typed wrongly")

    assert dossier.person_id != before
    assert cast.stranger.full_name in officer.post("/log/who-saw", {"number": corrected}).content.decode()


def test_case_numbers_are_given_to_whoever_may_read_the_log_alone(cast: Cast) -> None:
    case = notify(cast, by=cast.adviser)
    officer = make_staff(cast.worker.institution, Role.DATA_PROTECTION_OFFICER, last_name="Officer")
    number = case.dossier.number
    by_id, by_number = ([case.pk], ""), ([], number)

    for asked in (by_id, by_number):
        question = "SELECT id, number FROM privacy_case_numbers(%s::bigint[], %s)"
        assert _asked(acting_of(officer), question, *asked) == [(case.pk, number)]
        assert _asked(acting_of(cast.worker), question, *asked) == []
        assert _asked(acting_for_job("a test"), question, *asked) == []
    assert _asked(acting_of(officer), "SELECT id FROM privacy_case_numbers(%s::bigint[], %s)", [], "") == []


def test_of_many_cases_in_a_line_the_one_asked_about_goes_first(
    cast: Cast, seen: tuple[str, str], officer: Client
) -> None:
    """A list showed more cases than a line has room for: the asked one is named, the others are counted."""
    asked = Dossier.objects.get(number=seen[0])
    others = [open_file(cast.worker).pk for _ in range(6)]
    _read(acting_of(cast.worker), *others, asked.pk)

    page = officer.post("/log/who-saw", {"number": seen[0]}).content.decode()

    newest = re.findall(r'<td data-label="[^"]+">(\d{4}-\d{4}[^<]*)</td>', page)[0]
    assert newest.startswith(f"{seen[0]}, ")
    assert newest.count("-") == 5  # five numbers, two more are counted
