"""Whom do I call at SMZ Siders? And who is notified when a contact person is away."""

from datetime import date, timedelta

import pytest
from django.test import Client

from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Absence, Appointment, ContactPerson
from suone.organisation.appointments.queries import (
    colleagues,
    contacts_of,
    search_contacts,
    staff_to_notify,
    stand_ins,
    stands_in_for,
)
from suone.organisation.appointments.rules import standing_in
from suone.organisation.appointments.tests.factories import client_of, make_institution, make_staff
from suone.organisation.institutions.models import Institution, Office, Region

TODAY = date(2026, 11, 23)


@kept
def smz() -> Institution:
    """The social-medical centres with a contact person in Siders and one in Sitten, each with a deputy."""
    smz = make_institution("SMZ", short_name_fr="CMS", name_de="Sozialmedizinische Zentren")
    for position, (code, name_de, name_fr, who) in enumerate(
        [("siders", "Siders", "Sierre", "Dürrenmatt"), ("sitten", "Sitten", "Sion", "Rey")]
    ):
        region = Region.objects.create(code=code, name_de=name_de, name_fr=name_fr, position=position)
        office = Office.objects.create(
            institution=smz, region=region, name_de=f"SMZ {name_de}", name_fr=f"CMS {name_fr}"
        )
        staff, deputy = (
            Appointment.objects.create(institution=smz, office=office, first_name="Ada", last_name=name, phone="027 1")
            for name in (who, f"Deputy of {who}")
        )
        ContactPerson.objects.create(
            institution=smz, region=region, staff=staff, deputy=deputy, topics="Sozialhilfe / aide sociale"
        )
    return smz


def _found(words: str) -> list[str]:
    return [contact.staff.last_name for contact in search_contacts(words, on=TODAY)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("SMZ Siders", ["Dürrenmatt"]),
        ("siders smz", ["Dürrenmatt"]),
        ("CMS Sierre", ["Dürrenmatt"]),
        ("sion", ["Rey"]),
        ("durren", ["Dürrenmatt"]),
        ("aide sociale", ["Dürrenmatt", "Rey"]),
        ("", ["Dürrenmatt", "Rey"]),
        ("SMZ Monthey", []),
        ("%", []),
    ],
)
def test_every_word_must_fit_somewhere_in_any_language_and_without_accents(
    smz: Institution, words: str, found: list[str]
) -> None:
    assert _found(words) == found


@pytest.mark.parametrize(("first", "last", "away"), [(0, 0, True), (-3, 0, True), (1, 2, False), (-3, -1, False)])
def test_somebody_away_today_is_shown_with_the_last_day_and_the_deputy(
    smz: Institution, first: int, last: int, away: bool
) -> None:
    staff = Appointment.objects.get(last_name="Dürrenmatt")
    until = TODAY + timedelta(days=last)
    Absence.objects.create(staff=staff, first_day=TODAY + timedelta(days=first), last_day=until)

    [contact] = search_contacts("SMZ Siders", on=TODAY)

    assert contact.away_until == (until if away else None)
    assert contact.deputy is not None
    assert contact.deputy.last_name == "Deputy of Dürrenmatt"


def test_a_message_goes_to_the_region_and_to_the_deputy_of_whoever_is_away(smz: Institution) -> None:
    siders, sitten = Region.objects.all()
    names = dict(Appointment.objects.values_list("pk", "last_name"))
    away = Appointment.objects.get(last_name="Rey")
    Absence.objects.create(staff=away, first_day=TODAY, last_day=TODAY)

    def notified(region: Region | None) -> list[str]:
        return [names[pk] for pk in staff_to_notify([smz.pk], region.pk if region else None, on=TODAY)]

    assert notified(siders) == ["Dürrenmatt"]
    assert notified(sitten) == ["Rey", "Deputy of Rey"]
    assert set(notified(None)) == {"Dürrenmatt", "Rey", "Deputy of Rey"}


def test_a_region_without_a_contact_person_of_its_own_reaches_one_of_them_and_nobody_where_the_case_is_followed(
    smz: Institution,
) -> None:
    monthey = Region.objects.create(code="monthey", name_de="Monthey", name_fr="Monthey")
    follower = make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Follower")
    ContactPerson.objects.filter(staff=follower).delete()
    first = Appointment.objects.get(last_name="Dürrenmatt")

    assert staff_to_notify([smz.pk], monthey.pk, on=TODAY) == [first.pk]
    assert staff_to_notify([smz.pk], monthey.pk, on=TODAY, followers=[follower.pk]) == [follower.pk]


def _left(staff: Appointment) -> None:
    Appointment.objects.filter(pk=staff.pk).update(active_until=TODAY - timedelta(days=1))


