"""The register through its services: deliveries, single registrations, questions, alerts."""

from datetime import date, timedelta
from typing import Any

import pytest

from suone.access.errors import Refused
from suone.access.permissions import Role
from suone.consents.tests.factories import Cast, make_cast
from suone.inbox.models import Message
from suone.register import queries, services
from suone.register.acts import Act
from suone.register.models import Alert
from suone.register.rules import Purpose
from suone.register.tests.factories import DAY, as_job, deliver, do, number_of, open_register, row
from suone.register.tokens import EpochInfo, live_epochs, tokens_here

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(tmp_path: Any, settings: Any) -> Cast:
    settings.REGISTER_KEYS_FOLDER = str(tmp_path / "keys")
    cast = make_cast()
    open_register(cast.worker.institution, cast.adviser.institution)
    return cast


@pytest.fixture
def epoch(cast: Cast) -> EpochInfo:
    (epoch,) = live_epochs()
    return epoch


def ask(cast: Cast, staff: Any, person: int) -> Any:
    return do(staff, services.look_up_person, number=number_of(person), purpose=Purpose.FIRST_TALK)


def test_both_are_told_of_a_new_overlap_and_find_each_other(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, 1), row(epoch, 2)])
    deliver(cast.adviser, [row(epoch, 3)])
    applied = deliver(cast.adviser, [row(epoch, 1, reference="RAV-7"), row(epoch, 3)])

    assert (applied.added, applied.unchanged, applied.overlaps) == (1, 1, 1)
    assert as_job(services.tell_new_overlaps) == 2
    (own,) = do(cast.worker, lambda who: list(queries.open_alerts(who)))
    assert (own.reference, own.other_institution_id) == ("R-1", cast.adviser.institution_id)
    (found,) = ask(cast, cast.worker, 1).found
    assert (found.institution, found.since, found.until) == (cast.adviser.institution.code, DAY, None)
    (other,) = ask(cast, cast.adviser, 1).found
    assert other.institution == cast.worker.institution.code
