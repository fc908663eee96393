"""Hand-overs of a case and to an institution, partners, the guide of the procedure, and referral figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.http import Http404

from suone.canton.procedures.conditions import with_implied
from suone.canton.procedures.facts import Fact, Scalar
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.queries import versions_of_level
from suone.canton.procedures.rules import AvailableMove, Phase, Procedure, Requirement, phase_status, planned_items
from suone.canton.procedures.services import in_language
from suone.casework.cases.models import Case, Participant, ParticipantState
from suone.casework.handovers.models import Adviser, CooperationNotice, Handover
from suone.casework.handovers.rules import (
    GIVER_OF_MISSED,
    RECIPIENT_OF_MISSED,
    USUAL_BASIS_OF_MISSED,
    AskedFact,
    asked_facts,
    way_for,
)
from suone.casework.leading.models import Course, KnownFact
from suone.casework.leading.queries import course_of
from suone.ground.access.acting import Acting
from suone.ground.access.categories import HEALTH_BIT, DataCategory, categories_in
from suone.organisation.appointments.models import Appointment, AppointmentQuerySet
from suone.organisation.appointments.queries import Contact, colleagues, contacts_of
from suone.organisation.institutions.models import Institution, Office, Region
from suone.records.consents.legal_bases import CONSENT
from suone.records.consents.models import ConsentRecipient
from suone.records.consents.queries import valid_consents
from suone.records.decisions.models import Decision
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.rules import Birth
from suone.records.persons.ahv import formatted

_NONE = (0, 0, 0, 0)
_PEOPLE = ("decision", "sender", "sender_staff", "receiver", "receiver_staff", "office", "decision__answered_by")


def handovers_of(acting: Acting, dossier: Dossier) -> list[Handover]:
    """List the hand-overs of a case that the acting person may read, newest first."""
    rows = Handover.objects.readable_by(acting, category_column="category").filter(dossier=dossier)
    return list(rows.select_related(*_PEOPLE).prefetch_related("decision__texts").order_by("-pk"))


def pending_handover(dossier_id: int) -> Handover | None:
    """Return the hand-over of a case that awaits an answer, if any."""
    return Handover.objects.filter(dossier_id=dossier_id, decision__state="pending").first()


def readable_handover(acting: Acting, dossier_id: int, handover_id: int) -> Handover:
    """Return a hand-over of a case; raises ``Http404`` when the acting person may not read it."""
    rows = Handover.objects.readable_by(acting, category_column="category").select_related("dossier", *_PEOPLE)
    handover = rows.filter(dossier_id=dossier_id, pk=handover_id).first()
    if handover is None:
        raise Http404
    return handover


def asked_handover(decision: Decision) -> Handover | None:
    """Return the hand-over of a request to the acting institution; ``None`` once declined, expired or ended."""
    return Handover.objects.filter(decision=decision).select_related(*_PEOPLE).first()


def categories_passing(acting: Acting, handover: Handover) -> list[DataCategory]:
    """List what a hand-over passes to its receiver: no more than is left of the consent behind it.

    A hand-over that awaits an answer passes nothing once that consent is over.
    """
    mask = handover.categories & ~HEALTH_BIT
    if handover.consent_id:
        lines = ConsentRecipient.objects.filter(
            consent_id=handover.consent_id, institution_id=handover.receiver_id, staff=None
        )
        if handover.is_pending:
            lines = lines.filter(consent__in=valid_consents(acting))
        mask &= lines.values_list("categories", flat=True).first() or 0
    return categories_in(mask)


@dataclass(frozen=True, slots=True)
class ProposedPerson:
    """The person of a request, as shown to the institution that was asked."""

    name: str
    birth: Birth | None
    ahv_number: str
    telephone: str
    commune: str


def person_of_request(decision: Decision) -> ProposedPerson | None:
    """Return the person of a request to the acting institution while it is pending or its access lasts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM handovers_person(%s)", [decision.pk])
        row = cursor.fetchone()
    if row is None:
        return None
    digits, last_name, first_name, year, month, day, telephone, commune = row
    return ProposedPerson(
        name=f"{first_name} {last_name}".strip(),
        birth=Birth(year, month, day) if year else None,
        ahv_number=formatted(digits) if digits else "",
        telephone=telephone or "",
        commune=commune,
    )


@dataclass(frozen=True, slots=True)
class Partner:
    """The receiving institution: its office in the region, contact persons, and staff who can follow the person."""

    institution: Institution
    office: Office | None
    contacts: list[Contact]
    staff: AppointmentQuerySet  # of the region first


