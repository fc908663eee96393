"""The register notifies two institutions of a person they share, but not where they already work on a case together."""

from pathlib import Path
from typing import Any

import pytest

from suone.casework.leading.tests.factories import activate
from suone.organisation.appointments.models import Appointment
from suone.records.consents.tests.factories import WORK, Cast, line
from suone.records.inbox.models import Message
from suone.register.server import queries, services
from suone.register.server.acts import Act
from suone.register.server.jobs import notify_of_overlaps
from suone.register.server.models import Alert
from suone.register.server.tests.factories import DAY, as_job, do, number_of, open_register


def test_alerts_stay_quiet_where_both_work_on_a_case_together(cast: Cast, tmp_path: Path, settings: Any) -> None:
    _share_two_persons_and_a_case_of_one(cast, tmp_path, settings)

    notified = as_job(services.notify_of_new_overlaps).notified

    assert notified == 2  # both sides, about the other person
    assert Alert.objects.filter(is_quiet=True).count() == 2
    assert do(cast.worker, lambda who: queries.open_alerts(who).count()) == 1


def test_the_job_goes_on_after_a_portion_of_which_all_was_quiet(
    cast: Cast, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _share_two_persons_and_a_case_of_one(cast, tmp_path, settings)
    monkeypatch.setattr(services, "MOST_ALERTS", 2)

    notify_of_overlaps(timestamp=0)

    assert not as_job(services.notify_of_new_overlaps).may_be_more
    assert Message.objects.filter(act=Act.ALERTED).exists()


def _share_two_persons_and_a_case_of_one(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.REGISTER_KEYS_FOLDER = str(tmp_path)
    open_register(cast.worker.institution, cast.adviser.institution)
    activate(cast, line(cast.adviser, WORK), ahv_number=number_of(1))
    for someone in (1, 2):
        _register(cast.worker, someone)
        _register(cast.adviser, someone)


def _register(staff: Appointment, person: int) -> None:
    do(staff, services.register_person, registering=services.Registering(number_of(person), DAY))
