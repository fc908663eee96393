"""An institution leaves the case while a plan is being signed: the others' signatures are enough."""

from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, connection

from suone.casework.casepage.services import leave
from suone.casework.cases.models import Participant
from suone.casework.leading.tests.factories import do
from suone.casework.plans.models import Plan, Signature
from suone.casework.plans.services import remind_signers
from suone.casework.plans.tests.factories import again, draft, of, person_signs, put_up, shared_case, sign
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.models import Event
from suone.records.workitems.models import WorkItem


@pytest.fixture
def plan(cast: Cast, tmp_path: Path, settings: Any) -> Plan:
    """Waits for the adviser's institution and the person."""
    settings.DOCUMENTS_FOLDER = tmp_path
    plan = put_up(cast, draft(cast, shared_case(cast)))
    sign(cast.worker, plan)
    return plan


def of_adviser(cast: Cast, plan: Plan) -> Participant:
    participants = Participant.objects.select_related("dossier", "institution")
    return participants.get(dossier=plan.dossier, institution=cast.adviser.institution)


def test_its_open_signature_is_withdrawn_and_leaves_a_trace(cast: Cast, plan: Plan) -> None:
    do(cast.coordinator, leave, participant=of_adviser(cast, plan))

    signature = of(plan, cast.adviser)
    assert (signature.state, signature.recorded_by) == ("released", cast.coordinator)
    assert WorkItem.objects.get(about_type="signature", about_id=signature.pk).state == "cancelled"
    event = Event.objects.get(act="plan.signature_released")
    assert (event.text, event.staff) == (cast.adviser.institution.name, cast.coordinator)
    assert again(plan).state == "in_signing"

    person_signs(cast.worker, plan)

    assert again(plan).state == "binding"


def test_the_plan_binds_at_once_where_nobody_else_was_missing(cast: Cast, plan: Plan) -> None:
    person_signs(cast.worker, plan)

    do(cast.adviser, leave, participant=of_adviser(cast, plan))

    assert again(plan).state == "binding"


def test_a_signature_given_before_stays(cast: Cast, plan: Plan) -> None:
    sign(cast.adviser, plan)

    do(cast.adviser, leave, participant=of_adviser(cast, plan))

    assert of(plan, cast.adviser).state == "signed"
    assert not Event.objects.filter(act="plan.signature_released").exists()


def test_where_whoever_leaves_may_not_write_the_job_of_the_morning_does_it(cast: Cast, plan: Plan) -> None:
    person_signs(cast.worker, plan)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dossiers_grant SET power = 1 WHERE institution_id = %s", [cast.adviser.institution_id])
    do(cast.adviser, leave, participant=of_adviser(cast, plan))
    assert again(plan).state == "in_signing"

    job = acting_for_job("a test")
    with acting_as(job):
        remind_signers(job)

    assert of(plan, cast.adviser).state == "released"
    assert again(plan).state == "binding"


def test_the_database_itself_lets_nobody_release_who_still_takes_part(cast: Cast, plan: Plan) -> None:
    def forge(_acting: object) -> None:
        Signature.objects.filter(plan=plan, institution=cast.adviser.institution).update(state="released")

    with pytest.raises(ProgrammingError, match="row-level security"):
        do(cast.worker, forge)
