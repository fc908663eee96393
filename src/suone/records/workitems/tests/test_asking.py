from datetime import timedelta

import pytest

from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.organisation.appointments.tests.factories import acting, make_institution, make_staff
from suone.records.dossiers.tests.factories import open_file
from suone.records.workitems.models import State, WorkItem
from suone.records.workitems.services import add_work_item, complete


@pytest.mark.django_db
def test_a_work_item_is_done_once_and_hidden_from_strangers() -> None:
    lead = make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Lead")
    stranger = make_staff(make_institution("RAV"), Role.FRONT_LINE_WORKER, last_name="Stranger")
    who, dossier = acting(lead), open_file(lead)

    with acting_as(who):
        due = who.today + timedelta(days=3)
        item = add_work_item(who, dossier=dossier, title="Call", due_on=due, addressed_id=lead.institution_id)
        complete(who, item=item)
        with pytest.raises(Refused):
            complete(who, item=item)

    with acting_as(acting(stranger)):
        assert not WorkItem.objects.exists()
    kept = WorkItem.objects.get(pk=item.pk)
    assert (kept.state, kept.done_by, kept.due_on) == (State.DONE, lead, due)
