from django.core import mail
from django.utils import timezone

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.mail.services import send_waiting
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, make_institution, make_staff
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.tests.factories import Principal, let_in, open_file
from suone.records.inbox.models import Digest, Message
from suone.records.inbox.queries import messages_of, unread_count
from suone.records.inbox.services import mark_read, notify_staff, send_digests, set_preference

_ACT = "dossier.opened"


@kept
def teller() -> Appointment:
    return make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Teller")


@kept
def reader() -> Appointment:
    return make_staff(make_institution("RAV"), Role.FRONT_LINE_WORKER, last_name="Reader")


@kept
def dossier(teller: Appointment, reader: Appointment) -> Dossier:
    opened = open_file(teller, last_name="Kanarienvogel")
    let_in(teller, opened, Principal(reader.institution_id))
    return opened


def _tell(by: Appointment, *whom: Appointment, dossier: Dossier) -> None:
    who = acting(by)
    with acting_as(who):
        notify_staff(who, staff_ids=[staff.pk for staff in whom], act=_ACT, dossier=dossier)


def _unread(staff: Appointment) -> int:
    who = acting(staff)
    with acting_as(who):
        return unread_count(who)


def _send() -> int:
    job = acting_for_job("daily mail")
    with acting_as(job):
        posted = send_digests(job)
    send_waiting()
    return posted


def test_nobody_is_notified_of_their_own_act_or_twice_of_one(
    teller: Appointment, reader: Appointment, dossier: Dossier
) -> None:
    _tell(teller, teller, reader, reader, dossier=dossier)

    assert _unread(teller) == 0
    assert _unread(reader) == 1


def test_a_message_is_seen_by_whom_it_is_for_and_by_nobody_else(
    teller: Appointment, reader: Appointment, dossier: Dossier
) -> None:
    _tell(teller, reader, dossier=dossier)

    with acting_as(acting(reader)):
        assert Message.objects.count() == 1
    with acting_as(acting(teller)):
        assert Message.objects.count() == 0
        assert Message.objects.update(read_at=timezone.now()) == 0


def test_what_is_marked_as_read_is_unread_no_more(teller: Appointment, reader: Appointment, dossier: Dossier) -> None:
    _tell(teller, reader, dossier=dossier)
    who = acting(reader)

    with acting_as(who):
        mark_read(who)

        assert unread_count(who) == 0
        assert len(messages_of(who)) == 1


def test_the_daily_mail_says_how_much_is_new_and_names_no_person_or_case(
    teller: Appointment, reader: Appointment, dossier: Dossier
) -> None:
    _tell(teller, reader, dossier=dossier)

    assert _send() == 1

    [letter] = mail.outbox
    assert reader.user is not None
    assert letter.to == [reader.user.email]
    assert "1 new message" in letter.subject
    everything = f"{letter.subject}\n{letter.body}"
    for secret in ("Kanarienvogel", "Peter", "1999", dossier.number, "SMZ", "Teller"):
        assert secret not in everything


def test_a_message_is_mailed_once(teller: Appointment, reader: Appointment, dossier: Dossier) -> None:
    _tell(teller, reader, dossier=dossier)

    assert [_send(), _send()] == [1, 0]

    assert len(mail.outbox) == 1


def test_whoever_wants_no_mail_gets_none_and_keeps_the_message(
    teller: Appointment, reader: Appointment, dossier: Dossier
) -> None:
    who = acting(reader)
    with acting_as(who):
        set_preference(who, digest=Digest.NEVER)
    _tell(teller, reader, dossier=dossier)

    assert _send() == 0

    assert mail.outbox == []
    assert _unread(reader) == 1
