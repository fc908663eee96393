"""Questions, single registrations and alerts."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Absence, Appointment, ContactPerson
from suone.organisation.appointments.tests.factories import acting, make_staff
from suone.organisation.institutions.models import Office
from suone.records.consents.tests.factories import Cast
from suone.records.inbox.models import Message
from suone.register.server import queries, services
from suone.register.server.acts import Act
from suone.register.server.contacts import Secretariat
from suone.register.server.models import Alert, AlertRecipients, AlertState
from suone.register.server.rules import Purpose
from suone.register.server.services import Registering
from suone.register.server.tests.factories import DAY, as_job, deliver, do, number_of, row
from suone.register.server.tokens import EpochInfo, tokens_here


def ask(staff: Appointment, person: int) -> services.PersonAnswer:
    answer: services.PersonAnswer = do(
        staff, services.look_up_person, number=number_of(person), purpose=Purpose.FIRST_TALK
    )
    return answer


def register(staff: Appointment, person: int, **words: Any) -> int:
    typed = Registering(number_of(person), **({"valid_from": DAY} | words))
    overlaps: int = do(staff, services.register_person, registering=typed)
    return overlaps


def test_both_are_notified_of_a_new_overlap_and_find_each_other(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, 1), row(epoch, 2)])
    deliver(cast.adviser, [row(epoch, 3)])
    applied = deliver(cast.adviser, [row(epoch, 1, reference="RAV-7"), row(epoch, 3)])

    assert (applied.added, applied.unchanged, applied.overlaps) == (1, 1, 1)
    assert as_job(services.notify_of_new_overlaps).notified == 2
    (own,) = do(cast.worker, lambda who: list(queries.open_alerts(who)))
    assert (own.reference, own.other_institution_id) == ("R-1", cast.adviser.institution_id)
    (found,) = ask(cast.worker, 1).found
    assert (found.institution, found.since, found.until) == (cast.adviser.institution.code, DAY, None)
    (other,) = ask(cast.adviser, 1).found
    assert other.institution == cast.worker.institution.code


def test_a_first_file_raises_no_flood_of_alerts(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, 1)])

    applied = deliver(cast.adviser, [row(epoch, 1)])

    assert applied.overlaps == 1
    assert not Alert.objects.exists()
    (overlap,) = do(cast.adviser, queries.overlaps)
    assert [other.institution for other in overlap.others] == [cast.worker.institution.code]


def test_nothing_is_disclosed_about_a_person_one_does_not_follow(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, 1)])
    deliver(cast.adviser, [row(epoch, 2), row(epoch, 3, valid_until=DAY)])

    for person in (1, 3, 4):  # followed elsewhere only; followed until a while ago; followed by nobody
        answer = ask(cast.adviser, person)
        assert (answer.found, answer.asked) == ([], [])


def test_swept_whoever_asks_learns_only_about_persons_they_follow_now(cast: Cast, epoch: EpochInfo) -> None:
    """Every institution asks about every person, by every way of asking: answers follow the own open registration."""
    ended = {"valid_until": DAY}
    known = {  # person → how the worker's and the adviser's institutions registered them
        1: ({}, {}), 2: ({}, None), 3: (None, {}), 4: (None, None),
        5: (ended, {}), 6: ({}, ended), 7: (ended, ended), 8: (ended, None),
    }  # fmt: skip
    for side, staff in enumerate((cast.worker, cast.adviser)):
        deliver(staff, [row(epoch, person, **how[side]) for person, how in known.items() if how[side] is not None])

    for side, staff in enumerate((cast.worker, cast.adviser)):
        for person, how in known.items():
            may_know = how[side] == {}
            elsewhere = how[1 - side] is not None
            (token,) = tokens_here(epoch, [number_of(person)])
            answers = [
                ask(staff, person).found,
                do(staff, services.look_up, epoch=epoch.number, token=token, purpose="coordination").found,
            ]
            assert [len(found) for found in answers] == [int(may_know and elsewhere)] * 2
            assert bool(ask(staff, person).asked) == may_know
        listed = {int(overlap.reference[2:]) for overlap in do(staff, queries.overlaps)}
        assert listed == {person for person, how in known.items() if how == ({}, {})} == {1}
    with pytest.raises(Refused, match="does not take part"):
        ask(cast.physician, 1)


def test_an_answer_by_token_is_the_same_and_only_of_the_current_epoch(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, 1)])
    register(cast.adviser, 1)
    (token,) = tokens_here(epoch, [number_of(1)])

    answer = do(cast.adviser, services.look_up, epoch=epoch.number, token=token, purpose="coordination")

    assert [found.institution for found in answer.found] == [cast.worker.institution.code]
    with pytest.raises(Refused):
        do(cast.adviser, services.look_up, epoch=epoch.number, token=token[:32], purpose="coordination")
    with pytest.raises(Refused):
        do(cast.adviser, services.look_up, epoch=epoch.number + 1, token=token, purpose="coordination")


def test_former_registrations_follow_the_open_ones(cast: Cast, epoch: EpochInfo) -> None:
    earlier = DAY - timedelta(days=400)
    deliver(cast.worker, [row(epoch, 1, valid_from=earlier, valid_until=earlier + timedelta(days=90)), row(epoch, 1)])
    register(cast.adviser, 1)

    assert [found.until is None for found in ask(cast.adviser, 1).found] == [True, False]


def test_the_contact_is_the_worker_or_else_the_contact_person_with_deputy(cast: Cast, epoch: EpochInfo) -> None:
    institution = cast.worker.institution
    office = Office.objects.create(institution=institution, region=cast.region, name_de="Siders", name_fr="Sierre")
    away = make_staff(institution, Role.CONTACT_PERSON, last_name="Away")
    deputy = make_staff(institution, Role.CONTACT_PERSON, last_name="Deputy")
    ContactPerson.objects.filter(institution=institution).delete()
    ContactPerson.objects.create(institution=institution, region=cast.region, staff=away, deputy=deputy)
    today = timezone.localdate()
    Absence.objects.create(staff=away, first_day=today, last_day=today + timedelta(days=3))
    Appointment.objects.filter(pk=cast.worker.pk).update(email="worker@example.org", phone="027 555 00 00")
    deliver(
        cast.worker,
        [row(epoch, 1, office=str(office.pk), worker="Worker@example.org"), row(epoch, 2, office=str(office.pk))],
    )
    for person in (1, 2):
        register(cast.adviser, person)

    (by_worker,) = ask(cast.adviser, 1).found
    (by_office,) = ask(cast.adviser, 2).found

    assert by_worker.contact is not None
    assert by_worker.contact.phone == "027 555 00 00"
    assert by_office.contact is not None
    assert (by_office.region, by_office.contact.name) == (cast.region.name, away.full_name)
    assert by_office.contact.away_until == today + timedelta(days=3)
    assert by_office.contact.deputy_name == deputy.full_name


def test_smz_iv_4_a_former_registration_names_secretariat_and_contact_person(cast: Cast, epoch: EpochInfo) -> None:
    institution, today = cast.worker.institution, timezone.localdate()
    contact = make_staff(institution, Role.CONTACT_PERSON, last_name="Contact")
    ContactPerson.objects.filter(institution=institution).delete()
    ContactPerson.objects.create(institution=institution, region=cast.region, staff=contact)
    Appointment.objects.filter(pk=contact.pk).update(phone="027 555 00 11", email="contact@example.org")
    office = Office.objects.create(
        institution=institution, region=cast.region, name_de="SMZ Siders", name_fr="CMS Sierre", name_en="SMZ Sierre",
        phone="027 555 00 10", email="siders@example.org",
    )  # fmt: skip
    Office.objects.create(institution=institution, name_de="Brig", name_fr="Brigue", phone="027 555 00 12")
    Appointment.objects.filter(pk=cast.worker.pk).update(email="worker@example.org")
    over = {"valid_from": today - timedelta(days=90), "valid_until": today - timedelta(days=1)}
    deliver(
        cast.worker,
        [
            row(epoch, 1, office=str(office.pk), worker="worker@example.org", **over),
            row(epoch, 2, office=str(office.pk), worker="worker@example.org"),
        ],
    )
    for person in (1, 2):
        register(cast.adviser, person)

    (former,) = ask(cast.adviser, 1).found
    (open_one,) = ask(cast.adviser, 2).found

    assert former.contact is not None
    assert (former.contact.name, former.contact.phone, former.contact.email) == (
        contact.full_name, "027 555 00 11", "contact@example.org",
    )  # fmt: skip
    assert former.secretariat == Secretariat("SMZ Sierre", "027 555 00 10", "siders@example.org")
    assert open_one.contact is not None
    assert (open_one.contact.name, open_one.secretariat) == (cast.worker.full_name, None)


@pytest.mark.parametrize("office", ["own", "of the region", "elsewhere", "none"])
def test_smz_iv_4_without_a_contact_person_there_is_a_secretariat(cast: Cast, epoch: EpochInfo, office: str) -> None:
    institution = cast.worker.institution
    ContactPerson.objects.filter(institution=institution).delete()
    Office.objects.filter(institution=institution).update(is_active=False)
    own = Office.objects.create(
        institution=institution, region=cast.region, name_de="Own", name_fr="Own",
        phone="1" if office == "own" else "",
    )  # fmt: skip
    if office in ("own", "of the region"):
        Office.objects.create(
            institution=institution, region=cast.region, name_de="of the region", name_fr="x", email="near@example.org"
        )
    if office != "none":
        Office.objects.create(institution=institution, name_de="elsewhere", name_fr="x", phone="3")
    deliver(cast.worker, [row(epoch, 1, office=str(own.pk))])
    register(cast.adviser, 1)

    (found,) = ask(cast.adviser, 1).found

    assert found.contact is None
    assert (found.secretariat.name.casefold() if found.secretariat else "none") == office


def test_who_asked_is_shown_to_whoever_follows_the_person(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, 1)])
    register(cast.adviser, 1)
    ask(cast.adviser, 1)

    asked = ask(cast.worker, 1).asked

    assert [one.institution for one in asked] == [cast.worker.institution, cast.adviser.institution]
    assert {one.purpose for one in asked} == {Purpose.FIRST_TALK.label}


def test_every_question_is_logged_with_its_purpose_and_without_the_person(cast: Cast, epoch: EpochInfo) -> None:
    ask(cast.adviser, 1)

    entry = Entry.objects.get(act=Act.LOOKED_UP)
    assert (entry.purpose, entry.institution_id) == ("first_talk", cast.adviser.institution_id)
    assert number_of(1) not in str(entry.__dict__)


def test_a_quota_stops_whoever_asks_too_often(cast: Cast, epoch: EpochInfo, settings: Any) -> None:
    settings.REGISTER_QUESTIONS_A_DAY = 2
    ask(cast.adviser, 1)
    ask(cast.adviser, 2)

    with pytest.raises(services.QuotaExceeded):
        ask(cast.adviser, 3)
    ask(cast.worker, 3)  # another one may


def test_a_number_that_does_not_exist_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="does not exist"):
        do(cast.worker, services.look_up_person, number="756.1234.5678.90", purpose=Purpose.FIRST_TALK)


def test_a_registration_ends_on_its_last_day(cast: Cast, epoch: EpochInfo) -> None:
    register(cast.worker, 1)

    do(cast.worker, services.end_registration, number=number_of(1), last_day=DAY + timedelta(days=30))

    (own,) = ask(cast.worker, 1).own
    assert own.valid_until == DAY + timedelta(days=30)
    with pytest.raises(Refused, match="no open registration"):
        do(cast.worker, services.end_registration, number=number_of(1), last_day=DAY)
    with pytest.raises(Refused, match="not before it"):
        do(cast.worker, services.end_registration, number=number_of(1), last_day=date(2099, 1, 1))


def test_a_first_day_to_come_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="future"):
        register(cast.worker, 1, valid_from=timezone.localdate() + timedelta(days=1))


@pytest.mark.parametrize(
    ("wish", "notified"),
    [(AlertRecipients.WORKER, "worker"), (AlertRecipients.CONTACTS, "contact"), (AlertRecipients.NOBODY, "")],
)
def test_each_office_chooses_whom_to_notify(cast: Cast, wish: AlertRecipients, notified: str) -> None:
    institution = cast.worker.institution
    office = Office.objects.create(institution=institution, region=cast.region, name_de="Siders", name_fr="Sierre")
    contact = make_staff(institution, Role.CONTACT_PERSON, last_name="Contact")
    ContactPerson.objects.filter(institution=institution).delete()
    ContactPerson.objects.create(institution=institution, region=cast.region, staff=contact)
    do(contact, services.set_preference, office=office, notifies=wish)
    register(cast.adviser, 1)
    register(cast.worker, 1, office=office, worker=cast.worker)
    Message.objects.all().delete()

    as_job(services.notify_of_new_overlaps)

    messages = Message.objects.filter(act=Act.ALERTED, staff__institution=institution)
    expected = {"worker": [cast.worker.pk], "contact": [contact.pk], "": []}[notified]
    assert list(messages.values_list("staff_id", flat=True)) == expected


def test_an_alert_is_dealt_with_once_and_for_one_side(cast: Cast) -> None:
    register(cast.adviser, 1)
    register(cast.worker, 1)
    (alert,) = do(cast.worker, lambda who: list(queries.open_alerts(who)))

    do(cast.worker, services.answer_alert, alert=alert, state=AlertState.IN_TOUCH)

    assert not do(cast.worker, lambda who: queries.open_alerts(who).exists())
    assert do(cast.adviser, lambda who: queries.open_alerts(who).exists())


def test_whoever_touches_a_canary_is_reported_at_once(cast: Cast) -> None:
    officer = make_staff(cast.coordinator.institution, Role.DATA_PROTECTION_OFFICER, last_name="Officer")
    as_job(services.add_canary, number=number_of(99))

    ask(cast.adviser, 99)

    assert Message.objects.filter(staff=officer, act=Act.CANARY_TOUCHED).count() == 1
    register(cast.worker, 99)
    assert Message.objects.filter(staff=officer, act=Act.CANARY_TOUCHED).count() == 2


def test_blinded_numbers_are_counted(cast: Cast, epoch: EpochInfo, settings: Any) -> None:
    from suone.register import oprf

    settings.REGISTER_NUMBERS_A_DAY = 3
    blinded = oprf.blind([number_of(person).encode() for person in (1, 2)])

    evaluation = do(cast.worker, services.evaluate, epoch=epoch.number, elements=blinded.elements)

    made = oprf.finalize([number_of(person).encode() for person in (1, 2)], blinded, evaluation, epoch.public_key)
    assert made == tokens_here(epoch, [number_of(1), number_of(2)])
    with pytest.raises(services.QuotaExceeded):
        do(cast.worker, services.evaluate, epoch=epoch.number, elements=blinded.elements)
    with pytest.raises(Refused):
        do(cast.worker, services.evaluate, epoch=epoch.number, elements=b"x" * 33)
    with pytest.raises(Refused):
        do(cast.worker, services.evaluate, epoch=epoch.number, elements=b"\xff" * 32)


@pytest.mark.parametrize("numbers", [0, -100_000])
def test_the_count_of_the_day_only_rises(cast: Cast, epoch: EpochInfo, numbers: int) -> None:
    count = "SELECT register.count_evaluations(%s)"
    with acting_as(acting(cast.worker)), connection.cursor() as cursor:
        cursor.execute(count, [5])
        with pytest.raises(IntegrityError, match="check constraint"), transaction.atomic():
            cursor.execute(count, [numbers])
        cursor.execute(count, [1])
        assert cursor.fetchone() == (6,)


def test_figures_open_nobody(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, 1), row(epoch, 2), row(epoch, 4, valid_until=DAY)])
    deliver(cast.adviser, [row(epoch, 1, referred_by=cast.worker.institution.code), row(epoch, 3)])
    register(cast.adviser, 4, valid_from=DAY + timedelta(days=60))

    found = as_job(queries.figures, day=date(2026, 6, 30))

    places = {one.institution_id: one.place for one in found.enrolments}
    own, other = places[cast.worker.institution_id], places[cast.adviser.institution_id]
    assert (found.followed.persons, found.followed.shared) == (4, 1)
    assert found.followed.of == {own: 2, other: 3}
    assert found.followed.shared_of == {own: 1, other: 1}
    assert list(found.followed.pairs.values()) == [1]
    assert found.followed.share_of(own) == 0.5
    assert found.referrals == [(cast.worker.institution, cast.adviser.institution, 1)]
    assert found.returned == [(cast.worker.institution, 1, 1)]


def test_use_is_shown_to_whoever_oversees_and_to_nobody_else(cast: Cast, epoch: EpochInfo) -> None:
    ask(cast.adviser, 1)
    officer = make_staff(cast.coordinator.institution, Role.DATA_PROTECTION_OFFICER, last_name="Officer")

    used = {one.institution: one for one in do(officer, queries.use_on, day=timezone.localdate())}

    assert (used[cast.adviser.institution].questions, used[cast.adviser.institution].refused) == (1, 1)
    with pytest.raises(Exception, match="not permitted"):
        do(cast.worker, queries.use_on, day=timezone.localdate())


def test_unusual_use_is_reported_the_next_morning(cast: Cast) -> None:
    officer = make_staff(cast.coordinator.institution, Role.DATA_PROTECTION_OFFICER, last_name="Officer")
    ask(cast.worker, 1)
    assert as_job(services.report_unusual_use, day=timezone.localdate()) == []
    for stranger in range(2, 7):
        ask(cast.adviser, stranger)

    assert as_job(services.report_unusual_use, day=timezone.localdate()) == [cast.adviser.institution]
    assert Message.objects.filter(staff=officer, act=Act.UNUSUAL_USE).count() == 1
