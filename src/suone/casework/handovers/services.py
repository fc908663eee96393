"""Acts on hand-overs: proposing, answering, withdrawing, ending access, and reporting missed appointments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from suone.canton.procedures.facts import Fact, Scalar
from suone.casework.cases.models import Case, Participant, ParticipantState
from suone.casework.cases.rules import ClosingReason, Outcome, State, check_reason
from suone.casework.cases.services import join, leave, name_lead, notify_participants
from suone.casework.handovers import rules
from suone.casework.handovers.acts import Act
from suone.casework.handovers.models import CooperationNotice, Handover
from suone.casework.handovers.queries import (
    consent_naming,
    guide_for,
    is_iv,
    pending_handover,
    position_for,
    procedure_of_handovers,
    social_workers_in,
)
from suone.casework.handovers.rules import Answers, Constellation, NoticeKind
from suone.casework.leading.queries import course_of, every_fact
from suone.casework.leading.services import (
    Particulars,
    advance_case,
    case_with_course,
    close_case,
    follow_procedure,
    open_simple_case,
    report_fact,
    store_fact,
    withdraw_notification,
)
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, Office
from suone.records.consents.legal_bases import CONSENT, HAND_OVER
from suone.records.consents.models import Consent, DisclosureForm
from suone.records.consents.services import keep_disclosure, record_disclosure
from suone.records.decisions.models import Decision
from suone.records.decisions.queries import staff_who_may_answer
from suone.records.decisions.rules import check_may_answer
from suone.records.decisions.services import answer, ask_decision
from suone.records.decisions.services import withdraw as withdraw_decision
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power
from suone.records.dossiers.services import call, end_unfounded_grants, lock, record_event
from suone.records.inbox.services import notify_institutions, notify_staff

HANDOVER, CONTACT = "handover", "contact"  # the kinds of request


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The input of the guided form: the answers, the receiver, the message and the known facts."""

    answers: Answers
    receiver: Institution
    due_on: date
    agrees: bool = False  # the person, to this hand-over
    office: Office | None = None
    staff: Appointment | None = None  # the worker at the receiver, where one is named
    message: str = ""
    category: DataCategory = DataCategory.EMPLOYMENT
    categories: int = 0  # mask for the receiver; 0 for the minimum
    overlap_until: date | None = None
    facts: Mapping[Fact, Scalar] = field(default_factory=dict)
    remarks: Mapping[Fact, str] = field(default_factory=dict)
    reason: str = ""  # why to proceed in spite of a warning

    @property
    def known(self) -> dict[Fact, Scalar]:
        """The facts entered, and those that follow from the two questions and the request itself."""
        found: dict[Fact, Scalar] = dict(self.facts)
        found[Fact.HANDOVER_BETWEEN] = self.answers.between
        found[Fact.CONSTELLATION] = self.answers.constellation.value
        return found | facts_of_request(is_named=self.staff is not None)


def facts_of_request(*, is_named: bool) -> dict[Fact, Scalar]:
    """Return what the request itself establishes: it reaches the worker who is named, or else the contact person."""
    return {Fact.PARTNER_CONTACTED if is_named else Fact.COORDINATES_SENT: True}


def propose_handover(acting: Acting, *, case: Case, proposal: Proposal) -> Handover:
    """Propose that another institution takes a person on, or contact it because both follow them.

    It reaches the worker who is named there, or with the sender's coordinates the contact person. Facts are stored and
    the procedure proceeds, which sets each side's work items. The sender stays responsible until a hand-over is accepted.
    Raises ``Refused`` unless the acting institution leads the case, and as ``rules.check_can_propose`` says.
    """
    dossier = lock(case.dossier_id)
    if not has_power(acting, dossier, Power.LEAD):
        raise Refused(_("Only institutions that lead the case can do this: ask the lead."))
    case = case_with_course(case.pk)
    handover = _ask(acting, case, proposal)
    _store_facts(acting, case, proposal)
    _advance(acting, case, proposal)
    notify_participants(acting, dossier, _act_of_request(handover))
    return handover


