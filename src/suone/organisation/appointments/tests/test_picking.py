"""Choosing a colleague: a list where few work, a name where many do, with proposals and without a script."""

from typing import Any

import pytest
from django import forms
from django.http import QueryDict

from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.fields import FEW, SeveralStaffField, StaffField, offer
from suone.organisation.appointments.models import Appointment, AppointmentQuerySet
from suone.organisation.appointments.tests.factories import make_institution
from suone.organisation.institutions.models import Institution, Office, Region

pytestmark = pytest.mark.django_db


class _Form(forms.Form):
    staff = StaffField(label="Who", across=True)
    others = SeveralStaffField(label="Others", required=False)

    def __init__(self, *args: Any, people: AppointmentQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "staff", people)
        offer(self, "others", people)


@kept
def siders() -> Region:
    return Region.objects.create(code="siders", name_de="Siders", name_fr="Sierre")


@kept
def smz(siders: Region) -> Institution:
    """More people than a list holds; two of one name, in two offices."""
    smz = make_institution("SMZ", short_name_fr="CMS")
    office = Office.objects.create(institution=smz, region=siders, name_de="SMZ Siders", name_fr="CMS Sierre")
    _works(smz, *(f"Nobody{number}" for number in range(FEW)))
    _works(smz, "Müller", "Müller-Frei")
    Appointment.objects.create(institution=smz, first_name="Ada", last_name="Müller", office=office)
    return smz


def _works(institution: Institution, *names: str) -> None:
    Appointment.objects.bulk_create(
        Appointment(institution=institution, first_name="Ada", last_name=name) for name in names
    )


def _typed(query: str) -> _Form:
    return _Form(QueryDict(query), people=Appointment.objects.order_by("last_name", "pk"))


def _whom(query: str) -> str:
    form = _typed(query)
    return str(form.cleaned_data["staff"].last_name) if form.is_valid() else str(form.errors["staff"][0])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("muller frei", "Müller-Frei"),  # without accents, as parts
        ("SMZ · Ada Müller-Frei", "Müller-Frei"),  # as it was proposed
        ("SMZ · Ada Müller", "Müller"),  # proposed, though it is a part of another's
        ("sierre muller", "Müller"),  # by the region's other name
        ("muller", "Several people match “muller”: choose one of those found, or type more of the name."),
        ("xyz", "Nobody found for “xyz”. Type parts of the name, the institution or the office."),
        ("·", "Nobody found for “·”. Type parts of the name, the institution or the office."),
        ("\0", "Nobody found for “\0”. Type parts of the name, the institution or the office."),
        ("99999999999999999999", "Choose one of those offered: nobody else works there today and may do this."),
        (" ", "This field is required."),
    ],
)
def test_a_name_finds_whoever_fits_alone(smz: Institution, typed: str, found: str) -> None:
    assert _whom(f"staff={typed}") == found


def test_only_those_offered_are_found(smz: Institution) -> None:
    frei = Appointment.objects.get(last_name="Müller-Frei")
    form = _Form(QueryDict(f"staff=frei&others={frei.pk}"), people=Appointment.objects.exclude(pk=frei.pk))

    assert set(form.errors) == {"staff", "others"}


def test_those_found_are_shown_to_be_ticked_and_what_was_typed_stays(smz: Institution) -> None:
    page = str(_typed("staff=muller")["staff"])
    [first, second, third] = Appointment.objects.filter(last_name__contains="ller").order_by("last_name", "pk")

    assert page.count('type="radio"') == 3
    assert 'value="muller"' in page
    assert "Ada Müller, SMZ Siders" in page  # two of one name are told apart
    assert f'value="{second.pk}:muller"' in page
    assert _whom(f"staff={second.pk}:muller&staff=muller") == "Müller"
    assert _whom(f"staff={second.pk}:muller&staff=frei") == "Müller-Frei"  # other words were typed since
    assert {first.pk, second.pk, third.pk} == set(Appointment.objects.found_by("MÜLLER").values_list("pk", flat=True))


def test_several_are_chosen_by_name_and_stay_chosen(smz: Institution) -> None:
    frei = Appointment.objects.get(last_name="Müller-Frei")
    form = _typed(f"staff={frei.pk}&others={frei.pk}&others=nobody3&others=")
    assert form.is_valid(), form.errors
    assert {one.last_name for one in form.cleaned_data["others"]} == {"Müller-Frei", "Nobody3"}

    again = _typed(f"staff={frei.pk}&others={frei.pk}&others=muller")
    page = str(again["others"])

    assert again.errors["others"] == [
        "Several people match “muller”: choose one of those found, or type more of the name."
    ]
    assert page.count(" checked") == 1
    assert page.count('type="checkbox"') == 1 + 3
    ticked = Appointment.objects.get(office__isnull=False)
    chosen = _typed(f"staff={frei.pk}&others={frei.pk}&others={ticked.pk}:muller&others=muller")
    assert chosen.is_valid(), chosen.errors
    assert set(chosen.cleaned_data["others"]) == {frei, ticked}


def test_few_are_a_list_and_many_are_proposed_while_one_types(smz: Institution, siders: Region) -> None:
    many = str(_Form(people=Appointment.objects.near_first(siders.pk))["staff"])
    few = str(_Form(people=Appointment.objects.filter(last_name__contains="ller"))["staff"])

    assert "<select" in few
    assert "<datalist" not in few
    assert "<select" not in many
    assert many.count("<option") == FEW + 3
    assert many.index("Ada Müller, SMZ Siders") < many.index("Ada Müller-Frei")  # those of the region come first


def test_whoever_is_named_already_is_shown_by_name(smz: Institution) -> None:
    frei = Appointment.objects.get(last_name="Müller-Frei")

    assert 'value="SMZ · Ada Müller-Frei"' in str(
        _Form(people=Appointment.objects.all(), initial={"staff": frei.pk})["staff"]
    )


def test_a_page_asks_once_for_the_list(smz: Institution, django_assert_num_queries: Any) -> None:
    for people in (Appointment.objects.all(), Appointment.objects.filter(last_name__contains="ller")):
        with django_assert_num_queries(1):
            str(_Form(people=people)["staff"])
