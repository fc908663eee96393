"""The register tells two institutions of a person they share, and not where they already work on a case together."""

from pathlib import Path
from typing import Any

from suone.cases.tests.factories import activate
from suone.consents.tests.factories import WORK, Cast, line
from suone.dossiers.models import Dossier
from suone.institutions.models import Staff
from suone.register import queries, services
from suone.register.models import Alert
from suone.register.tests.factories import DAY, as_job, do, number_of, open_register


def test_alerts_stay_quiet_where_both_work_on_a_case_together(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.REGISTER_KEYS_FOLDER = str(tmp_path)
    open_register(cast.worker.institution, cast.adviser.institution)
    case = activate(cast, line(cast.adviser, WORK))
    person = Dossier.objects.get(pk=case.pk).person
    person.ahv_number = number_of(1)
    person.ahv_missing_reason = ""
    person.save()
    for someone in (1, 2):
        _register(cast.worker, someone)
        _register(cast.adviser, someone)

    told = as_job(services.tell_new_overlaps)

    assert told == 2  # both sides, about the other person
    assert Alert.objects.filter(is_quiet=True).count() == 2
    assert do(cast.worker, lambda who: queries.open_alerts(who).count()) == 1


def _register(staff: Staff, person: int) -> None:
    do(staff, services.register_person, registering=services.Registering(number_of(person), DAY))