def test_whoever_has_left_is_neither_offered_nor_shown_nor_notified_and_the_deputy_is(smz: Institution) -> None:
    siders = Region.objects.get(code="siders")
    _left(Appointment.objects.get(last_name="Dürrenmatt"))
    deputy = Appointment.objects.get(last_name="Deputy of Dürrenmatt")

    assert _found("SMZ Siders") == ["Deputy of Dürrenmatt"]
    assert [contact.staff for contact in contacts_of(smz, siders, on=TODAY)] == [deputy]
    assert staff_to_notify([smz.pk], siders.pk, on=TODAY) == [deputy.pk]
    assert "Dürrenmatt" not in [staff.last_name for staff in colleagues(smz.pk, on=TODAY)]
    _left(deputy)
    assert _found("SMZ Siders") == []
    assert staff_to_notify([smz.pk], siders.pk, on=TODAY) == [Appointment.objects.get(last_name="Rey").pk]


def test_a_deputy_who_has_left_is_no_longer_named(smz: Institution) -> None:
    _left(Appointment.objects.get(last_name="Deputy of Dürrenmatt"))

    [contact] = search_contacts("SMZ Siders", on=TODAY)

    assert contact.deputy is None


def test_the_deputys_deputy_covers_both_and_standing_in_ends_with_its_day(smz: Institution) -> None:
    anna, beat = (Appointment.objects.get(last_name=name) for name in ("Dürrenmatt", "Deputy of Dürrenmatt"))
    carla = Appointment.objects.create(institution=smz, first_name="Carla", last_name="Third")
    Absence.objects.create(staff=anna, deputy=beat, first_day=TODAY, last_day=TODAY)
    Absence.objects.create(staff=beat, deputy=carla, first_day=TODAY, last_day=TODAY)
    siders, tomorrow = Region.objects.get(code="siders"), TODAY + timedelta(days=1)

    assert stand_ins([anna.pk, beat.pk], on=TODAY) == {anna.pk: [carla.pk], beat.pk: [carla.pk]}
    assert stands_in_for(carla.pk, on=TODAY) == [beat.pk, anna.pk]
    assert staff_to_notify([smz.pk], siders.pk, on=TODAY) == [anna.pk, carla.pk]
    [contact] = search_contacts("SMZ Siders", on=TODAY)
    assert contact.deputy == carla
    assert stand_ins([anna.pk], on=tomorrow) == {}
    assert stands_in_for(carla.pk, on=tomorrow) == []
    assert staff_to_notify([smz.pk], siders.pk, on=tomorrow) == [anna.pk]
    _left(carla)
    assert stand_ins([anna.pk], on=TODAY) == {}


def test_the_absence_names_who_stands_in_before_the_directory_does(smz: Institution) -> None:
    anna = Appointment.objects.get(last_name="Dürrenmatt")
    named = Appointment.objects.get(last_name="Rey")
    Absence.objects.create(staff=anna, deputy=named, first_day=TODAY, last_day=TODAY)

    assert stand_ins([anna.pk], on=TODAY) == {anna.pk: [named.pk]}
    assert stands_in_for(Appointment.objects.get(last_name="Deputy of Dürrenmatt").pk, on=TODAY) == []


def test_an_absence_is_removed_by_whose_it_is_and_by_those_who_plan_for_the_institution(smz: Institution) -> None:
    anna = make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Anna")
    colleague = make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Colleague")
    planner = make_staff(smz, Role.CONTACT_PERSON, last_name="Planner")
    elsewhere = make_staff(make_institution("RAV"), Role.CONTACT_PERSON, last_name="Elsewhere")

    def removed(by: Appointment) -> tuple[int, bool]:
        absence = Absence.objects.create(staff=anna, first_day=TODAY, last_day=TODAY)
        answer = client_of(by).post(f"/directory/absences/{absence.pk}/remove")
        left, _kinds = Absence.objects.filter(pk=absence.pk).delete()
        return answer.status_code, not left

    assert [removed(by) for by in (colleague, elsewhere, anna, planner)] == [
        (404, False), (404, False), (302, True), (302, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("deputies", "absent", "found"),
    [
        ({1: [2]}, {1}, [2]),
        ({1: [2], 2: [3]}, {1, 2}, [3]),
        ({1: [2], 2: [1]}, {1, 2}, []),  # each names the other
        ({1: [2, 3], 2: [4]}, {1, 2}, [3, 4]),
        ({1: [2]}, {1, 2}, []),
        ({}, {1}, []),
    ],
)
def test_who_covers_somebody_who_is_away(deputies: dict[int, list[int]], absent: set[int], found: list[int]) -> None:
    assert standing_in(1, deputies=deputies, absent=absent) == found


def test_while_one_types_the_page_answers_with_the_results_alone(smz: Institution) -> None:
    client: Client = client_of(make_staff(smz, Role.STEERING, last_name="Reader"))

    whole = client.get("/directory/", {"words": "siders"}).content.decode()
    part = client.get("/directory/", {"words": "siders"}, headers={"HX-Request": "true"}).content.decode()

    assert "Dürrenmatt" in whole
    assert "Dürrenmatt" in part
    assert "<html" in whole
    assert "<html" not in part
