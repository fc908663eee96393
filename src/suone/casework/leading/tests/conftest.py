from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import activate, notify
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.tests.factories import client_of
from suone.records.consents.tests.factories import Cast, make_cast


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are compared in the language of the source."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _reports_without_acts(db: None) -> None:
    """Facts are reported here without the acts of the packages above; with them: tests/test_reported_facts.py."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM leading_report WHERE NOT 'triaged_on' = ANY (facts)")


@kept
def cast() -> Cast:
    return make_cast()


@kept
def notified(cast: Cast) -> Case:
    """Waiting for its triage; the worker's institution and the office may open it."""
    return notify(cast)


@kept
def active(cast: Cast) -> Case:
    """Triaged and led by the office's coordinator."""
    return activate(cast)


@pytest.fixture
def _outcomes_are_registered(db: None) -> None:
    """Plans and services are built on this package, and their facts are reported here without them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM workitems_outcome WHERE code IN ('plan_binding_on', 'medical_report_on')")


@pytest.fixture
def worker(cast: Cast) -> Client:
    return client_of(cast.worker)


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    return client_of(cast.coordinator)
