"""Whom to call: the region where contacts are looked for is shown, and contacts follow it."""

import re

import pytest
from django.conf import settings

from suone.ground.access.permissions import Role
from suone.organisation.appointments.models import Appointment, ContactPerson
from suone.organisation.appointments.tests.factories import client_of, make_institution, make_staff
from suone.organisation.institutions.models import Office, Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def regions() -> dict[str, Region]:
    named = {"Siders": "Sierre", "Sitten": "Sion"}
    return {de: Region.objects.create(code=de.lower(), name_de=de, name_fr=fr) for de, fr in named.items()}


@pytest.fixture
def reader(regions: dict[str, Region]) -> Appointment:
    """Works in Siders; SMZ has a contact person in each region, and IV one for the whole canton."""
    smz = make_institution("SMZ")
    for name, region in regions.items():
        contact = make_staff(smz, Role.CONTACT_PERSON, last_name=f"Of{name}")
        ContactPerson.objects.filter(staff=contact).update(region=region)
    make_staff(make_institution("IV"), Role.CONTACT_PERSON, last_name="Everywhere")
    office = Office.objects.create(
        institution=smz, region=regions["Siders"], name_de="SMZ Siders", name_fr="CMS Sierre"
    )
    staff = make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Reader")
    Appointment.objects.filter(pk=staff.pk).update(office=office)
    return staff


def found(staff: Appointment, **query: object) -> tuple[set[str], str]:
    client = client_of(staff)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get("/directory/", query).content.decode()
    return set(re.findall(r"\b(OfSiders|OfSitten|Everywhere)\b", page)), page


def test_contacts_of_ones_own_region_come_first_and_it_is_shown(
    reader: Appointment, regions: dict[str, Region]
) -> None:
    names, page = found(reader)

    assert names == {"OfSiders", "Everywhere"}
    assert f'<option value="{regions["Siders"].pk}" selected>' in page


def test_contacts_follow_another_region_or_the_whole_canton(reader: Appointment, regions: dict[str, Region]) -> None:
    assert found(reader, region=regions["Sitten"].pk)[0] == {"OfSitten", "Everywhere"}
    assert found(reader, region="")[0] == {"OfSiders", "OfSitten", "Everywhere"}


def test_whoever_is_only_elsewhere_is_found_there(reader: Appointment) -> None:
    names, page = found(reader, words="Sitten")

    assert names == {"OfSitten"}
    assert "Nobody fits in" in page
    assert "Nobody fits in" not in found(reader)[1]


def test_for_a_cantonal_institution_no_region_is_chosen(reader: Appointment) -> None:
    cantonal = make_staff(make_institution("BSL"), Role.FRONT_LINE_WORKER, last_name="Cantonal")

    names, page = found(cantonal)

    assert names == {"OfSiders", "OfSitten", "Everywhere"}
    assert not re.search(r'<option value="\d+" selected>', page)
