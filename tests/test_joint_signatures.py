"""Two last signatures at the same moment: the plan always binds. Without the lock of the case, it would not."""

import os
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.utils import timezone

from suone.casework.leading.tests.factories import do
from suone.casework.leading.tests.test_simultaneous import at_once
from suone.casework.plans import services
from suone.casework.plans.models import Plan, Signature
from suone.casework.plans.rules import Form
from suone.casework.plans.tests.factories import again, draft, of, put_up, shared_case, sign
from suone.records.consents.tests.factories import Cast, make_cast
from suone.records.dossiers.models import Dossier

pytestmark = pytest.mark.django_db(transaction=True)

TRIALS = 150 if os.environ.get("SUONE_SWEEP") == "full" else 40


@pytest.fixture
def cast(transactional_db: None, tmp_path: Path, settings: Any) -> Cast:
    settings.DOCUMENTS_FOLDER = tmp_path
    return make_cast()


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """Signed by one institution; the other one and the person are left."""
    plan = put_up(cast, draft(cast, shared_case(cast)))
    sign(cast.worker, plan)
    return plan


def race(cast: Cast, plan: Plan, trials: int) -> int:
    """Let the last two sign at once, so many times, each time from the same start; how often the plan was stuck."""
    stuck = 0
    for _trial in range(trials):
        _rewind(plan)
        today = {"signed_on": timezone.localdate()}
        institution, person = of(plan, cast.adviser), of(plan, None)
        ended = at_once(
            lambda institution=institution, today=today: do(
                cast.adviser, services.sign, signature=institution, form=Form.SCREEN, **today
            ),
            lambda person=person, today=today: do(
                cast.worker, services.sign, signature=person, form=Form.PAPER, **today
            ),
        )
        assert ended == [None, None]
        assert not Signature.objects.filter(plan=plan, state="waiting").exists()
        stuck += again(plan).state != "binding"
    return stuck


def _rewind(plan: Plan) -> None:
    """As the owner: the plan waits for its last two signatures again."""
    Plan.objects.filter(pk=plan.pk).update(state="in_signing", binding_on=None)
    last = Signature.objects.filter(plan=plan).exclude(institution__code="SMZ")
    last.update(state="waiting", form="", signed_on=None, recorded_at=None, recorded_by=None)


def test_of_many_pairs_of_last_signatures_none_leaves_the_plan_stuck(cast: Cast, plan: Plan) -> None:
    assert race(cast, plan, TRIALS) == 0


def test_without_the_lock_the_plan_gets_stuck(cast: Cast, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: the race above can fail. Each looks whether anybody is left before the other is through."""
    both_looked = Barrier(2)
    states = services.signing._states

    def look_together(plan: Plan) -> Any:
        found = states(plan)
        both_looked.wait(timeout=20)
        return found

    monkeypatch.setattr(services.shared, "lock", lambda dossier_id: Dossier.objects.get(pk=dossier_id))
    monkeypatch.setattr(services.signing, "_states", look_together)

    assert race(cast, plan, trials=1) == 1