def propose_for_person(acting: Acting, *, of: Particulars, proposal: Proposal) -> Handover:
    """Open a simple case for a person without one, and propose the hand-over or make the contact."""
    version = procedure_of_handovers(on=acting.today)
    case = open_simple_case(
        acting, of=of, procedure=version, facts=proposal.known, remarks=proposal.remarks, stated=proposal.facts
    )
    return propose_handover(acting, case=case, proposal=proposal)


def open_before_handover(
    acting: Acting, *, of: Particulars, answers: Answers, facts: Mapping[Fact, Scalar], remarks: Mapping[Fact, str]
) -> Case:
    """Open a simple case when something must happen before the proposal, such as a network meeting."""
    known = dict(facts) | {
        Fact.HANDOVER_BETWEEN: answers.between,
        Fact.CONSTELLATION: answers.constellation.value,
    }
    version = procedure_of_handovers(on=acting.today)
    return open_simple_case(acting, of=of, procedure=version, facts=known, remarks=remarks, stated=facts)


def accept_handover(
    acting: Acting, *, decision: Decision, staff: Appointment | None = None, reason: str = ""
) -> Handover:
    """Accept a hand-over, naming who follows the person: access opens, and a direct hand-over passes the lead.

    ``staff`` defaults to the acting person. Raises ``Refused`` for staff of another institution and if the consent behind
    it is over, and ``Conflict`` when somebody else answered first.
    """
    handover = Handover.objects.select_related("decision", "sender", "receiver").get(decision=decision)
    responsible = staff or Appointment.objects.get(pk=acting.own_staff_id)
    if responsible.institution_id != handover.receiver_id:
        raise Refused(_("Choose somebody who works for the responsible institution."))
    answer(acting, decision=decision, accept=True, reason=reason)
    if not call("handovers_open", handover.pk):
        raise Refused(_("The consent behind this is over. Decline with a reason; the other institution can ask anew."))
    dossier = lock(handover.dossier_id)
    case = case_with_course(dossier.pk)
    Handover.objects.filter(pk=handover.pk).update(receiver_staff=responsible)
    handover.refresh_from_db()
    join(acting, dossier=dossier, institution_id=handover.receiver_id, staff_id=responsible.pk)
    _disclose_access(acting, handover, dossier, responsible)
    act = Act.ACCEPTED if handover.is_direct else Act.ANSWERED
    _record_event(acting, handover, dossier, act, reason)
    if handover.is_direct:
        name_lead(acting, case=case, staff=responsible)
    report_fact(acting, dossier=dossier, fact=Fact.HANDOVER_ACCEPTED_ON, value=acting.today)
    notify_staff(acting, staff_ids=[responsible.pk], act=act, dossier=dossier)
    return handover


def announce_naming(acting: Acting, *, decision: Decision) -> None:
    """Answer a contact: somebody will be named, and the coordinates of whoever made it wait for them until then.

    Raises ``Refused`` for a direct hand-over, for one that is answered already, and for staff who may not answer it.
    """
    handover = Handover.objects.select_related("decision").get(decision=decision)
    if handover.is_direct or not handover.is_pending:
        raise Refused(_("Only a contact that is not yet answered waits until somebody is named."))
    check_may_answer(acting.staff_id, staff_who_may_answer(decision, on=acting.today))
    Handover.objects.filter(pk=handover.pk).update(naming_at=timezone.now())
    dossier = _case_of(decision)
    _record_event(acting, handover, dossier, Act.WILL_BE_NAMED)
    notify_staff(acting, staff_ids=[handover.sender_staff_id], act=Act.WILL_BE_NAMED, dossier=dossier)