def partner_in(institution: Institution, region: Region | None, *, on: date) -> Partner:
    """Return an institution with its office, contacts and staff for a region, from the directory."""
    contacts = contacts_of(institution, region, on=on)
    of_contact = next((contact.staff.office for contact in contacts if contact.staff.office), None)
    in_region = Office.objects.filter(institution=institution, region=region, is_active=True).order_by("pk").first()
    near = colleagues(institution.pk, on=on).who_follow().near_first(region.pk if region else None)
    return Partner(institution, (in_region if region else None) or of_contact, contacts, near)


def consent_naming(acting: Acting, dossier: Dossier, institution_id: int) -> ConsentRecipient | None:
    """Return the consent line that names this institution, from the consent that is valid longest."""
    lines = ConsentRecipient.objects.filter(
        consent__in=valid_consents(acting).filter(dossier=dossier), institution_id=institution_id, staff=None
    ).exclude(categories=0)
    return lines.select_related("consent").order_by("-consent__valid_until").first()


def named_once(acting: Acting, case: Case) -> int | None:
    """Return the id of the other institution that valid consents name, if it is one alone; not that of the IIZ office."""
    lines = ConsentRecipient.objects.filter(
        consent__in=valid_consents(acting).filter(dossier_id=case.pk), staff=None, institution__is_iiz_office=False
    ).exclude(institution=acting.own_institution_id)
    found = set(lines.exclude(categories=0).values_list("institution_id", flat=True))
    return found.pop() if len(found) == 1 else None


def names_with_facts(dossier_id: int) -> dict[str, str]:
    """Return the name recorded with the former workplace adviser, by the code of the fact."""
    named = KnownFact.objects.filter(dossier_id=dossier_id, fact=Fact.FORMER_ADVISER_CONTACTED).order_by("-pk")
    return {Fact.FORMER_ADVISER_CONTACTED.value: named.values_list("remarked__text", flat=True).first() or ""}


def procedure_of_handovers(*, on: date) -> ProcedureVersion | None:
    """Return the canton's procedure for simple cases between two institutions: the one that depends on the agreement."""
    asks = Fact.HANDOVER_BETWEEN.value
    for version in versions_of_level("simple", on=on):
        if any(requirement.fact == asks for requirement in version.procedure.start.requirements):
            return version
    return None


@dataclass(frozen=True, slots=True)
class Guide:
    """What the procedure says about a constellation: the move, the facts required, unmet requirements and warnings."""

    procedure: Procedure
    phase: Phase
    way: AvailableMove
    next_phase: Phase
    asked: list[AskedFact]
    lacking: tuple[Requirement, ...]
    warnings: tuple[Requirement, ...]
    later: tuple[Requirement, ...]  # what the next phase will require


def guide_for(procedure: Procedure, phase: Phase, facts: Mapping[str, Scalar], *, on: date) -> Guide | None:
    """Return the guide for these facts, ``None`` when the procedure has no move for them; the request is made anyway.

    What follows from other facts is not asked.
    """
    known, facts = facts, with_implied(facts)
    implied = facts.keys() - known.keys()
    way = way_for(phase, facts, procedure, on=on)
    if way is None:
        return None
    next_phase = procedure.phase(way.move.to)
    return Guide(
        procedure=procedure,
        phase=phase,
        way=way,
        next_phase=next_phase,
        asked=[asked for asked in asked_facts(phase, next_phase, way.move.needs, facts) if asked.fact not in implied],
        lacking=way.lacking,
        warnings=way.warnings,
        later=phase_status(next_phase, facts, on=on).lacking,
    )


@dataclass(frozen=True, slots=True)
class Duty:
    """A work item that one side will receive."""

    title: str
    who: str


def duties_in(guide: Guide, facts: Mapping[str, Scalar], acting: Acting, receiver: Institution) -> list[Duty]:
    """List the work items that the next phase sets, with the institution responsible."""
    items = planned_items(guide.next_phase, facts, on=acting.today, holidays=frozenset())
    kinds = {str(receiver.kind): receiver.short_name}
    return [
        Duty(in_language(planned.item.title), kinds.get(planned.item.addressed, acting.institution_name))
        for planned in items
    ]


def position_for(course: Course | None, version: ProcedureVersion | None) -> tuple[Procedure, Phase] | None:
    """Return the procedure and phase of a case, or the start of the one it will follow."""
    if course is not None:
        return course.procedure, course.current
    return (version.procedure, version.procedure.start) if version is not None else None


