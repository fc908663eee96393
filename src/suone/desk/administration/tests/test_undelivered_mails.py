"""What the office decides about mails that did not arrive, and what others cannot do to mails."""

from typing import Any

import pytest
from django.core import mail as outbox
from django.db import IntegrityError, ProgrammingError, connection, transaction

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.ground.mail import services
from suone.ground.mail.models import UNDECIDED, Kind, Mail, State
from suone.ground.mail.queries import waiting_mails
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator() -> Appointment:
    return make_staff(make_institution("IIZ", is_iiz_office=True), Role.REGIONAL_COORDINATOR, last_name="Office")


@pytest.fixture
def worker() -> Appointment:
    return make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker")


def make_mail(state: State = State.REFUSED, kind: Kind = Kind.DIGEST, **changes: Any) -> Mail:
    with acting_as(acting_for_job("tests")):
        services.post(kind=kind, address="ada@example.org", language="en", number=2, link=changes.pop("link", ""))
        mail = Mail.objects.get()
        Mail.objects.update(state=state, **changes)
        mail.refresh_from_db()
    return mail


def state_of(mail: Mail) -> str:
    with acting_as(acting_for_job("tests")):
        return Mail.objects.get(pk=mail.pk).state


def test_the_office_sees_what_became_of_mails_and_sends_one_again(coordinator: Appointment) -> None:
    mail = make_mail(code=550)
    client = client_of(coordinator)

    page = client.get("/mails/").content.decode()
    client.post(f"/mails/{mail.pk}/send-again")

    assert "ada@example.org" in page
    assert "code 550" in page
    assert state_of(mail) == State.WAITING
    entry = Entry.objects.get(act="mail.sent_again")
    assert (entry.object_id, entry.details) == (mail.pk, {"was": "refused"})
    services.send_waiting()
    assert [sent.subject for sent in outbox.outbox] == ["2 new messages"]


def test_of_a_mail_that_could_not_be_written_the_office_sees_where_the_reason_stands(coordinator: Appointment) -> None:
    mail = make_mail(State.NOT_WRITTEN, fault="0badcafe")
    client = client_of(coordinator)

    assert "under 0badcafe" in client.get("/mails/", headers={"accept-language": "en"}).content.decode()

    client.post(f"/mails/{mail.pk}/send-again")
    services.send_waiting()
    assert state_of(mail) == State.HANDED_OVER


def test_a_mail_is_left_as_it_is(coordinator: Appointment) -> None:
    mail = make_mail(State.UNCLEAR, Kind.INVITATION)
    client = client_of(coordinator)

    client.post(f"/mails/{mail.pk}/leave")

    assert state_of(mail) == State.LEFT
    assert "ada@example.org" not in client.get("/mails/").content.decode()
    assert Entry.objects.get(act="mail.left").details == {"was": "unclear"}


def test_a_mail_without_its_link_is_not_sent_again(coordinator: Appointment) -> None:
    mail = make_mail(State.TOO_LATE, Kind.RESET)

    with acting_as(acting(coordinator)), pytest.raises(Refused, match="was not kept"):
        services.send_again(acting(coordinator), mail=mail)


def test_of_two_decisions_the_first_counts(coordinator: Appointment) -> None:
    mail = make_mail()
    with acting_as(acting(coordinator)):
        services.leave(acting(coordinator), mail=mail)

    with acting_as(acting(coordinator)), pytest.raises(Refused, match="meanwhile"):
        services.send_again(acting(coordinator), mail=mail)


def test_a_mail_with_a_link_is_counted_and_not_shown(coordinator: Appointment, worker: Appointment) -> None:
    with acting_as(acting_for_job("tests")):
        services.post(kind=Kind.RESET, address="ada@example.org", language="de", link="/secret")

    with acting_as(acting(coordinator)):
        assert not Mail.objects.exists()
        assert waiting_mails()[0] == 1
    with acting_as(acting(worker)):
        assert waiting_mails() == (0, None)
    page = client_of(coordinator).get("/mails/").content.decode()
    assert "1 mail is waiting" in page
    assert "secret" not in page


@pytest.mark.parametrize("state", [*UNDECIDED, State.HANDED_OVER, State.LEFT])
def test_a_link_is_not_kept_beyond_the_answer(state: State) -> None:
    with acting_as(acting_for_job("tests")):
        services.post(kind=Kind.RESET, address="ada@example.org", language="de", link="/secret")
        with pytest.raises(IntegrityError, match="mail_link_until_answered"), transaction.atomic():
            Mail.objects.update(state=state)


@pytest.mark.parametrize("state", [State.HANDED_OVER, State.SENDING, State.WAITING])
def test_what_is_under_way_or_arrived_is_nobodys_to_send(coordinator: Appointment, state: State) -> None:
    mail = make_mail(state)

    assert client_of(coordinator).post(f"/mails/{mail.pk}/send-again").status_code == 404
    with acting_as(acting(coordinator)):
        assert Mail.objects.filter(pk=mail.pk).update(state=State.WAITING) == 0


def test_others_neither_see_nor_change_mails(worker: Appointment) -> None:
    mail = make_mail()

    assert client_of(worker).get("/mails/").status_code == 403
    assert client_of(worker).post(f"/mails/{mail.pk}/leave").status_code == 403
    with acting_as(acting(worker)):
        assert not Mail.objects.exists()
        assert Mail.objects.update(state=State.LEFT) == 0


@pytest.fixture
def administrator(worker: Appointment) -> Appointment:
    return make_staff(worker.institution, Role.INSTITUTION_ADMINISTRATOR, last_name="Administrator")


def _insert(staff: Appointment, kind: str, state: str, link: str) -> None:
    with acting_as(acting(staff)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mail_mail (kind, address, language, link, expires_at, state, attempts)"
            " VALUES (%s, 'x@example.org', 'de', %s, now() + interval '1 day', %s, 0)",
            [kind, link, state],
        )


@pytest.mark.parametrize(
    ("kind", "state", "link"), [("reset", "waiting", "/x"), ("digest", "waiting", ""), ("invitation", "left", "")]
)
def test_an_administrator_posts_invitations_alone(administrator: Appointment, kind: str, state: str, link: str) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        _insert(administrator, kind, state, link)


def test_who_administers_nobody_posts_no_invitation(worker: Appointment) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        _insert(worker, "invitation", "waiting", "/join/x")


def test_an_invitation_leads_to_joining_alone(administrator: Appointment) -> None:
    with pytest.raises(IntegrityError, match="mail_invitation_leads_to_joining"):
        _insert(administrator, "invitation", "waiting", "/log/")


def test_an_administrator_posts_an_invitation(administrator: Appointment) -> None:
    with acting_as(acting(administrator)):
        services.post(kind=Kind.INVITATION, address="new@example.org", language="fr", link="/join/x")

    with acting_as(acting_for_job("tests")):
        assert Mail.objects.get().state == State.WAITING
