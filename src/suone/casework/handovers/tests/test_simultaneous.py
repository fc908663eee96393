"""Two people answer at the same moment: one answer counts, and the case is opened once or not at all."""

import pytest
from django.utils import timezone

from suone.casework.cases.models import Assignment
from suone.casework.handovers import services
from suone.casework.handovers.tests.factories import propose, publish_handovers
from suone.casework.leading.tests.factories import do
from suone.casework.leading.tests.test_simultaneous import at_once
from suone.organisation.appointments.tests.factories import make_staff
from suone.records.consents.tests.factories import Cast, make_cast
from suone.records.dossiers.models import Grant

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    cast = make_cast()
    publish_handovers()
    return cast


def test_of_two_simultaneous_answers_one_counts_and_the_other_is_shown_it(cast: Cast) -> None:
    colleague = make_staff(
        cast.adviser.institution, *cast.adviser.roles_on(timezone.localdate()), last_name="Colleague"
    )

    for _round in range(ROUNDS):
        handover = propose(cast)
        ended = at_once(
            lambda decision=handover.decision: do(cast.adviser, services.accept_handover, decision=decision),
            lambda decision=handover.decision: do(
                colleague, services.decline_handover, decision=decision, reason="Not our client"
            ),
        )

        accepted = ended[0] is None
        assert sum(error is None for error in ended) == 1, ended
        handover.decision.refresh_from_db()
        assert handover.decision.state == ("accepted" if accepted else "declined")
        opened = Grant.objects.filter(dossier_id=handover.dossier_id, institution=cast.adviser.institution)
        assert opened.count() == (1 if accepted else 0)
        lead = Assignment.objects.get(dossier_id=handover.dossier_id, function="lead", valid_until=None)
        assert lead.staff_id == (cast.adviser.pk if accepted else cast.worker.pk)