def is_iv(acting: Acting) -> bool:
    """Return whether the acting institution is an IV."""
    return Institution.objects.filter(pk=acting.own_institution_id, kind=GIVER_OF_MISSED).exists()


def is_social_assistance(acting: Acting) -> bool:
    """Return whether the acting institution is social assistance, which refers people to the IV."""
    return Institution.objects.filter(pk=acting.own_institution_id, kind=RECIPIENT_OF_MISSED).exists()


def asks_for_placement_request(case: Case) -> bool:
    """Return whether the procedure that the case follows asks for a request that the person writes."""
    course = course_of(case.pk)
    phases = course.procedure.phases if course else ()
    return any(one.fact == Fact.WRITTEN_REQUEST for phase in phases for one in phase.requirements)


def social_workers_in(case: Case) -> list[Appointment]:
    """List the social workers who follow the person of a case: they may be given notice of missed appointments."""
    following = case.dossier.participants.filter(
        state=ParticipantState.TAKING_PART, institution__kind=RECIPIENT_OF_MISSED, staff__isnull=False
    )
    ids = following.values_list("staff_id", flat=True)
    return list(Appointment.objects.filter(pk__in=ids).select_related("institution"))


def usual_basis(acting: Acting, case: Case, recipient: Appointment) -> str:
    """Return the legal basis proposed for a notice of missed appointments: the consent if it covers it, else the law."""
    line = consent_naming(acting, case.dossier, recipient.institution_id)
    covers = line is not None and bool(line.categories & DataCategory.ADMINISTRATIVE.bit)
    return CONSENT if covers else USUAL_BASIS_OF_MISSED


def can_report_missed_appointments(acting: Acting, participants: Iterable[Participant]) -> bool:
    """Return whether the acting institution is an IV, and a social worker follows the person."""
    taking_part = [p for p in participants if p.state == ParticipantState.TAKING_PART]
    ours = any(p.institution_id == acting.institution_id and p.institution.kind == GIVER_OF_MISSED for p in taking_part)
    return ours and any(p.institution.kind == RECIPIENT_OF_MISSED and p.staff_id for p in taking_part)


def advisers_of(acting: Acting, dossier: Dossier) -> list[Adviser]:
    """List the advisers whom the person named and who were not removed, in the order named."""
    rows = Adviser.objects.readable_by(acting).filter(dossier=dossier, removed_at=None)
    return list(rows.select_related("workplace", "dossier").order_by("pk"))


def readable_adviser(acting: Acting, dossier_id: int, adviser_id: int) -> Adviser:
    """Return an adviser of a case; raises ``Http404`` when the acting person may not read them."""
    rows = Adviser.objects.readable_by(acting).select_related("workplace", "dossier")
    adviser = rows.filter(dossier_id=dossier_id, pk=adviser_id, removed_at=None).first()
    if adviser is None:
        raise Http404
    return adviser


def notices_of(dossier: Dossier) -> list[CooperationNotice]:
    """List what the acting person may read about cooperation: given or received by them, newest first."""
    found = CooperationNotice.objects.filter(dossier=dossier)
    return list(found.select_related("giver_staff", "giver", "receiver_staff", "receiver").order_by("-pk"))


@dataclass(frozen=True, slots=True)
class Referrals:
    """Referrals from one institution to another in a year."""

    sender: Institution
    receiver: Institution
    proposed: int
    accepted: int
    declined: int
    expired: int
    before: int  # proposed in the year before


def referrals_in(year: int) -> list[Referrals]:
    """Count the referrals of a calendar year in each direction, most first, with the previous year for comparison."""
    now, before = _counted(year), _counted(year - 1)
    institutions = Institution.objects.in_bulk()
    return [
        Referrals(
            institutions[pair[0]],
            institutions[pair[1]],
            before=before.get(pair, _NONE)[0],
            **_named(now.get(pair, _NONE)),
        )
        for pair in dict.fromkeys([*now, *before])
    ]


def _named(counts: tuple[int, ...]) -> dict[str, int]:
    return dict(zip(("proposed", "accepted", "declined", "expired"), counts, strict=True))


def _counted(year: int) -> dict[tuple[int, int], tuple[int, ...]]:
    """Return (proposed, accepted, declined, expired) by sender and receiver id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM handovers_counted(%s)", [year])
        return {(sender, receiver): tuple(counts) for sender, receiver, *counts in cursor.fetchall()}
