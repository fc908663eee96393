"""Consents and disclosures: every act opens and ends grants in its own transaction."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from suone.ground.access.acting import Acting
from suone.ground.access.categories import Power, categories_in
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.ground.web.fields import months_after
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.consents import rules
from suone.records.consents.acts import Act
from suone.records.consents.consent_form import FormPerson, FormRecipient, consent_form_pdf
from suone.records.consents.legal_bases import BY_ACTS, CONSENT, legal_basis
from suone.records.consents.models import Consent, ConsentRecipient, Disclosure, DisclosureForm, Grantor
from suone.records.consents.queries import form_data_of, form_person_of
from suone.records.consents.terms import ConsentTerms, ScopeLine
from suone.records.documents.models import Document
from suone.records.dossiers.audience import Audience, audience_of
from suone.records.dossiers.models import Dossier, OpeningAct
from suone.records.dossiers.queries import has_power, institutions_with_access, readable_categories, receiver_of
from suone.records.dossiers.services import call, end_unfounded_grants, lock, open_grants, record_event
from suone.records.inbox.services import notify_institutions, notify_staff
from suone.records.representation.services import check_signature
from suone.records.workitems.rules import warning_due
from suone.records.workitems.services import add_work_item, close_items_about

TEMPLATE_VERSION = "2026-1"
_DAYS_TO_INFORM = 30


def sign_consent(
    acting: Acting,
    *,
    dossier: Dossier,
    terms: ConsentTerms,
    scope: Sequence[ScopeLine],
    document: Document | None = None,
    renews: Consent | None = None,
    authority: str = "",
) -> Consent:
    """Let the recipients read these categories of the case in this period.

    Each recipient gets a grant and a disclosure record; the IIZ office may open the case to others, everybody else may
    read and contribute. ``authority`` names who appointed a guardian that is not recorded yet. Raises ``Refused`` if the
    acting institution does not lead the case, the terms break a rule, or the signatory may not sign for the person.
    """
    rules.check_can_sign(
        recipients=[_recipient(line) for line in scope],
        purpose=terms.purpose,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        signed_on=terms.signed_on,
        on=acting.today,
    )
    months = settings.CONSENT_AT_MOST_MONTHS
    rules.check_not_too_long(
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        latest_from=_same_day_after(terms.signed_on, months),
        latest=_same_day_after(terms.valid_from, months),
        months=months,
    )
    lock(dossier.pk)
    if not has_power(acting, dossier, Power.LEAD):
        raise Refused(_("Only institutions that lead the case can do this: ask the lead."))
    check_signature(
        acting,
        dossier=dossier,
        on=terms.signed_on,
        representative=terms.grantor_name if terms.grantor == Grantor.REPRESENTATIVE else "",
        authority=authority,
    )
    consent = Consent.objects.create(
        dossier=dossier,
        document=document,
        renews=renews,
        template_version=TEMPLATE_VERSION,
        recorded_by_id=acting.staff_id,
        recorded_institution_id=acting.institution_id,
        **{name: getattr(terms, name) for name in ConsentTerms.__slots__},
    )
    for line in scope:
        _keep_line(acting, consent, line)
    open_grants(acting, dossier=dossier, act=OpeningAct.CONSENT, act_id=consent.pk)
    act = Act.RENEWED if renews else Act.SIGNED
    institutions = [line.institution.pk for line in scope]
    record_event(
        acting,
        dossier=dossier,
        kind=RecordKind.STORE,
        act=act,
        about=("consent", consent.pk),
        recipients=institutions,
        legal_basis=CONSENT,
    )
    if renews:
        close_items_about(acting, dossier=dossier, about=("consent", renews.pk))
    notify_institutions(acting, institution_ids=institutions, act=act, dossier=dossier)
    return consent


def print_form(acting: Acting, *, dossier: Dossier, terms: ConsentTerms, scope: Sequence[ScopeLine]) -> bytes:
    """The consent form to print and sign, as a PDF in the language of the terms; printing is logged."""
    data = form_data_of(
        acting,
        person=form_person_of(acting, dossier),
        terms=terms,
        recipients=_on_paper(scope),
        version=TEMPLATE_VERSION,
        case_number=dossier.number,
    )
    record(
        acting,
        kind=RecordKind.PRINT,
        act=Act.FORM_PRINTED,
        dossier_id=dossier.pk,
        person_id=dossier.person_id,
    )
    return consent_form_pdf(data, terms.language)


def print_form_before(acting: Acting, *, person: FormPerson, terms: ConsentTerms, scope: Sequence[ScopeLine]) -> bytes:
    """The consent form before its case exists; the log records the printing without a case."""
    data = form_data_of(acting, person=person, terms=terms, recipients=_on_paper(scope), version=TEMPLATE_VERSION)
    record(acting, kind=RecordKind.PRINT, act=Act.FORM_PRINTED)
    return consent_form_pdf(data, terms.language)


def end_consents(acting: Acting, *, dossier: Dossier) -> None:
    """End all consents of a case at once, because the person has died; lead and notifier learn who is shut out by that."""
    lock(dossier.pk)
    audience = audience_of(dossier.pk)
    for consent in Consent.objects.filter(dossier=dossier, withdrawn_at=None, valid_until__gte=acting.today):
        _withdraw(acting, consent, Act.ENDED_BY_DEATH)
    _close_beyond(acting, dossier, audience)


def withdraw_consent(acting: Acting, *, consent: Consent) -> None:
    """Withdraw a consent with all its renewals; the access they opened ends at once.

    If an institution named in the case loses access, the lead and the notifier are notified. Raises ``Refused`` if the
    consent was withdrawn before.
    """
    lock(consent.dossier_id)
    audience = audience_of(consent.dossier_id)
    if not _withdraw(acting, consent, Act.WITHDRAWN):
        raise Refused(_("This consent has already been withdrawn."))
    _close_beyond(acting, consent.dossier, audience)


def _close_beyond(acting: Acting, dossier: Dossier, audience: Audience) -> None:
    """End what is no longer allowed; last of all, since it may close the case to the acting institution itself."""
    _notify_of_closed_access(acting, dossier, audience, end_unfounded_grants(acting, dossier=dossier))


def _notify_of_closed_access(acting: Acting, dossier: Dossier, audience: Audience, closed_to: set[int]) -> None:
    """Notify lead and notifier if an institution named in the case is among those that can no longer open it."""
    shut_out = closed_to & audience.institution_ids
    if not shut_out:
        return
    lead = Appointment.objects.get(pk=audience.lead_id) if audience.lead_id else None
    if lead is not None:
        act = Act.LEAD_SHUT_OUT if lead.institution_id in shut_out else Act.PARTNER_SHUT_OUT
        notify_staff(acting, staff_ids=[lead.pk], act=act, dossier=dossier)
    if audience.notifier_id != audience.lead_id:
        notify_staff(acting, staff_ids=[audience.notifier_id], act=Act.NOTIFIER_INFORMED, dossier=dossier)


def _withdraw(acting: Acting, consent: Consent, act: Act) -> bool:
    """Withdraw a consent with its renewals and notify the recipients; whether any of them was still in force."""
    withdrawn: list[int] = call("consents_withdraw", consent.pk)
    dossier = consent.dossier
    notified: set[int] = set()
    may_tick_off = has_power(acting, dossier, Power.WRITE)  # not possible with power to read only
    for pk in withdrawn:
        recipients = ConsentRecipient.objects.filter(consent_id=pk).values_list("institution_id", flat=True)
        institutions = sorted(set(recipients))
        notified.update(institutions)
        record_event(
            acting,
            dossier=dossier,
            kind=RecordKind.CHANGE,
            act=act,
            about=("consent", pk),
            recipients=institutions,
        )
        if may_tick_off:
            close_items_about(acting, dossier=dossier, about=("consent", pk))
    notify_institutions(acting, institution_ids=sorted(notified), act=act, dossier=dossier)
    return bool(withdrawn)


def narrow_consent(acting: Acting, *, recipient: ConsentRecipient, categories: int) -> None:
    """Narrow a consent to these categories (a bit mask) for one recipient, in its renewals too; 0 removes all access.

    If an institution named in the case loses access, the lead and the notifier are notified. Raises ``Refused`` if the mask
    adds categories or changes nothing, or if the consent is over.
    """
    consent = recipient.consent
    lock(consent.dossier_id)
    audience = audience_of(consent.dossier_id)
    rules.check_can_narrow(now=recipient.categories, then=categories)
    if consent.state(acting.today) not in (rules.State.VALID, rules.State.PLANNED):
        raise Refused(_("Only a valid consent can be narrowed."))
    call("consents_narrow", recipient.pk, categories)
    record_event(
        acting,
        dossier=consent.dossier,
        kind=RecordKind.CHANGE,
        act=Act.NARROWED,
        about=("consent", consent.pk),
        recipients=[recipient.institution_id],
        details={"categories": categories},
    )
    notify_institutions(acting, institution_ids=[recipient.institution_id], act=Act.NARROWED, dossier=consent.dossier)
    _close_beyond(acting, consent.dossier, audience)


def record_disclosure(
    acting: Acting,
    *,
    dossier: Dossier,
    basis: str,
    purpose: str,
    form: DisclosureForm,
    recipient: Institution,
    categories: int,
    confirmed: Sequence[str],
    access_until: date | None = None,
) -> Disclosure:
    """Record a disclosure to another institution on a legal basis other than consent.

    ``basis`` is a code of ``legal_bases.toml``, ``categories`` a bit mask, ``confirmed`` the codes of the conditions. In
    the form of access, a grant opens until ``access_until``, at most the canton's number of months ahead. A legal basis
    with a duty to inform adds a work item. Raises ``Refused`` if a condition is not confirmed, the acting person may not
    read a category, or access is given by an institution that does not lead the case.
    """
    ground = legal_basis(basis)
    if ground is None or basis in BY_ACTS:
        raise Refused(_("Choose one of the legal bases."))
    if rules.missing_conditions(wanted=[c.code for c in ground.conditions], confirmed=confirmed):
        raise Refused(
            _("Confirm every condition of the legal basis; if one does not hold, ask the person for a consent.")
        )
    if form is DisclosureForm.ORAL and not ground.oral:
        raise Refused(_("This legal basis does not allow it by word of mouth."))
    if form is DisclosureForm.ACCESS and (access_until is None or access_until < acting.today):
        raise Refused(_("Say until which day the recipient may open the case."))
    if form is DisclosureForm.ACCESS and access_until is not None:
        months = settings.ACCESS_AT_MOST_MONTHS
        rules.check_access_not_too_long(until=access_until, latest=_same_day_after(acting.today, months), months=months)
    if form is DisclosureForm.ACCESS and not has_power(acting, dossier, Power.LEAD):
        raise Refused(_("Only institutions that lead the case can do this: ask the lead."))
    rules.check_can_sign(
        recipients=[rules.Recipient(recipient.pk, None, categories)],
        purpose=purpose,
        valid_from=acting.today,
        valid_until=access_until or acting.today,
        signed_on=acting.today,
        on=acting.today,
    )
    rules.check_can_pass_on(passed=categories_in(categories), readable=readable_categories(acting, dossier))
    disclosure = keep_disclosure(
        acting,
        dossier=dossier,
        basis=basis,
        purpose=purpose,
        form=form,
        recipient_id=recipient.pk,
        categories=categories,
        conditions=list(confirmed),
        access_until=access_until,
        inform_until=acting.today + timedelta(days=_DAYS_TO_INFORM) if ground.duty_to_inform else None,
    )
    if form is DisclosureForm.ACCESS and access_until is not None:
        open_grants(acting, dossier=dossier, act=OpeningAct.DISCLOSURE, act_id=disclosure.pk)
    if disclosure.inform_until:
        add_work_item(
            acting,
            dossier=dossier,
            title=gettext_noop("Inform the person that data were exchanged, and which"),
            is_own_words=False,
            due_on=disclosure.inform_until,
            addressed_id=disclosure.giver_id,
            about=("disclosure", disclosure.pk),
            settled_by="person_informed",
        )
    return disclosure


def record_person_informed(acting: Acting, *, disclosure: Disclosure) -> None:
    """Record that the person was informed of a disclosure, which completes its work item.

    Raises ``Refused`` if that was recorded before.
    """
    done = Disclosure.objects.filter(pk=disclosure.pk, informed_at=None).update(
        informed_at=timezone.now(), informed_by_id=acting.staff_id
    )
    if not done:
        raise Refused(_("The person has already been informed."))
    record_event(
        acting,
        dossier=disclosure.dossier,
        kind=RecordKind.CHANGE,
        act=Act.PERSON_INFORMED,
        about=("disclosure", disclosure.pk),
    )
    close_items_about(acting, dossier=disclosure.dossier, about=("disclosure", disclosure.pk))


def warn_and_expire(acting: Acting) -> tuple[int, int]:
    """Send due warnings and record expiries, as a job; returns how many warnings and how many expiries.

    Access itself ends by the database's clock and needs no job. Lead and notifier of a case are notified, once a run, if
    an institution named in it can no longer open it.
    """
    warned = expired = 0
    cases: dict[Dossier, set[int]] = {}
    running = Consent.objects.filter(withdrawn_at=None, expiry_notified_at=None).select_related("dossier")
    replaced = Consent.objects.filter(renews__isnull=False, withdrawn_at=None).values("renews_id")
    for consent in running.filter(valid_until__gte=acting.today).exclude(pk__in=replaced):
        step = warning_due(
            valid_until=consent.valid_until,
            on=acting.today,
            warn_days=settings.CONSENT_WARNING_DAYS,
            warned=consent.warned_days,
        )
        if step is not None:
            _warn(acting, consent, step)
            warned += 1
    for consent in running.filter(valid_until__lt=acting.today):
        Consent.objects.filter(pk=consent.pk).update(expiry_notified_at=timezone.now())
        record_event(
            acting, dossier=consent.dossier, kind=RecordKind.CHANGE, act=Act.EXPIRED, about=("consent", consent.pk)
        )
        _notify_renewing_institutions(acting, consent, Act.EXPIRED)
        could_open = ConsentRecipient.objects.filter(consent=consent).exclude(categories=0)
        cases.setdefault(consent.dossier, set()).update(could_open.values_list("institution_id", flat=True))
        expired += 1
    for dossier, institutions in cases.items():
        closed_to = institutions - institutions_with_access(dossier)
        _notify_of_closed_access(acting, dossier, audience_of(dossier.pk), closed_to)
    return warned, expired


def _warn(acting: Acting, consent: Consent, step: int) -> None:
    first = consent.warned_days is None
    Consent.objects.filter(pk=consent.pk).update(warned_days=step)
    record_event(
        acting, dossier=consent.dossier, kind=RecordKind.CHANGE, act=Act.EXPIRES_SOON, about=("consent", consent.pk)
    )
    _notify_renewing_institutions(acting, consent, Act.EXPIRES_SOON)
    if first and consent.recorded_institution_id:
        add_work_item(
            acting,
            dossier=consent.dossier,
            title=gettext_noop("Renew the consent"),
            is_own_words=False,
            due_on=consent.valid_until,
            addressed_id=consent.recorded_institution_id,
            assigned=consent.recorded_by,
            about=("consent", consent.pk),
            settled_by="consent_renewed",
        )


def _notify_renewing_institutions(acting: Acting, consent: Consent, act: Act) -> None:
    concerned = {consent.recorded_institution_id, receiver_of(consent.dossier).pk} - {None}
    notify_institutions(
        acting, institution_ids=[pk for pk in concerned if pk is not None], act=act, dossier=consent.dossier
    )


def _keep_line(acting: Acting, consent: Consent, line: ScopeLine) -> None:
    ConsentRecipient.objects.create(
        consent=consent,
        dossier=consent.dossier,
        institution=line.institution,
        staff=line.staff,
        signed_categories=line.categories,
        categories=line.categories,
    )
    if line.institution.pk != acting.institution_id:
        keep_disclosure(
            acting,
            dossier=consent.dossier,
            basis=CONSENT,
            purpose=consent.purpose,
            form=DisclosureForm.ACCESS,
            recipient_id=line.institution.pk,
            recipient_staff=line.staff,
            categories=line.categories,
            consent=consent,
            access_until=consent.valid_until,
        )


def keep_disclosure(acting: Acting, **fields: object) -> Disclosure:
    """Record a disclosure for an act that implies one, such as a consent or an accepted hand-over.

    ``fields`` are those of ``Disclosure``. The giver is the acting person unless named otherwise: accepting a hand-over
    records what the sender gave.
    """
    giver: dict[str, object] = {"giver_id": acting.own_institution_id, "giver_staff_id": acting.staff_id}
    disclosure: Disclosure = Disclosure.objects.create(**giver | fields)
    entry: dict[str, Any] = {
        "kind": RecordKind.DISCLOSE,
        "act": Act.DISCLOSED,
        "about": ("disclosure", disclosure.pk),
        "recipients": [disclosure.recipient_id],
        "legal_basis": disclosure.basis,
        "details": {"categories": disclosure.categories, "form": disclosure.form},
    }
    if disclosure.basis == CONSENT:
        # The timeline shows the consent itself; one more line per recipient would bury it.
        record(acting, dossier_id=disclosure.dossier_id, person_id=disclosure.dossier.person_id, **entry)
    else:
        record_event(acting, dossier=disclosure.dossier, **entry)
    return disclosure


def _same_day_after(day: date, months: int) -> date:
    return months_after(day, months) + timedelta(days=1)


def _on_paper(scope: Sequence[ScopeLine]) -> list[FormRecipient]:
    return [
        FormRecipient(line.institution.name, line.categories, line.staff.full_name if line.staff else "")
        for line in scope
    ]


def _recipient(line: ScopeLine) -> rules.Recipient:
    return rules.Recipient(
        institution_id=line.institution.pk,
        staff_id=line.staff.pk if line.staff else None,
        categories=line.categories,
        is_medical_officer=line.staff is not None and Role.MEDICAL_OFFICER in line.staff.roles_on(timezone.localdate()),
    )
