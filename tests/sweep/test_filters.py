"""What the application's own filters hide while the policies are off: one lock must not lean on the other.

As the owner, whom no policy binds, somebody of another institution asks each function that reads rows of cases.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.http import Http404

from suone.casework.assessments import queries as assessments
from suone.casework.assessments.models import Assessment
from suone.casework.cases import lists
from suone.casework.cases import queries as cases
from suone.casework.cases.models import Case, Note, Participant
from suone.casework.corrections import queries as corrections
from suone.casework.corrections.models import Correction
from suone.casework.handovers import queries as handovers
from suone.casework.handovers.models import Handover
from suone.casework.leading import queries as leading
from suone.casework.leading import queries as procedures
from suone.casework.leading.models import KnownFact, LevelChange, Passage, Triage
from suone.casework.plans import queries as plans
from suone.casework.plans.models import Entry, Measure, Plan, Signature
from suone.casework.support import queries as support
from suone.casework.support.models import Service, ServiceText
from suone.ground.access.acting import Acting
from suone.organisation.appointments.acting import acting_of
from suone.organisation.appointments.models import Appointment
from suone.records.consents import queries as consents
from suone.records.consents.models import Consent, Disclosure
from suone.records.documents import queries as documents
from suone.records.documents.models import Document
from suone.records.dossiers import queries as dossiers
from suone.records.dossiers.models import CaseBoundQuerySet, Dossier, Event, Particulars, Residence, Visit
from suone.records.dossiers.services import note_visit
from suone.records.representation import queries as representation
from suone.records.representation.models import Representative
from suone.records.workitems import queries as workitems
from suone.records.workitems.models import WorkItem
from tests.sweep.world import World

# Each function with the model of which it shows a row, given in place of what the address names.
READERS: list[tuple[type[Any], Callable[[Acting, Any], Any]]] = [
    (Assessment, lambda who, row: assessments.assessments_of(who, row.dossier)),
    (Assessment, lambda who, row: assessments.answers_of(who, row)),
    (Case, lambda who, row: cases.readable_case(who, row.pk)),
    (Case, lambda who, row: lists.case_list(who, lists.Wanted(state=""))),
    (Note, lambda who, row: cases.readable_note(who, row.dossier_id, row.pk)),
    (Participant, lambda who, row: cases.readable_participant(who, row.dossier_id, row.pk)),
    (Triage, lambda who, row: leading.triages_of(who, row.dossier)),
    (LevelChange, lambda who, row: leading.level_changes_of(who, row.dossier)),
    (Consent, lambda who, row: consents.consents_of(who, row.dossier)),
    (Consent, lambda who, row: consents.readable_consent(who, row.dossier_id, row.pk)),
    (Consent, lambda who, row: list(consents.valid_consents(who))),
    (Correction, lambda who, row: corrections.readable_correction(who, row.dossier_id, row.pk)),
    (Disclosure, lambda who, row: consents.disclosures_of(who, row.dossier)),
    (Disclosure, lambda who, row: consents.readable_disclosure(who, row.dossier_id, row.pk)),
    (Document, lambda who, row: documents.documents_of(who, row.dossier)),
    (Document, lambda who, row: documents.readable_document(who, row.dossier_id, row.pk)),
    (Dossier, lambda who, row: dossiers.readable_dossier(who, row.pk)),
    (Event, lambda who, row: dossiers.events_of(who, row.dossier)),
    (Particulars, lambda who, row: dossiers.particulars_of(who, row.dossier_id)),
    (Residence, lambda who, row: dossiers.residence_of(who, row.dossier_id)),
    (Handover, lambda who, row: handovers.handovers_of(who, row.dossier)),
    (Handover, lambda who, row: handovers.readable_handover(who, row.dossier_id, row.pk)),
    (Plan, lambda who, row: plans.readable_plan(who, row.dossier_id, row.pk)),
    (Plan, lambda who, row: plans.sheet_of(who, row).entries),
    (Plan, lambda who, row: plans.sheet_of(who, row).measures),
    (Plan, lambda who, row: plans.sheet_of(who, row).signatures),
    (Entry, lambda who, row: plans.readable_entry(who, row.plan, row.pk)),
    (Measure, lambda who, row: plans.readable_measure(who, row.plan, row.pk)),
    (Signature, lambda who, row: plans.readable_signature(who, row.plan, row.pk)),
    (Passage, lambda who, row: procedures.passages_of(who, row.dossier)),
    (KnownFact, lambda who, row: procedures.recorded_facts(who, row.dossier)),
    (Representative, lambda who, row: representation.representatives_of(who, row.dossier)),
    (Service, lambda who, row: support.services_of(who, row.dossier)),
    (Service, lambda who, row: support.readable_service(who, row.dossier_id, row.pk)),
    (ServiceText, lambda who, row: support.texts_of(who, row.service)),
    (WorkItem, lambda who, row: workitems.items_of(who, row.dossier)),
    (WorkItem, lambda who, row: workitems.readable_item(who, row.dossier_id, row.pk)),
]


def shown_to(who: Acting) -> set[int]:
    """The places in the list of those functions that show something."""
    shown = set()
    for place, (model, read) in enumerate(READERS):
        for row in model.objects.order_by("-pk")[:3]:
            with suppress(Http404):
                if read(who, row):
                    shown.add(place)
                    break
    return shown


def test_each_filter_hides_foreign_rows_without_the_policies(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = next(user for user in world.visitors.values() if user is not None)
    stranger = acting_of(Appointment.objects.filter(user=user).latest("pk"))
    visited = Dossier.objects.latest("pk")

    note_visit(stranger, dossier_id=visited.pk)

    assert shown_to(stranger) == set()
    assert not Visit.objects.filter(dossier=visited, staff_id=stranger.staff_id).exists()
    # Nothing else hides the rows: without the filters all are shown.
    monkeypatch.setattr(CaseBoundQuerySet, "readable_by", lambda self, acting, **others: self.all())
    assert set(range(len(READERS))) - shown_to(stranger) == set()
