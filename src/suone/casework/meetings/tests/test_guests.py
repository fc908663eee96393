"""Guests: a link that opens the invitation and nothing else, until it is taken back or out of date."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import do
from suone.casework.meetings.acts import Act
from suone.casework.meetings.models import Guest, Meeting
from suone.casework.meetings.rules import Answer
from suone.casework.meetings.services import convening, dates, guests
from suone.casework.meetings.tests.factories import at, convene
from suone.ground.access.acting import acting_for_guest
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry as LogEntry
from suone.ground.entrances.models import Shared
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.services import end_of
from suone.records.inbox.models import Message


@kept
def meeting(cast: Cast, case: Case) -> Meeting:
    return convene(cast, case, cast.worker, starts_at=at(5), place="Sitten, room 3", points=["canary-point"])


@kept
def token(cast: Cast, meeting: Meeting) -> str:
    kept: str = do(
        cast.coordinator, guests.invite_guest, meeting=meeting, name="canary-guest", function="psychotherapist"
    )
    return kept


def test_only_the_hash_of_the_link_is_kept(cast: Cast, meeting: Meeting, token: str) -> None:
    guest = Guest.objects.get(meeting=meeting)

    assert token not in str(Guest.objects.values())
    assert guest.token_hash == guests.hash_of(token)
    assert guest.valid_until == end_of(timezone.localdate(at(5)))
    assert LogEntry.objects.filter(act=Act.GUEST_INVITED).count() == 1


def test_no_link_outlives_the_meeting_whatever_the_application_says(
    cast: Cast, case: Case, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(cast.coordinator, guests.invite_guest, meeting=meeting, name="until the end of the day")
    undated = convene(cast, case, cast.worker, proposals=[at(7), at(8)])
    do(cast.coordinator, guests.invite_guest, meeting=undated, name="for ninety days")
    monkeypatch.setattr(guests, "end_of", lambda day: end_of(day + timedelta(days=1)))

    for each in (meeting, undated):
        with pytest.raises(IntegrityError, match="does not outlive the meeting"):
            do(cast.coordinator, guests.invite_guest, meeting=each, name="a day longer")


def test_the_link_shows_the_invitation_and_nothing_else(cast: Cast, case: Case, meeting: Meeting, token: str) -> None:
    page = Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/invitations/{token}").content.decode()

    assert "IIZ meeting" in page
    assert "Sitten, room 3" in page
    assert cast.coordinator.full_name in page
    assert cast.coordinator.phone in page
    for foreign in ("canary", case.dossier.number, "Muster", "Peter", "Round table", "SMZ"):
        assert foreign not in page
    assert LogEntry.objects.filter(act=Act.GUEST_READ, acting_kind="guest", dossier_id=case.pk).count() == 1


def test_a_guest_says_whether_they_come(cast: Cast, meeting: Meeting, token: str) -> None:
    answer = Client(HTTP_ACCEPT_LANGUAGE="en").post(f"/invitations/{token}", {"answer": "accept"})

    assert answer.status_code == 302
    assert Guest.objects.get(meeting=meeting).answer == Answer.ACCEPTED
    assert Message.objects.filter(staff=cast.coordinator, act=Act.GUEST_ANSWERED).count() == 1
    assert LogEntry.objects.filter(act=Act.GUEST_ANSWERED, acting_kind="guest").count() == 1


def _answer(token: str, answer: str, key: str = "") -> HttpResponse:
    sent = {"answer": answer} | ({"idempotency_key": key} if key else {})
    response: HttpResponse = Client(HTTP_ACCEPT_LANGUAGE="en").post(f"/invitations/{token}", sent)
    return response


def test_an_answer_that_is_sent_again_is_given_again_and_does_nothing(cast: Cast, meeting: Meeting, token: str) -> None:
    key = str(uuid.uuid4())
    first = _answer(token, "accept", key)
    _answer(token, "decline")
    stamped = Guest.objects.get(meeting=meeting).answered_at

    again = _answer(token, "accept", key)

    assert (again.status_code, again.headers["Location"]) == (302, first.headers["Location"])
    guest = Guest.objects.get(meeting=meeting)
    assert (guest.answer, guest.answered_at) == (Answer.DECLINED, stamped)
    assert Message.objects.filter(act=Act.GUEST_ANSWERED).count() == 2
    assert LogEntry.objects.filter(act=Act.GUEST_ANSWERED).count() == 2
    assert token not in str(Shared.objects.values())


def test_another_answer_under_the_same_key_is_refused(meeting: Meeting, token: str) -> None:
    key = str(uuid.uuid4())
    _answer(token, "accept", key)

    other = _answer(token, "decline", key)

    assert other.status_code == 422
    assert "with other content" in other.content.decode()
    assert Guest.objects.get(meeting=meeting).answer == Answer.ACCEPTED


def test_the_same_answer_anew_notifies_nobody(cast: Cast, meeting: Meeting, token: str) -> None:
    assert _answer(token, "accept").status_code == 302
    stamped = Guest.objects.get(meeting=meeting).answered_at

    for key in ("", str(uuid.uuid4())):
        assert _answer(token, "accept", key).status_code == 302

    assert Guest.objects.get(meeting=meeting).answered_at == stamped
    assert Message.objects.filter(act=Act.GUEST_ANSWERED).count() == 1
    assert LogEntry.objects.filter(act=Act.GUEST_ANSWERED).count() == 1
    do(cast.coordinator, convening.cancel_meeting, meeting=meeting, reason="Snow")
    assert _answer(token, "accept").status_code == 404


def test_a_form_that_led_nowhere_may_be_sent_again(meeting: Meeting, token: str) -> None:
    key = str(uuid.uuid4())
    assert _answer(token, "perhaps", key).status_code == 404

    assert _answer(token, "accept", key).status_code == 302
    assert Guest.objects.get(meeting=meeting).answer == Answer.ACCEPTED


def test_a_guests_calendar_entry_says_nothing_about_anybody(meeting: Meeting, case: Case, token: str) -> None:
    response = Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/invitations/{token}/calendar")

    assert response.headers["Content-Type"].startswith("text/calendar")
    text = response.content.decode()
    assert "SUMMARY:IIZ meeting" in text
    assert str(meeting.uid) in text
    assert not re.search(rf"canary|{case.dossier.number}|Muster|Round", text + str(response.headers))


@pytest.mark.parametrize("what", ["revoked", "out of date", "forged"])
def test_a_link_that_does_not_hold_opens_nothing(cast: Cast, meeting: Meeting, token: str, what: str) -> None:
    guest = Guest.objects.select_related("meeting").get(meeting=meeting)
    if what == "revoked":
        do(cast.coordinator, guests.revoke_guest, guest=guest)
    elif what == "out of date":
        Guest.objects.filter(pk=guest.pk).update(valid_until=timezone.now() - timedelta(seconds=1))
    else:
        token = token[:-1] + ("A" if token[-1] != "A" else "B")

    for answer in (
        Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/invitations/{token}"),
        Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/invitations/{token}/calendar"),
        Client(HTTP_ACCEPT_LANGUAGE="en").post(f"/invitations/{token}", {"answer": "accept"}),
    ):
        assert answer.status_code == 404
        assert "Sitten" not in answer.content.decode()
    assert Guest.objects.get(pk=guest.pk).answer == Answer.WAITING
    assert LogEntry.objects.filter(kind="denied", acting_kind="guest").count() == 3


def test_a_guest_sees_that_the_meeting_is_cancelled_and_cannot_answer(cast: Cast, meeting: Meeting, token: str) -> None:
    do(cast.coordinator, convening.cancel_meeting, meeting=meeting, reason="Snow")

    assert "does not take place" in Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/invitations/{token}").content.decode()
    assert Client(HTTP_ACCEPT_LANGUAGE="en").post(f"/invitations/{token}", {"answer": "accept"}).status_code == 404


def test_the_link_follows_the_meeting_to_another_day(cast: Cast, meeting: Meeting, token: str) -> None:
    do(cast.coordinator, dates.fix_date, meeting=meeting, starts_at=at(9), version=1)

    assert Guest.objects.get(meeting=meeting).valid_until == end_of(timezone.localdate(at(9)))


def test_only_a_guest_may_use_the_guests_page(cast: Cast, meeting: Meeting, token: str) -> None:
    who = acting_for_guest()
    with acting_as(who):
        assert guests.open_invitation(who, token=token) is not None
    assert do(cast.worker, guests.open_invitation, token=token) is None


def test_the_convener_alone_invites_guests(cast: Cast, meeting: Meeting) -> None:
    with pytest.raises(Refused, match="convened"):
        do(cast.adviser, guests.invite_guest, meeting=meeting, name="somebody")


def test_the_guests_page_is_closed_for_a_while_after_many_wrong_links(meeting: Meeting) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")

    answers = [client.get(f"/invitations/wrong-{number}").status_code for number in range(25)]

    assert answers[0] == 404
    assert answers[-1] == 429
