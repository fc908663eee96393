"""Missed appointments are told to social assistance only, on a basis that is kept and named in the log."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from suone.casework.cases.models import Participant, ParticipantState
from suone.casework.handovers import services
from suone.casework.handovers.models import Handover
from suone.casework.handovers.queries import can_report_missed_appointments, social_assistance_in
from suone.casework.handovers.rules import Direction
from suone.casework.handovers.tests.factories import TO_IV, accept, case_of, propose
from suone.casework.leading.tests.factories import do
from suone.ground.access.categories import DataCategory, mask_of
from suone.ground.access.errors import Refused
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.organisation.institutions.kinds import InstitutionKind
from suone.records.consents.models import Disclosure
from suone.records.consents.tests.factories import Cast, line, sign
from suone.records.inbox.models import Message

CONDITIONS = ["no_private_interest", "cost_bearer_unclear", "purpose_measures", "formal_law", "reciprocity"]


@kept
def shared(cast: Cast, coordinator_iv: Appointment) -> Handover:
    """A case of the SMZ, which is social assistance, in which the IV takes part."""
    return accept(coordinator_iv, propose(cast, coordinator_iv, direction=Direction.REFERS, facts=TO_IV))


def tell(by: Appointment, handover: Handover, to: Appointment, **changes: Any) -> Disclosure:
    usual: dict[str, Any] = {
        "recipient": to.institution,
        "basis": "ivg-68bis-3",
        "purpose": "Cooperation",
        "confirmed": CONDITIONS,
        "text": "2 March",
    }
    told: Disclosure = do(by, services.report_missed_appointments, case=case_of(handover), **usual | changes)
    return told


def test_the_log_names_disclosure_recipient_and_basis_and_the_recipient_hears_of_it(
    cast: Cast, coordinator_iv: Appointment, shared: Handover
) -> None:
    told = tell(coordinator_iv, shared, cast.worker)

    entry = Entry.objects.get(act="handover.missed_told")
    assert (entry.kind, entry.object_type, entry.object_id) == ("disclose", "disclosure", told.pk)
    assert (entry.recipients, entry.legal_basis) == ([cast.worker.institution_id], "ivg-68bis-3")
    assert Message.objects.filter(act="handover.missed_told", staff=cast.worker).count() == 1


def test_nobody_else_is_told_and_nothing_without_words(
    cast: Cast, coordinator_iv: Appointment, shared: Handover
) -> None:
    with pytest.raises(Refused, match="social assistance only"):
        tell(coordinator_iv, shared, cast.adviser)
    with pytest.raises(Refused, match="social assistance only"):
        tell(cast.worker, shared, cast.worker)
    with pytest.raises(Refused, match="which appointments"):
        tell(coordinator_iv, shared, cast.worker, text=" ")

    assert not Entry.objects.filter(act="handover.missed_told").exists()


def test_a_consent_is_a_basis_only_if_it_names_the_institution_and_the_category(
    cast: Cast, coordinator_iv: Appointment
) -> None:
    handover = accept(coordinator_iv, propose(cast, coordinator_iv, facts=TO_IV))  # the IV leads, and signs
    by_consent: dict[str, Any] = {"basis": "consent", "confirmed": ["single_case", "person_consents"]}
    with pytest.raises(Refused, match="No valid consent"):
        tell(coordinator_iv, handover, cast.worker, **by_consent)
    sign(
        coordinator_iv,
        handover.dossier,
        line(cast.worker, mask_of([DataCategory.EMPLOYMENT])),
        valid_until=timezone.localdate(),
    )
    with pytest.raises(Refused, match="No valid consent"):
        tell(coordinator_iv, handover, cast.worker, **by_consent)
    sign(coordinator_iv, handover.dossier, line(cast.worker, mask_of([DataCategory.ADMINISTRATIVE])))

    assert tell(coordinator_iv, handover, cast.worker, **by_consent).consent is not None


def test_it_is_offered_where_social_assistance_of_another_institution_takes_part(
    cast: Cast, coordinator_iv: Appointment, shared: Handover
) -> None:
    who = acting(coordinator_iv)
    assert social_assistance_in(case_of(shared), who) == [cast.worker.institution]
    assert social_assistance_in(case_of(shared), acting(cast.worker)) == []
    Participant.objects.filter(dossier_id=shared.dossier_id, institution=cast.worker.institution).update(state="left")
    assert social_assistance_in(case_of(shared), who) == []

    def offered(state: ParticipantState, kind: InstitutionKind, institution_id: int | None) -> bool:
        part: Any = SimpleNamespace(state=state, institution=SimpleNamespace(kind=kind), institution_id=institution_id)
        return can_report_missed_appointments(who, [part])

    smz, other = InstitutionKind.SOCIAL_ASSISTANCE, cast.worker.institution_id
    assert offered(ParticipantState.TAKING_PART, smz, other)
    assert not offered(ParticipantState.LEFT, smz, other)
    assert not offered(ParticipantState.TAKING_PART, InstitutionKind.UNEMPLOYMENT_INSURANCE, other)
    assert not offered(ParticipantState.TAKING_PART, smz, who.institution_id)
