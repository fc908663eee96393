"""Whoever works somewhere looks up what is asked and what counts."""

import pytest
from django.test import Client
from django.utils import translation

from suone.canton.instruments.loading import shipped_instruments
from suone.canton.instruments.models import InstrumentVersion
from suone.canton.instruments.queries import describe
from suone.canton.instruments.rules import format_number
from suone.canton.instruments.tests.test_publishing import OWN, published
from suone.ground.access.permissions import Role
from suone.organisation.appointments.tests.factories import client_of, make_institution, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> Client:
    return client_of(make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker"))


def test_every_instrument_in_force_is_listed_with_its_origin(worker: Client) -> None:
    published(OWN)

    page = worker.get("/instruments/").content.decode()

    assert page.count("<tr>") == len(shipped_instruments()) + 1
    assert page.count("the canton&#39;s own") == 1


def test_the_page_of_the_severity_index_shows_its_weights_and_says_that_they_are_a_default(worker: Client) -> None:
    index = InstrumentVersion.objects.get(identifier="severity-index")

    page = worker.get(f"/instruments/{index.pk}").content.decode()

    assert "Index 0 – 6.5" in page
    assert "yes: 0.75 · no: 0" in page
    assert "has not published its weights" in page
    assert worker.get("/instruments/999999").status_code == 404


@pytest.mark.parametrize("name", shipped_instruments())
@pytest.mark.parametrize("language", ["de", "fr", "en"])
def test_a_page_says_every_question_and_every_conclusion(name: str, language: str) -> None:
    version = InstrumentVersion.objects.get(identifier=name)
    this = version.instrument

    with translation.override(language):
        page = describe(version)

    assert sum(len(questions) for _title, questions in page.sections) == len(this.items)
    assert [band.title for band in page.bands] == [band.title[language] for band in this.bands]
    assert all(band.leads_to_it for band in page.bands)
    best = [format_number(max(item.all_points), language) for item in this.items if any(item.all_points)]
    shown = [[points for _answer, points in asked.answers] for _t, part in page.sections for asked in part]
    assert all(most in answers for most, answers in zip(best, filter(None, shown), strict=True))
