"""Mails against a real mail server: who gets theirs, what is certain, and what is never sent twice."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import OperationalError, connection
from django.utils import timezone

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.mail import composing, services
from suone.ground.mail.composing import Text
from suone.ground.mail.models import Kind, Mail, State

pytestmark = pytest.mark.django_db


class Server:
    """Takes mails, except to addresses that begin with what is wrong with them."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("unknown"):
            return "550 no such user"
        if address.startswith("full"):
            return "452 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if envelope.rcpt_tos[0].startswith("broken"):
            server.transport.abort()  # the mail is here, and the sender does not learn it
        self.taken += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    _point_to(settings, controller.port)
    yield handler
    controller.stop()


def _point_to(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2


def post(address: str, kind: Kind = Kind.DIGEST) -> None:
    with acting_as(acting_for_job("tests")):
        services.post(kind=kind, address=address, language="de", number=1, link="/reset" if kind == Kind.RESET else "")


def states() -> dict[str, tuple[str, int | None]]:
    with acting_as(acting_for_job("tests")):
        return {mail.address: (mail.state, mail.code) for mail in Mail.objects.all()}


def test_a_refused_address_stops_nobody_elses_mail(server: Server) -> None:
    for address in ("ada@example.org", "unknown@example.org", "bea@example.org"):
        post(address)

    assert services.send_waiting() == 2
    assert server.taken == ["ada@example.org", "bea@example.org"]
    assert states() == {
        "ada@example.org": (State.HANDED_OVER, None),
        "unknown@example.org": (State.REFUSED, 550),
        "bea@example.org": (State.HANDED_OVER, None),
    }


def _breaks(_mail: Mail) -> Text:
    raise RuntimeError("nothing to say")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": Kind.MOVED, "composer": _breaks},
        {"kind": Kind.MOVED, "composer": lambda _mail: Text("a heading\nof two lines", ("x",))},
        {"kind": Kind.MOVED, "composer": None},
        {"kind": Kind.DIGEST, "address": "nobody at all <@>"},
    ],
)
def test_a_mail_that_cannot_be_written_stops_no_other_and_says_where_the_reason_stands(
    server: Server, wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if composer := wrong.get("composer"):
        monkeypatch.setitem(composing._COMPOSERS, Kind.MOVED, composer)
    elif wrong["kind"] == Kind.MOVED:
        monkeypatch.delitem(composing._COMPOSERS, Kind.MOVED)
    monkeypatch.setattr(logging.getLogger("suone"), "propagate", True)
    address = wrong.get("address", "first@example.org")
    post(address, wrong["kind"])
    post("ada@example.org")

    assert services.send_waiting() == 1
    assert server.taken == ["ada@example.org"]
    assert states()[address] == (State.NOT_WRITTEN, None)
    with acting_as(acting_for_job("tests")):
        fault = Mail.objects.get(address=address).fault
    said = [entry for entry in caplog.records if entry.name == "suone.ground.mail"]
    assert len(fault) == 8
    assert [fault in entry.getMessage() and entry.exc_info is not None for entry in said] == [True]
    assert address not in said[0].getMessage()
    assert services.send_waiting() == 0


def test_a_link_that_could_not_be_written_is_not_kept(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(composing._COMPOSERS, Kind.RESET, _breaks)
    post("ada@example.org", Kind.RESET)

    services.send_waiting()

    with acting_as(acting_for_job("tests")):
        mail = Mail.objects.get()
    assert (mail.state, mail.link) == (State.NOT_WRITTEN, "")


def test_where_the_database_is_away_no_mail_is_blamed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_mail: Mail) -> Text:
        raise OperationalError

    monkeypatch.setitem(composing._COMPOSERS, Kind.DIGEST, away)
    post("ada@example.org")

    with pytest.raises(OperationalError):
        services.send_waiting()

    assert states()["ada@example.org"] == (State.SENDING, None)


def test_nothing_is_sent_again_by_itself(server: Server) -> None:
    for address in ("ada@example.org", "unknown@example.org", "broken@example.org"):
        post(address)
    services.send_waiting()

    assert services.send_waiting() == 0
    assert server.taken == ["ada@example.org", "broken@example.org"]


def test_a_mail_whose_answer_was_lost_is_unclear(server: Server) -> None:
    post("broken@example.org")
    post("ada@example.org")

    services.send_waiting()

    assert states()["broken@example.org"] == (State.UNCLEAR, None)
    assert states()["ada@example.org"] == (State.HANDED_OVER, None)


def test_a_mail_that_the_server_may_take_later_waits(server: Server) -> None:
    post("full@example.org")
    before = timezone.now()

    services.send_waiting()

    assert states()["full@example.org"] == (State.WAITING, 452)
    assert services.send_waiting() == 0  # not at once
    with acting_as(acting_for_job("tests")):
        mail = Mail.objects.get()
        assert mail.retry_at is not None
        assert timedelta(seconds=50) < mail.retry_at - before < timedelta(seconds=80)
        Mail.objects.update(retry_at=before)
    services.send_waiting()
    with acting_as(acting_for_job("tests")):
        assert Mail.objects.get().attempts == 2


def test_where_no_server_answers_all_mails_wait(settings: Any) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        _point_to(settings, nobody.getsockname()[1])
        post("ada@example.org")
        post("bea@example.org")

        assert services.send_waiting() == 0

    assert states() == {"ada@example.org": (State.WAITING, None), "bea@example.org": (State.WAITING, None)}
    with acting_as(acting_for_job("tests")):
        assert sorted(Mail.objects.values_list("attempts", flat=True)) == [0, 1]  # the second was not even tried


@contextmanager
def silent_server() -> Iterator[int]:
    """Accepts connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        accepted: list[socket.socket] = []
        thread = threading.Thread(target=lambda: accepted.append(listener.accept()[0]), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()
        accepted[0].close()


def test_a_silent_server_is_given_up_after_the_timeout(settings: Any) -> None:
    with silent_server() as port:
        _point_to(settings, port)
        settings.EMAIL_TIMEOUT = 0.3
        post("ada@example.org")

        assert services.send_waiting() == 0

    assert states()["ada@example.org"] == (State.WAITING, None)


def test_a_mail_whose_worker_died_becomes_unclear_and_is_not_sent_again(server: Server) -> None:
    post("ada@example.org")
    with acting_as(acting_for_job("tests")):
        Mail.objects.update(state=State.SENDING, tried_at=timezone.now() - timedelta(minutes=11))

    services.mark_unclear()
    services.send_waiting()

    assert states()["ada@example.org"] == (State.UNCLEAR, None)
    assert server.taken == []


def test_a_mail_in_hand_is_not_unclear_yet(server: Server) -> None:
    post("ada@example.org")
    with acting_as(acting_for_job("tests")):
        Mail.objects.update(state=State.SENDING, tried_at=timezone.now() - timedelta(minutes=9))

    assert services.mark_unclear() == 0


def test_what_is_old_is_not_sent_and_its_link_is_gone(server: Server) -> None:
    post("ada@example.org", Kind.RESET)
    with acting_as(acting_for_job("tests")):
        Mail.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert services.send_waiting() == 0
    services.mark_unclear()

    assert states()["ada@example.org"] == (State.TOO_LATE, None)
    with acting_as(acting_for_job("tests")):
        assert Mail.objects.get().link == ""


def test_the_link_is_forgotten_once_it_was_handed_over(server: Server) -> None:
    post("ada@example.org", Kind.RESET)

    services.send_waiting()

    with acting_as(acting_for_job("tests")):
        assert Mail.objects.get().link == ""
    assert server.taken == ["ada@example.org"]


def test_old_mails_are_forgotten(settings: Any) -> None:
    settings.MAIL_DAYS = 30
    post("old@example.org")
    post("new@example.org")
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER TABLE mail_mail DISABLE TRIGGER USER")
        cursor.execute("UPDATE mail_mail SET at = now() - interval '31 days' WHERE address LIKE 'old%'")
        cursor.execute("ALTER TABLE mail_mail ENABLE TRIGGER USER")

    assert services.forget_old() == 1
    assert list(states()) == ["new@example.org"]
