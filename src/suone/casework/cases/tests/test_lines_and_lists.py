"""Which lines of a timeline read alike, and which cases are in the list."""

import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from suone.casework.cases.lists import SORTS, Need, Wanted, case_list, needs
from suone.casework.cases.models import Case
from suone.casework.cases.queries import Line
from suone.casework.cases.rules import NoteKind, State
from suone.casework.cases.services import write_note
from suone.casework.leading.tests.factories import activate, close, do
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry, RecordKind
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_staff
from suone.organisation.institutions.models import Region
from suone.records.consents.models import Consent
from suone.records.consents.services import withdraw_consent
from suone.records.consents.tests.factories import Cast, sign
from suone.records.consents.tests.factories import line as scope
from suone.records.dossiers.models import Event


def line(**changes: Any) -> Line:
    event: Any = SimpleNamespace(
        **{"act": "case.read", "staff_id": 1, "institution_id": 2, "text": "", "on_behalf_of_id": None} | changes
    )
    return Line(event=event)


def test_lines_of_the_same_act_by_the_same_hand_read_alike() -> None:
    note: Any = object()

    assert line().reads_like(line())
    for other in (line(act="case.closed"), line(staff_id=9), line(institution_id=9)):
        assert not line().reads_like(other)
    for says_more in (
        line(text="why"),
        replace(line(), note=note),
        replace(line(), institution="RAV"),
        Line(event=None),
    ):
        assert not says_more.reads_like(says_more)


def test_the_list_holds_open_cases_those_of_one_state_or_all(cast: Cast, active: Case) -> None:
    def listed(state: str) -> list[Case]:
        who = acting(cast.coordinator)
        with acting_as(who):
            return case_list(who, Wanted(state=state))

    assert (listed("open"), listed("closed"), listed("")) == ([active], [], [active])
    close(cast, active)
    assert (listed("open"), listed("active"), listed("closed"), listed("")) == ([], [], [active], [active])


def pks(who: Appointment, **wanted: Any) -> list[int]:
    with acting_as(acting(who)):
        return [case.pk for case in case_list(acting(who), Wanted(**wanted))]


def turned(who: Appointment, page: int) -> list[int]:
    """A page of one case, and the next one."""
    with acting_as(acting(who)):
        return [case.pk for case in case_list(acting(who), Wanted(), page=page, most=1)]


def counted(who: Appointment) -> tuple[int, int]:
    with acting_as(acting(who)):
        found = needs(acting(who))
    return found[Need.STILL], found[Need.ENDING]


def long_ago(case: Case, days: int) -> None:
    """Everything in the case happened so many days earlier."""
    past = timedelta(days=days)
    Case.objects.filter(pk=case.pk).update(notified_at=F("notified_at") - past)
    Event.objects.filter(dossier=case.dossier_id).update(at=F("at") - past)


def test_cases_stand_still_after_thirty_days_without_an_event_unless_they_rest(cast: Cast) -> None:
    still, moving, resting, closed = (activate(cast) for _one in range(4))
    Case.objects.filter(pk=resting.pk).update(state=State.SUSPENDED)
    close(cast, closed)
    for case in (still, moving, resting, closed):
        long_ago(case, settings.STILL_DAYS + 1)
    assert set(pks(cast.coordinator, need="still")) == {still.pk, moving.pk}

    do(
        cast.coordinator,
        write_note,
        dossier=moving.dossier,
        text="Called",
        category=DataCategory.ADMINISTRATIVE,
        kind=NoteKind.CALL,
    )

    assert pks(cast.coordinator, need="still") == [still.pk]
    assert counted(cast.coordinator) == (1, 0)
    assert pks(cast.coordinator, need="still", state="closed") == []