def stop_without_handover(acting: Acting, *, case: Case) -> None:
    """Close the case because the institution follows the person no more and hands them to nobody; nothing is sent.

    A case that was only notified is withdrawn, of which the IIZ office is notified if the notification had gone there.

    Raises ``Refused`` for a complex or closed case, and as ``close_case`` and ``withdraw_notification`` do.
    """
    dossier = lock(case.dossier_id)
    if case.level == "complex":
        raise Refused(_("This case is complex: its partners are asked to take part, and the office names the lead."))
    pending = pending_handover(dossier.pk)
    if pending is not None:
        withdraw_handover(acting, handover=pending)
    course = course_of(dossier.pk)
    ends = course is not None and _STOPPED in [move.to for move in course.current.moves]
    if State(case.state) is State.NOTIFIED:
        withdraw_notification(acting, case=case, reason=str(Act.STOPPED.label))
        Case.objects.filter(pk=case.pk).update(outcome=Outcome.STOPPED)
    else:
        close_case(
            acting,
            case=case,
            outcome=Outcome.STOPPED,
            closing_reason=ClosingReason.OTHER,
            text=str(Act.STOPPED.label),
            phase=_STOPPED if ends else "",
        )
    record_event(acting, dossier=dossier, kind=RecordKind.CHANGE, act=Act.STOPPED)


_STOPPED = "stopped"  # the phase of the procedure in which constellation 4 ends


def decline_handover(acting: Acting, *, decision: Decision, reason: str) -> None:
    """Decline a hand-over with a reason; the sender stays responsible and the receiver can no longer read the message."""
    handover = Handover.objects.get(decision=decision)
    answer(acting, decision=decision, accept=False, reason=reason)
    _record_event(acting, handover, _case_of(decision), Act.DECLINED, reason)


def expire_handover(acting: Acting, decision: Decision) -> None:
    """Record that a hand-over was not answered in time; the sender stays responsible."""
    handover = Handover.objects.filter(decision=decision).select_related("dossier").first()
    if handover is not None:
        _record_event(acting, handover, handover.dossier, Act.EXPIRED)


def withdraw_handover(acting: Acting, *, handover: Handover) -> None:
    """Withdraw a hand-over before it is answered; raises ``Refused`` unless the acting institution leads the case."""
    dossier = lock(handover.dossier_id)
    if not has_power(acting, dossier, Power.LEAD):
        raise Refused(_("Only institutions that lead the case can do this: ask the lead."))
    withdraw_decision(acting, decision=handover.decision)
    _record_event(acting, handover, dossier, Act.WITHDRAWN)
    informed = [handover.receiver_staff_id] if handover.receiver_staff_id else []
    notify_staff(acting, staff_ids=informed, act=Act.WITHDRAWN, dossier=dossier)
    if not informed:
        notify_institutions(acting, institution_ids=[handover.receiver_id], act=Act.WITHDRAWN, dossier=dossier)


def end_access(acting: Acting, *, handover: Handover, reason: str) -> None:
    """End the receiver's access when joint support ends or the person no longer agrees, with a reason.

    Raises ``Refused`` for a direct hand-over, without current access, or unless the acting institution leads the case.
    """
    check_reason(reason)
    dossier = lock(handover.dossier_id)
    handover = Handover.objects.get(pk=handover.pk)
    if handover.is_direct or handover.access_until is None or handover.access_until <= timezone.now():
        raise Refused(_("This hand-over gives no access that could be ended here."))
    if not has_power(acting, dossier, Power.LEAD):
        raise Refused(_("Only institutions that lead the case can do this: ask the lead."))
    call("handovers_end", handover.pk)
    end_unfounded_grants(acting, dossier=dossier)
    _record_event(acting, handover, dossier, Act.ACCESS_ENDED, reason)
    notify_institutions(acting, institution_ids=[handover.receiver_id], act=Act.ACCESS_ENDED, dossier=dossier)


def end_overlaps(acting: Acting) -> int:
    """End the participation of senders whose overlap is over, as a daily job; returns how many."""
    over = Handover.objects.filter(sender_until__lte=timezone.now(), sender_left_at=None)
    count = 0
    for handover in over.select_related("dossier", "decision"):
        Handover.objects.filter(pk=handover.pk).update(sender_left_at=timezone.now())
        part = Participant.objects.filter(
            dossier_id=handover.dossier_id, institution_id=handover.sender_id, state=ParticipantState.TAKING_PART
        )
        for participant in part.select_related("dossier"):
            leave(acting, participant=participant)
        _record_event(acting, handover, handover.dossier, Act.OVERLAP_ENDED)
        both = [handover.sender_staff_id, handover.receiver_staff_id]
        notify_staff(acting, staff_ids=both, act=Act.OVERLAP_ENDED, dossier=handover.dossier)
        count += 1
    return count


