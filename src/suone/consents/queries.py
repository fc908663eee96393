"""The consents and disclosures of a case, and which cases run without a valid consent."""

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from suone.access.acting import Acting
from suone.consents.models import Consent, ConsentRecipient, Disclosure
from suone.dossiers.models import Dossier


def consents_of(acting: Acting, dossier: Dossier) -> list[Consent]:
    """Newest first, with their recipients."""
    recipients = ConsentRecipient.objects.select_related("institution", "staff").order_by("institution__code")
    consents = Consent.objects.readable_by(acting).filter(dossier=dossier).order_by("-pk")
    return list(
        consents.select_related("recorded_by", "recorded_institution", "document").prefetch_related(
            Prefetch("recipients", recipients)
        )
    )


def readable_consent(acting: Acting, dossier_id: int, consent_id: int) -> Consent:
    consent = (
        Consent.objects.readable_by(acting)
        .filter(dossier_id=dossier_id, pk=consent_id)
        .select_related("dossier__person")
        .prefetch_related("recipients__institution", "recipients__staff")
        .first()
    )
    if consent is None:
        raise Http404
    return consent


def disclosures_of(acting: Acting, dossier: Dossier) -> list[Disclosure]:
    """Newest first."""
    disclosures = Disclosure.objects.readable_by(acting).filter(dossier=dossier).order_by("-pk")
    return list(disclosures.select_related("giver", "giver_staff", "recipient", "recipient_staff", "informed_by"))


def readable_disclosure(acting: Acting, dossier_id: int, disclosure_id: int) -> Disclosure:
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
    """The valid consent of the case that runs longest."""
    return valid_consents(acting).filter(dossier=dossier).order_by("-valid_until").first()


def valid_consents(acting: Acting) -> QuerySet[Consent]:
    """The consents that are valid today, in cases open to the acting person."""
    return Consent.objects.readable_by(acting).filter(
        withdrawn_at=None, valid_from__lte=acting.today, valid_until__gte=acting.today
    )
