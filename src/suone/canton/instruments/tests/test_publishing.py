"""A canton's own weights: published as a version beside the shipped one, and taken back again."""

import pytest
from django.db import ProgrammingError, connection
from django.utils import translation

from suone.canton.instruments.loading import FOLDER, shipped_instruments
from suone.canton.instruments.models import InstrumentVersion, Origin
from suone.canton.instruments.queries import version_in_force, versions_in_force
from suone.canton.instruments.rules import evaluate
from suone.canton.instruments.services import keep_shipped, publish, retire
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.ground.schemafiles.problems import BrokenFile
from suone.organisation.appointments.tests.factories import acting, make_institution, make_staff

pytestmark = pytest.mark.django_db
SHIPPED = (FOLDER / "severity-index.toml").read_text("utf-8")
# The canton weighs health less and housing more; the span stays.
OWN = (
    SHIPPED.replace('version = "2026-1"', 'version = "vs-1"')
    .replace("weight = 0.75", "weight = 0.5", 1)
    .replace('weight = 0.25\nknown = "risk_factor/housing"', 'weight = 0.5\nknown = "risk_factor/housing"')
)


def published(text: str) -> InstrumentVersion:
    job = acting_for_job("tests: publish an instrument")
    with acting_as(job):
        return publish(job, text=text, source="own.toml")


def test_what_the_product_comes_with_is_there_after_the_migration() -> None:
    assert set(versions_in_force()) == set(shipped_instruments())


def test_the_cantons_own_version_is_in_force_until_it_is_retired() -> None:
    shipped = version_in_force("severity-index")

    own = published(OWN)

    assert version_in_force("severity-index") == own
    assert evaluate(own.instrument, {"housing": "yes"}).points == evaluate(own.instrument, {"health": "yes"}).points
    assert Entry.objects.filter(act="instrument.published", object_id=own.pk).count() == 1
    job = acting_for_job("tests: retire an instrument")
    with acting_as(job):
        retire(job, version=own)
    assert version_in_force("severity-index") == shipped
    assert published(OWN) == own
    assert version_in_force("severity-index") == own


def test_a_shipped_version_that_comes_later_does_not_displace_the_cantons_own() -> None:
    own = published(OWN)
    InstrumentVersion.objects.create(
        identifier="severity-index", version="2027-1", text=SHIPPED, sha256="x", origin=Origin.SHIPPED
    )

    assert version_in_force("severity-index") == own


def test_another_text_under_the_same_version_is_refused_with_the_remedy() -> None:
    published(OWN)

    with translation.override("en"), pytest.raises(Refused, match="Give the changed file a new version"):
        published(OWN.replace("gering", "klein"))


def test_a_broken_file_is_not_published() -> None:
    with pytest.raises(BrokenFile, match="the points span"):
        published(OWN.replace("weight = 0.5", "weight = 5", 1))

    assert not InstrumentVersion.objects.filter(origin=Origin.OWN).exists()


def test_keeping_the_shipped_ones_again_changes_nothing() -> None:
    before = InstrumentVersion.objects.count()

    keep_shipped(using="default")

    assert InstrumentVersion.objects.count() == before


def test_a_shipped_file_that_was_changed_without_a_new_version_is_named() -> None:
    InstrumentVersion.objects.filter(identifier="outcome").update(sha256="of another text")

    with pytest.raises(BrokenFile, match=r"outcome\.toml: version 2026-1 is kept with another text"):
        keep_shipped(using="default")


def test_who_may_not_publish_is_refused_by_the_database() -> None:
    worker = make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker")

    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(acting(worker)):
        publish(acting(worker), text=OWN, source="own.toml")

    connection.needs_rollback = False