def report_missed_appointments(
    acting: Acting,
    *,
    case: Case,
    recipient: Appointment,
    basis: str,
    purpose: str,
    confirmed: Sequence[str],
    kind: NoticeKind,
    measure: str,
    text: str,
) -> CooperationNotice:
    """Notify the social worker of uncooperative behaviour or missed appointments in a measure or clarification of IV.

    Always a worker's decision, never automatic, from IV to social assistance alone (agreement SMZ–IV, no. 2), and readable
    by nobody but the two; the timeline says nothing. ``basis`` is the code of a legal basis that IV has, ``confirmed`` the
    codes of its conditions. Raises ``Refused`` from or to anybody else, without measure or text, or when the legal basis
    does not allow it.
    """
    if not is_iv(acting):
        raise Refused(_("Only the IV notifies social assistance of missed appointments."))
    if recipient.institution.kind != rules.RECIPIENT_OF_MISSED:
        raise Refused(_("Missed appointments are reported to social assistance only."))
    if recipient.pk not in [worker.pk for worker in social_workers_in(case)]:
        raise Refused(_("Choose the social worker who follows the person."))
    if basis not in rules.BASES_OF_MISSED:
        raise Refused(_("Choose a legal basis that the IV has towards social assistance."))
    if not measure.strip() or not text.strip():
        raise Refused(_("Say in which measure or clarification and what happened, and nothing more."))
    dossier = lock(case.dossier_id)
    what: dict[str, Any] = {
        "dossier": dossier,
        "basis": basis,
        "purpose": purpose,
        "form": DisclosureForm.WRITTEN,
        "categories": DataCategory.ADMINISTRATIVE.bit,
    }
    if basis == CONSENT:
        line = consent_naming(acting, dossier, recipient.institution_id)
        if line is None or not line.categories & DataCategory.ADMINISTRATIVE.bit:
            raise Refused(_("No valid consent lets this institution read it: choose another legal basis."))
        keep_disclosure(acting, recipient_id=recipient.institution_id, consent=line.consent, **what)
    else:
        record_disclosure(acting, recipient=recipient.institution, confirmed=confirmed, **what)
    notice = CooperationNotice.objects.create(
        dossier=dossier,
        kind=kind,
        measure=measure.strip(),
        text=text.strip(),
        language=(translation.get_language() or "de")[:2],
        giver_id=acting.own_institution_id,
        giver_staff_id=acting.own_staff_id,
        receiver_id=recipient.institution_id,
        receiver_staff=recipient,
    )
    record(
        acting,
        kind=RecordKind.DISCLOSE,
        act=Act.NOTICE_GIVEN,
        dossier_id=dossier.pk,
        about=("cooperationnotice", notice.pk),
        recipients=[recipient.institution_id],
        legal_basis=basis,
    )
    notify_staff(acting, staff_ids=[recipient.pk], act=Act.NOTICE_GIVEN, dossier=dossier)
    return notice


