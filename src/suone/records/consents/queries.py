"""The consents and disclosures of a case, and which cases run without a valid consent."""

from collections.abc import Sequence

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils import timezone

from suone.ground.access.acting import Acting
from suone.organisation.appointments.models import Appointment
from suone.records.consents.consent_form import ConsentFormData, FormPerson, FormRecipient
from suone.records.consents.models import Consent, ConsentRecipient, Disclosure
from suone.records.consents.rules import State
from suone.records.consents.terms import ConsentTerms
from suone.records.dossiers.models import ContactDetail, Dossier
from suone.records.dossiers.queries import contacts_of_person, particulars_of
from suone.records.persons import ahv


def consents_of(acting: Acting, dossier: Dossier) -> list[Consent]:
    """The consents of a case, newest first, with their recipients."""
    recipients = ConsentRecipient.objects.select_related("institution", "staff").order_by("institution__code")
    consents = Consent.objects.readable_by(acting).filter(dossier=dossier).order_by("-pk")
    return list(
        consents.select_related("recorded_by", "recorded_institution", "document").prefetch_related(
            Prefetch("recipients", recipients)
        )
    )


def other_live_consents(acting: Acting, chain: Sequence[Consent]) -> list[Consent]:
    """The other consents of the case that are or will be valid, and that withdrawing this chain leaves in force."""
    standing = (State.VALID, State.PLANNED)
    others = consents_of(acting, chain[0].dossier)
    return [other for other in others if other not in chain and other.state(acting.today) in standing]


def readable_consent(acting: Acting, dossier_id: int, consent_id: int) -> Consent:
    """A consent of a case that the acting person may open; raises ``Http404`` for any other."""
    consent = (
        Consent.objects.readable_by(acting)
        .filter(dossier_id=dossier_id, pk=consent_id)
        .select_related("dossier")
        .prefetch_related("recipients__institution", "recipients__staff")
        .first()
    )
    if consent is None:
        raise Http404
    return consent


def chain_of(acting: Acting, consent: Consent) -> list[Consent]:
    """What a withdrawal ends: the consent, and all earlier and later renewals that are not over."""
    there = {found.pk: found for found in consents_of(acting, consent.dossier)}
    chain, waiting = {consent.pk}, [consent.pk]
    while waiting:
        pk = waiting.pop()
        near = {other.pk for other in there.values() if other.renews_id == pk}
        near |= {there[pk].renews_id or pk}
        waiting += sorted(near - chain)
        chain |= near
    running = (State.PLANNED, State.VALID)
    return [there[pk] for pk in sorted(chain) if pk == consent.pk or there[pk].state(acting.today) in running]


def disclosures_of(acting: Acting, dossier: Dossier) -> list[Disclosure]:
    """The disclosures of a case, newest first."""
    disclosures = Disclosure.objects.readable_by(acting).filter(dossier=dossier).order_by("-pk")
    return list(disclosures.select_related("giver", "giver_staff", "recipient", "recipient_staff", "informed_by"))


def readable_disclosure(acting: Acting, dossier_id: int, disclosure_id: int) -> Disclosure:
    """A disclosure of a case that the acting person may open; raises ``Http404`` for any other."""
    disclosure = (
        Disclosure.objects.readable_by(acting)
        .filter(dossier_id=dossier_id, pk=disclosure_id)
        .select_related("dossier")
        .first()
    )
    if disclosure is None:
        raise Http404
    return disclosure


def current_consent(acting: Acting, dossier: Dossier) -> Consent | None:
    """The valid consent of the case with the latest end; None without one."""
    return valid_consents(acting).filter(dossier=dossier).order_by("-valid_until").first()


def valid_consents(acting: Acting) -> QuerySet[Consent]:
    """The consents that are valid today, in cases open to the acting person."""
    return Consent.objects.readable_by(acting).valid(on=acting.today)


def form_person_of(acting: Acting, dossier: Dossier) -> FormPerson:
    """The person of a case file, as the printed form names them; ``Http404`` if their identity may not be read."""
    person = particulars_of(acting, dossier.pk)
    if person is None:
        raise Http404
    addresses = contacts_of_person(dossier.pk)[ContactDetail.Kind.ADDRESS]
    return FormPerson(
        name=person.full_name,
        born_on=str(person.birth or ""),
        ahv_number=ahv.formatted(person.ahv_number) if person.ahv_number else "",
        address=", ".join(part for part in (*addresses[:1], person.commune) if part),
    )


def form_data_of(
    acting: Acting,
    *,
    person: FormPerson,
    terms: ConsentTerms,
    recipients: Sequence[FormRecipient],
    version: str,
    case_number: str = "",
) -> ConsentFormData:
    """What is filled into the printed form, with the terms as typed so far."""
    worker = Appointment.objects.select_related("institution").get(pk=acting.own_staff_id)
    return ConsentFormData(
        case_number=case_number,
        issuer=worker.institution.name,
        contact=" ".join(part for part in (worker.full_name, worker.phone) if part),
        person=person,
        purpose=terms.purpose,
        recipients=recipients,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        printed_at=timezone.localtime(),
        template_version=version,
        representative=terms.grantor_name,
        worker=worker.full_name,
        is_recurring=terms.is_recurring,
        oral_allowed=terms.oral_allowed,
    )