def test_consents_run_out_unless_a_later_one_is_signed(cast: Cast) -> None:
    long, soon, renewed = (activate(cast) for _one in range(3))
    today = timezone.localdate()
    for case in (soon, renewed):
        first = Consent.objects.get(dossier=case.dossier_id)
        sign(cast.coordinator, case.dossier, scope(cast.coordinator), valid_until=today + timedelta(days=30))
        do(cast.coordinator, withdraw_consent, consent=first)
    assert set(pks(cast.coordinator, need="ending")) == {soon.pk, renewed.pk}

    sign(cast.coordinator, renewed.dossier, scope(cast.coordinator), valid_until=today + timedelta(days=31))

    assert pks(cast.coordinator, need="ending") == [soon.pk]
    assert counted(cast.coordinator) == (0, 1)
    assert long.pk in pks(cast.coordinator)


def test_the_office_is_asked_about_all_cases_and_others_about_their_own(cast: Cast) -> None:
    case = activate(cast)
    colleague = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    long_ago(case, settings.STILL_DAYS + 1)

    found = {staff.last_name: pks(staff, need="still") for staff in (cast.coordinator, cast.worker, colleague)}

    assert found == {cast.coordinator.last_name: [case.pk], cast.worker.last_name: [case.pk], "Colleague": []}
    assert pks(colleague) == [case.pk]


def test_ones_own_region_comes_first_and_every_column_sorts(cast: Cast) -> None:
    here, elsewhere, newest = (activate(cast) for _one in range(3))
    other = Region.objects.create(code="a-other", name_de="Andere", name_fr="Autre")
    Case.objects.filter(pk__in=[elsewhere.pk, newest.pk]).update(region=other)
    Appointment.objects.filter(pk=cast.coordinator.pk).update(region=here.region)
    long_ago(newest, 3)

    assert pks(cast.coordinator) == [here.pk, newest.pk, elsewhere.pk]
    assert pks(cast.coordinator, region_id=other.pk) == [newest.pk, elsewhere.pk]
    assert pks(cast.coordinator, sort="moved")[0] == newest.pk
    assert pks(cast.coordinator, sort="moved", descending=True)[-1] == newest.pk
    assert pks(cast.coordinator, sort="region")[-1] == here.pk
    assert [turned(cast.coordinator, page) for page in range(1, 5)] == [
        [here.pk, newest.pk],
        [newest.pk, elsewhere.pk],
        [elsewhere.pk],
        [],
    ]
    for column in SORTS:
        assert set(pks(cast.coordinator, sort=column)) == {here.pk, elsewhere.pk, newest.pk}


def test_the_page_shows_lead_last_event_and_consent_and_keeps_what_was_chosen(cast: Cast) -> None:
    case = activate(cast)

    page = client_of(cast.coordinator).get("/cases/?state=active&sort=-moved").content.decode()

    assert re.search(rf'data-label="Lead">{cast.coordinator.full_name}<', page)
    assert re.search(r'data-label="Last event">[^<]*2\d{3}<', page)
    assert re.search(r'data-label="Consent until">[^<]*2\d{3}<', page)
    assert 'href="?state=active&amp;region=&amp;need=&amp;sort=moved"' in page
    assert f'href="/dossiers/{case.pk}/"' in page
    assert client_of(cast.coordinator).get("/cases/?page=2&need=x&sort=y").status_code == 200


def test_what_is_filtered_is_exported_and_the_log_names_whom_the_file_shows(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, other = activate(cast), activate(cast)
    Case.objects.filter(pk=other.pk).update(state=State.SUSPENDED)
    office = client_of(cast.coordinator)

    csv = office.get("/cases/export/csv?state=active").content.decode("utf-8-sig")
    book = office.get("/cases/export/xlsx?sort=-lead").content

    assert [row.split(";")[0] for row in csv.splitlines()] == ["Case", case.dossier.number]
    assert cast.coordinator.full_name in csv
    assert book[:2] == b"PK"
    logged = Entry.objects.filter(act="case.list_exported").order_by("pk")
    assert [(entry.kind, sorted(entry.dossiers_shown)) for entry in logged] == [
        (RecordKind.EXPORT, [case.pk]),
        (RecordKind.EXPORT, [case.pk, other.pk]),
    ]
    assert office.get("/cases/export/pdf").status_code == 404
    monkeypatch.setattr("suone.casework.cases.lists.MOST_EXPORTED", 1)
    assert "More than 1 cases fit" in office.get("/cases/export/csv").content.decode()