def _ask(acting: Acting, case: Case, proposal: Proposal) -> Handover:
    """Create the request with its message, and record the identity it reveals as a disclosure."""
    dossier = case.dossier
    line = consent_naming(acting, dossier, proposal.receiver.pk)
    consent = line.consent if line else None
    categories = rules.categories_for(proposal.categories, line.categories if line else None)
    rules.check_can_propose(
        level=case.level,
        is_open=case.is_open,
        own_institution=proposal.receiver.pk == acting.own_institution_id,
        is_pending=pending_handover(dossier.pk) is not None,
        agrees=proposal.agrees or consent is not None,
        categories=categories,
        overlap_until=proposal.overlap_until,
        on=acting.today,
    )
    if proposal.staff is not None and proposal.staff.institution_id != proposal.receiver.pk:
        raise Refused(_("Choose somebody who works for the institution that is asked."))
    decision = ask_decision(
        acting,
        dossier=dossier,
        kind=HANDOVER if proposal.answers.constellation is Constellation.HANDS_OVER else CONTACT,
        addressed_id=proposal.receiver.pk,
        addressed_staff_id=proposal.staff.pk if proposal.staff else None,
        due_on=proposal.due_on,
        region_id=case.region_id,
    )
    handover = Handover.objects.create(
        dossier=dossier,
        decision=decision,
        sender_id=acting.own_institution_id,
        sender_staff_id=acting.own_staff_id,
        receiver=proposal.receiver,
        office=proposal.office,
        receiver_staff=proposal.staff,
        constellation=proposal.answers.constellation,
        between=proposal.answers.between,
        category=proposal.category,
        message=proposal.message.strip(),
        language=(translation.get_language() or "de")[:2],
        basis=CONSENT if consent else HAND_OVER,
        consent=consent,
        categories=categories,
        overlap_until=proposal.overlap_until,
        proposed_on=acting.today,
    )
    _disclose(
        acting,
        handover,
        dossier,
        purpose=_("Proposed hand-over: who the person is, and what it is about")
        if handover.is_direct
        else _("Contact: who the person is, and what it is about"),
        form=DisclosureForm.WRITTEN,
        categories=DataCategory.IDENTITY.bit | (proposal.category.bit if handover.message else 0),
        consent=consent,
    )
    _record_event(acting, handover, dossier, _act_of_request(handover))
    return handover


def _act_of_request(handover: Handover) -> Act:
    """Contacting a worker and sending coordinates are two facts, and a hand-over is a third."""
    if handover.is_direct:
        return Act.PROPOSED
    return Act.CONTACTED if handover.receiver_staff_id else Act.COORDINATES_SENT


def _store_facts(acting: Acting, case: Case, proposal: Proposal) -> None:
    """Store the facts that are new, and complete the work items they settle."""
    known = every_fact(case.pk)
    for fact, value in proposal.known.items():
        if known.get(fact) != value or fact in known.earlier:
            remark = proposal.remarks.get(fact, "")
            is_stated = fact in proposal.facts
            store_fact(acting, dossier=case.dossier, fact=fact, value=value, remark=remark, is_stated=is_stated)
    follow_procedure(acting, dossier=case.dossier)


def _advance(acting: Acting, case: Case, proposal: Proposal) -> None:
    """Move the case to the phase that the constellation selects, if there is one."""
    place = position_for(course_of(case.pk), None)
    if place is None:
        return
    guide = guide_for(*place, every_fact(case.pk), on=acting.today)
    if guide is not None:
        advance_case(acting, case=case, to=guide.next_phase.id, reason=proposal.reason)


def _disclose_access(acting: Acting, handover: Handover, dossier: Dossier, responsible: Appointment) -> None:
    """Record the access given by the sender as a disclosure, by whoever accepted."""
    until = handover.access_until
    consent = Consent.objects.filter(pk=handover.consent_id).first() if handover.consent_id else None
    _disclose(
        acting,
        handover,
        dossier,
        purpose=_("Accepted hand-over") if handover.is_direct else _("Both institutions follow the person"),
        form=DisclosureForm.ACCESS,
        categories=handover.categories,
        consent=consent,
        recipient_staff=responsible,
        # Unlimited access has no last day; a period ends at midnight after its last day.
        access_until=None if until is None or handover.is_direct else timezone.localdate(until - timedelta(seconds=1)),
    )


def _disclose(acting: Acting, handover: Handover, dossier: Dossier, **fields: object) -> None:
    keep_disclosure(
        acting,
        dossier=dossier,
        basis=handover.basis,
        giver_id=handover.sender_id,
        giver_staff_id=handover.sender_staff_id,
        recipient_id=handover.receiver_id,
        **fields,
    )


def _case_of(decision: Decision) -> Dossier:
    """Return the case with id and number only: whoever declines may not open it."""
    return Dossier(pk=decision.dossier_id, number=decision.case_number)


def _record_event(acting: Acting, handover: Handover, dossier: Dossier, act: Act, text: str = "") -> None:
    record_event(
        acting,
        dossier=dossier,
        kind=RecordKind.CHANGE,
        act=act,
        about=(HANDOVER, handover.pk),
        text=text,
        recipients=[handover.receiver_id],
        legal_basis=handover.basis,
        details={"constellation": handover.constellation, "between": handover.between},
    )
