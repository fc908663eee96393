"""Publishing: the text is kept whole, the same text again changes nothing, another text needs another version."""

from datetime import date

import pytest
from django.db import ProgrammingError, connection
from django.utils import translation

from suone.canton.procedures.loading import FOLDER
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.queries import version_in_force, versions_in_force
from suone.canton.procedures.services import publish, retire
from suone.canton.procedures.tests.factories import changed, published
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.ground.schemafiles.problems import BrokenFile
from suone.organisation.appointments.tests.factories import acting, make_institution, make_staff

pytestmark = pytest.mark.django_db
TEXT = (FOLDER / "vs-complex.toml").read_text()


def test_a_published_version_is_stored_whole_and_logged() -> None:
    version = published("vs-complex")

    assert version.text == TEXT
    assert version.procedure.identifier == "vs-complex"
    assert Entry.objects.filter(act="procedure.published", object_id=version.pk).count() == 1


def test_the_same_text_again_changes_nothing() -> None:
    assert published("vs-complex") == published("vs-complex")
    assert Entry.objects.filter(act="procedure.published").count() == 1


def test_another_text_under_the_same_version_is_refused_with_the_remedy() -> None:
    published("vs-complex")

    with translation.override("en"), pytest.raises(Refused, match="Give the changed file a new version"):
        changed("vs-complex", "2026.1", ("number = 2", "number = 3"))

    assert ProcedureVersion.objects.get().text == TEXT


def test_a_broken_file_is_not_published() -> None:
    with pytest.raises(BrokenFile, match="line 39, requirement consent: rule 'hold' is unknown"):
        changed("vs-complex", "2027.1", ('rule = "holds"', 'rule = "hold"'))

    assert not ProcedureVersion.objects.exists()


def test_the_newest_valid_version_is_in_force_and_retired_ones_are_not() -> None:
    old = published("vs-complex")
    new = changed("vs-complex", "2027.1", ("valid_from = 2026-01-01", "valid_from = 2027-01-01"))

    assert version_in_force("vs-complex", on=date(2026, 6, 1)) == old
    assert version_in_force("vs-complex", on=date(2027, 1, 1)) == new
    administrator = make_staff(
        make_institution("IIZ", is_iiz_office=True), Role.CANTONAL_DELEGATE, last_name="Delegate"
    )
    with acting_as(acting(administrator)):
        retire(acting(administrator), version=new)

    assert versions_in_force(on=date(2027, 1, 1)) == [old]


def test_who_may_not_publish_is_refused_by_the_database() -> None:
    worker = make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker")

    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(acting(worker)):
        publish(acting(worker), text=TEXT, source="vs-complex.toml")

    connection.needs_rollback = False
