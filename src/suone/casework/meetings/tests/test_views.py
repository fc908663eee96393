"""Pages: who sees which page, what its acts keep, and how many queries it takes."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import do
from suone.casework.meetings import queries
from suone.casework.meetings.acts import Act
from suone.casework.meetings.models import AgendaPoint, DateAnswer, Entry, Guest, Invitee, Meeting
from suone.casework.meetings.rules import Answer, EntryKind, Kind, State
from suone.casework.meetings.services import minutes
from suone.casework.meetings.services.minutes import EntryContent
from suone.casework.meetings.tests.factories import at, convene, fresh, invitee, proposals
from suone.ground.access.categories import DataCategory, categories_in
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry as LogEntry
from suone.ground.audit.models import RecordKind
from suone.organisation.appointments.tests.factories import client_of, make_staff
from suone.records.consents.tests.factories import WORK, Cast, line, sign


def later() -> str:
    return (timezone.localdate() + timedelta(days=9)).isoformat()


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    return client_of(cast.coordinator)


def pages_of(meeting: Meeting) -> list[str]:
    names = ("", "answer", "dates", "dates/propose", "dates/fix", "particulars", "invite", "guests", "agenda")
    return [f"/meetings/{meeting.pk}/{name}" for name in (*names, "contribute", "minutes", "hold", "cancel")]


def test_whoever_keeps_the_meeting_opens_every_page(cast: Cast, coordinator: Client, meeting: Meeting) -> None:
    for path in [
        *pages_of(meeting),
        "/meetings/",
        "/meetings/convene",
        f"/dossiers/{meeting.dossier_id}/meetings/convene",
    ]:
        assert coordinator.get(path).status_code == 200, path


def test_for_an_outsider_and_for_nobody_there_is_no_meeting(cast: Cast, meeting: Meeting) -> None:
    for path in [*pages_of(meeting), f"/meetings/{meeting.pk}/calendar", f"/meetings/{meeting.pk}/minutes/print"]:
        assert client_of(cast.stranger).get(path).status_code == 404, path
        assert Client().get(path).status_code == 302, path


def test_a_role_that_attends_no_meetings_stays_outside(cast: Cast, meeting: Meeting) -> None:
    steering = make_staff(cast.coordinator.institution, Role.STEERING, last_name="Steering")

    assert client_of(steering).get(f"/meetings/{meeting.pk}/").status_code == 403
    assert client_of(cast.physician).get(f"/meetings/{meeting.pk}/cancel").status_code == 403


def test_the_invited_without_a_grant_see_the_invitation_and_answer(cast: Cast, case: Case, meeting: Meeting) -> None:
    do(cast.worker, minutes.contribute, meeting=meeting, text="canary-text", category=DataCategory.EMPLOYMENT)
    do(cast.worker, minutes.add_point, meeting=meeting, title="canary-point")
    physician = client_of(cast.physician)

    page = physician.get(f"/meetings/{meeting.pk}/").content.decode()
    physician.post(f"/meetings/{meeting.pk}/answer", {"answer": "accept"})

    assert meeting.case_number in page
    assert "Round table" in page
    assert not re.search(r"canary|Muster|SMZ|RAV", page)
    assert invitee(meeting, cast.physician).answer == Answer.ACCEPTED
    assert physician.get(f"/dossiers/{case.pk}/").status_code == 404


def test_whoever_opens_a_meeting_and_reads_its_case_number_is_in_the_log_of_the_case(
    cast: Cast, case: Case, coordinator: Client, meeting: Meeting
) -> None:
    coordinator.get(f"/meetings/{meeting.pk}/")
    client_of(cast.physician).get(f"/meetings/{meeting.pk}/")

    read = LogEntry.objects.filter(act=Act.READ, kind=RecordKind.READ, object_id=meeting.pk)
    assert {
        (entry.staff_id, entry.dossier_id, entry.person_id, *entry.dossiers_shown, *entry.persons_shown)
        for entry in read
    } == {
        (staff.pk, case.pk, case.dossier.person_id, case.pk, case.dossier.person_id)
        for staff in (cast.coordinator, cast.physician)
    }


def test_convening_from_the_page_of_a_case(cast: Cast, case: Case, coordinator: Client) -> None:
    typed: dict[str, Any] = {
        "kind": "joint_interview",
        "institutions": [cast.worker.institution_id, cast.adviser.institution_id],
        "proposal_1": f"{later()}T09:00",
        "proposal_2": f"{later()}T14:00",
        "answer_until": timezone.localdate().isoformat(),
        "place": "Sitten",
        "points": "Work\n\nMoney\n",
    }

    answer = coordinator.post(f"/dossiers/{case.pk}/meetings/convene", typed)

    meeting = Meeting.objects.get()
    assert answer.headers["Location"] == f"/meetings/{meeting.pk}/"
    assert (meeting.state, meeting.minutes, meeting.second_part_after) == (State.PLANNING, 150, 75)
    assert meeting.region_id == case.region_id
    assert [point.title for point in AgendaPoint.objects.filter(meeting=meeting)] == ["Work", "Money"]
    assert len(proposals(meeting)) == 2


def test_what_is_missing_is_reported_on_the_form(cast: Cast, case: Case, coordinator: Client) -> None:
    answer = coordinator.post(f"/dossiers/{case.pk}/meetings/convene", {"kind": "assessment", "place": "kept text"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Set the time of the meeting" in page
    assert "kept text" in page
    assert not Meeting.objects.exists()


def test_the_case_proposes_who_takes_part(cast: Cast, case: Case, coordinator: Client) -> None:
    page = coordinator.get(f"/dossiers/{case.pk}/meetings/convene").content.decode()

    ticked = re.findall(r'name="institutions" value="(\d+)"[^>]* checked', page)
    # The worker's institution takes part, and the consent names the adviser's.
    assert set(ticked) == {str(cast.worker.institution_id), str(cast.adviser.institution_id)}


def test_whom_the_consent_names_alone_is_invited_by_name(cast: Cast, case: Case, coordinator: Client) -> None:
    sign(cast.coordinator, case.dossier, line(cast.stranger, named=True))

    page = coordinator.get(f"/dossiers/{case.pk}/meetings/convene").content.decode()

    assert re.search(rf'name="people" value="{cast.stranger.pk}"[^>]* checked', page)
    assert str(cast.stranger.institution_id) not in re.findall(r'name="institutions" value="(\d+)"[^>]* checked', page)


def test_finding_a_date_through_the_pages(cast: Cast, case: Case, coordinator: Client) -> None:
    meeting = convene(cast, case, cast.adviser, proposals=[at(7), at(8)])
    first, second = proposals(meeting)

    half = client_of(cast.adviser).post(f"/meetings/{meeting.pk}/dates", {f"date_{first.pk}": "yes"})
    client_of(cast.adviser).post(
        f"/meetings/{meeting.pk}/dates", {f"date_{first.pk}": "yes", f"date_{second.pk}": "no"}
    )
    page = coordinator.get(f"/meetings/{meeting.pk}/").content.decode()
    coordinator.post(
        f"/meetings/{meeting.pk}/dates/fix", {"starts_at": first.starts_at.isoformat(), "version": meeting.version}
    )

    assert half.status_code == 422
    assert "everybody has answered" in page
    assert DateAnswer.objects.count() == 2
    assert fresh(meeting).starts_at == first.starts_at
    late = {"starts_at": second.starts_at.isoformat(), "version": 1}
    assert coordinator.post(f"/meetings/{meeting.pk}/dates/fix", late).status_code == 409


def test_from_minutes_to_their_end_through_the_pages(cast: Cast, coordinator: Client, meeting: Meeting) -> None:
    path = f"/meetings/{meeting.pk}"
    due = (timezone.localdate() + timedelta(days=9)).isoformat()
    typed = {"kind": "decision", "category": "10", "text": "Clarify", "responsible": cast.adviser.institution_id}
    assert coordinator.post(f"{path}/minutes", typed).status_code == 422
    coordinator.post(f"{path}/minutes", typed | {"due_on": due})
    coordinator.post(f"{path}/minutes", {"kind": "minutes", "category": "1", "text": "Said"})
    said = Entry.objects.get(text="Said")
    coordinator.post(f"{path}/entries/{said.pk}/correct", {"text": "Said well", "version": 1})
    coordinator.post(f"{path}/entries/{Entry.objects.get(text='Said well').pk}/remove")
    presences = {f"invitee_{i.pk}": "present" for i in Invitee.objects.filter(meeting=meeting)}
    coordinator.post(f"{path}/hold", presences)
    coordinator.post(f"{path}/minutes/finish")

    assert fresh(meeting).minutes_finished_at is not None
    assert [entry.text for entry in Entry.objects.all()] == ["Clarify"]
    assert "Clarify" in client_of(cast.adviser).get("/").content.decode()


def test_a_fixed_session_names_cases_to_those_who_may_open_them(cast: Cast, case: Case) -> None:
    session = convene(cast, None, cast.worker, cast.physician, kind=Kind.FIXED_SESSION, region=cast.region)
    added = client_of(cast.worker).post(
        f"/meetings/{session.pk}/agenda", {"case": case.dossier.number, "category": "10"}
    )
    wrong = client_of(cast.worker).post(f"/meetings/{session.pk}/agenda", {"case": "2026-9999", "category": "10"})

    own = client_of(cast.worker).get(f"/meetings/{session.pk}/").content.decode()
    other = client_of(cast.physician).get(f"/meetings/{session.pk}/").content.decode()

    assert (added.status_code, wrong.status_code) == (302, 422)
    assert case.dossier.number in own
    assert case.dossier.number not in other
    assert "and 1 case that is not open to you" in other


def test_a_case_of_a_session_is_written_about_in_categories_open_to_the_author(cast: Cast, case: Case) -> None:
    session = convene(cast, None, cast.worker, kind=Kind.FIXED_SESSION, region=cast.region)
    named = {"meeting": session, "dossier": case.dossier}
    with pytest.raises(Refused, match="open to you"):
        do(cast.worker, minutes.add_point, **named, category=DataCategory.HEALTH)
    point = do(cast.worker, minutes.add_point, **named)

    content = EntryContent(EntryKind.MINUTES, "Ill", DataCategory.HEALTH, point)
    with pytest.raises(Refused, match="open to you"):
        do(cast.coordinator, minutes.write_entry, meeting=session, content=content)

    assert not Entry.objects.exists()


def test_the_link_of_a_guest_is_shown_once(cast: Cast, coordinator: Client, meeting: Meeting) -> None:
    page = coordinator.post(f"/meetings/{meeting.pk}/guests", {"name": "Dr. Guest"}).content.decode()

    link = re.search(r"http://testserver(/invitations/[\w-]+)", page)
    assert link is not None
    assert Client().get(link.group(1)).status_code == 200
    assert link.group(1) not in coordinator.get(f"/meetings/{meeting.pk}/").content.decode()
    coordinator.post(f"/meetings/{meeting.pk}/guests/{Guest.objects.get().pk}/revoke")
    assert Client().get(link.group(1)).status_code == 404


def test_a_calendar_entry_says_nothing_about_anybody(cast: Cast, meeting: Meeting) -> None:
    response = client_of(cast.physician).get(f"/meetings/{meeting.pk}/calendar")
    text = response.content.decode()

    assert "SUMMARY:IIZ meeting" in text
    assert "LOCATION:IIZ\\, Sitten" in text
    assert f"UID:{meeting.uid}" in text
    assert not re.search(rf"{meeting.case_number}|Muster|Peter|Round|SMZ|Ada", text + str(response.headers))
    assert LogEntry.objects.filter(act=Act.CALENDAR_TAKEN, kind=RecordKind.EXPORT).count() == 1


def test_the_worklist_shows_what_is_to_be_answered(cast: Cast, case: Case, meeting: Meeting) -> None:
    planned = convene(cast, case, cast.physician, proposals=[at(7)])
    physician = client_of(cast.physician)

    page = physician.get("/").content.decode()
    assert "Answer the invitation" in page
    assert "Answer the proposed dates" in page
    physician.post(f"/meetings/{meeting.pk}/answer", {"answer": "accept"})
    physician.post(f"/meetings/{planned.pk}/dates", {f"date_{proposals(planned)[0].pk}": "no"})

    page = physician.get("/").content.decode()
    assert "Answer the invitation" not in page
    assert "Answer the proposed dates" not in page


def test_an_invitation_by_name_waits_for_that_person(cast: Cast, case: Case) -> None:
    convene(cast, case, named=cast.physician)
    colleague = make_staff(cast.physician.institution, Role.MEDICAL_OFFICER, last_name="Colleague")

    assert "Answer the invitation" in client_of(cast.physician).get("/").content.decode()
    assert "Answer the invitation" not in client_of(colleague).get("/").content.decode()


def test_the_list_filters_by_time_region_and_mine(cast: Cast, case: Case, meeting: Meeting) -> None:
    other = convene(cast, None, kind=Kind.REGIONAL, region=cast.region, starts_at=at(3))
    physician, stranger = client_of(cast.physician), client_of(cast.stranger)

    def listed(client: Client, query: str) -> set[int]:
        page = client.get(f"/meetings/{query}").content.decode()
        return {int(number) for number in re.findall(r'<th scope="row"><a href="/meetings/(\d+)/"', page)}

    assert listed(physician, "") == {meeting.pk, other.pk}
    assert listed(physician, "?of=mine") == {meeting.pk}
    assert listed(physician, f"?region={cast.region.pk}") == {other.pk}
    assert listed(physician, "?show=past") == set()
    assert listed(stranger, "") == {other.pk}


def test_pages_take_the_same_queries_however_much_there_is(cast: Cast, case: Case, coordinator: Client) -> None:
    def counted(meeting: Meeting, page: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries_done:
            assert coordinator.get(f"/meetings/{meeting.pk}/{page}").status_code == 200
        return len(queries_done)

    few = convene(cast, case, cast.worker, points=["one"])
    many = convene(cast, case, cast.worker, cast.adviser, cast.physician, points=["one", "two", "three"])
    point = AgendaPoint.objects.filter(meeting=many)[0]
    for meeting, number in ((few, 1), (many, 6)):
        for count in range(number):
            words = EntryContent(
                EntryKind.MINUTES, f"text {count}", DataCategory.EMPLOYMENT, point if meeting == many else None
            )
            do(cast.coordinator, minutes.write_entry, meeting=meeting, content=words)

    counted(few, "")  # the first request of a minute also writes to the session
    assert counted(many, "") == counted(few, "")
    assert counted(many, "minutes") == counted(few, "minutes")
    assert counted(many, "") <= 45


def test_the_card_of_a_case_lists_its_meetings(cast: Cast, case: Case, meeting: Meeting) -> None:
    late = convene(cast, case, starts_at=at(9))
    from suone.ground.access.database import acting_as
    from suone.organisation.appointments.tests.factories import acting

    who = acting(cast.coordinator)
    with acting_as(who):
        assert [m.pk for m in queries.meetings_of(who, case.dossier)] == [meeting.pk, late.pk]


def test_points_and_entries_are_offered_the_categories_open_to_their_author(
    cast: Cast, coordinator: Client, meeting: Meeting
) -> None:
    open_here = {str(category.value) for category in categories_in(WORK)}

    for path in (f"/meetings/{meeting.pk}/agenda", f"/meetings/{meeting.pk}/minutes"):
        page = coordinator.get(path).content.decode()
        box = re.search(r'<select name="category".*?</select>', page, re.DOTALL)
        assert box is not None
        assert set(re.findall(r'<option value="(\d+)"', box[0])) == open_here
        typed = {"title": "Debts", "kind": "minutes", "text": "Debts", "category": str(DataCategory.FINANCES.value)}
        assert coordinator.post(path, typed).status_code == 422
    assert not AgendaPoint.objects.exists()
    assert not Entry.objects.exists()
