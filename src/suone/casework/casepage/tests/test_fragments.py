from suone.casework.cases.models import Case
from suone.casework.cases.rules import NoteKind
from suone.casework.cases.services import write_note
from suone.casework.leading.tests.factories import do
from suone.ground.access.categories import DataCategory
from suone.organisation.appointments.tests.factories import client_of
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.models import Event


def test_older_entries_of_the_timeline_come_without_the_page_around_them(cast: Cast, active: Case) -> None:
    do(
        cast.worker, write_note, dossier=active.dossier, text="Looks for a place", category=DataCategory.EMPLOYMENT,
        kind=NoteKind.CALL,
    )  # fmt: skip
    client = client_of(cast.worker)
    after = Event.objects.latest("pk").pk + 1

    part = client.get(f"/dossiers/{active.pk}/", {"before": after}, headers={"HX-Request": "true"}).content.decode()

    assert "Looks for a place" in part
    assert '<ul class="timeline">' in part
    assert "<html" not in part
