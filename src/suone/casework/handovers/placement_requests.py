"""The request for job placement that a person writes before social assistance refers them to the IV once more (agreement SMZ–IV, no. 1)."""

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from suone.canton.procedures.facts import Fact, word
from suone.casework.cases.models import Case
from suone.casework.handovers.queries import asks_for_placement_request, is_social_assistance, partner_in
from suone.casework.handovers.rules import GIVER_OF_MISSED
from suone.casework.leading.services import follow_procedure
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.organisation.institutions.models import Institution
from suone.records.documents.models import Document, DocumentKind
from suone.records.documents.services import keep_document
from suone.records.documents.typeset import Frame, typeset
from suone.records.dossiers.queries import contacts_of_person, particulars_of
from suone.records.dossiers.services import lock
from suone.records.persons.ahv import formatted
from suone.records.workitems.services import settle_waiting

if TYPE_CHECKING:
    from suone.records.dossiers.queries import Known

_HERE = Path(__file__).parent
_VERSION = "2026-1"


def keep_placement_request(acting: Acting, *, case: Case, name: str, data: bytes) -> Document:
    """Keep what the person has written as a document of the case; while it is there the procedure counts it as written.

    Whoever reads data on employment reads it. Raises ``Refused`` for anybody but social assistance, in a case whose
    procedure asks for none, in a closed case, and for a file that is not accepted.
    """
    if not is_social_assistance(acting):
        raise Refused(_("Social assistance adds the request: it refers the person to the IV once more."))
    if not asks_for_placement_request(case):
        raise Refused(_("The procedure of this case asks for no such request: add it as a document."))
    dossier = lock(case.dossier_id)
    if not Case.objects.get(pk=case.pk).is_open:
        raise Refused(_("This case is closed: reopen it first."))
    document = keep_document(
        acting,
        dossier=dossier,
        name=name,
        data=data,
        title=gettext_noop("Request for job placement, written by the person"),
        category=word(Fact.WRITTEN_REQUEST).category,
        kind=DocumentKind.PLACEMENT_REQUEST,
        is_own_words=False,
    )
    settle_waiting(acting, dossier=dossier, by=Fact.WRITTEN_REQUEST)
    follow_procedure(acting, dossier=dossier)
    return document


def placement_request_pdf(acting: Acting, case: Case) -> bytes:
    """Return the form on which the person writes the request, as a PDF in their language, else in German.

    It holds who writes to whom, as far as the person printing may read it, and lines to write on: the words are the person's.
    """
    known = particulars_of(acting, case.pk)
    language = known.language if known else "de"
    words = _words(language)
    frame = Frame(
        title=words["title"],
        issuer=acting.institution_name,
        reference=case.dossier.number,
        version=_VERSION,
        printed_at=timezone.localtime(),
    )
    with translation.override(language):
        letter = {"sender": _sender(case, known, words), "receiver": _receiver(acting, case)}
    layout = (_HERE / "typst" / "placement_request.typ").read_text()
    return typeset(layout, {"words": words, "letter": letter}, language, frame=frame)


@cache
def _words(language: str) -> dict[str, Any]:
    text = (_HERE / "templates" / f"placement_request-{_VERSION}.toml").read_text()
    words: dict[str, Any] = tomllib.loads(text)[language]
    return words


def _sender(case: Case, known: "Known | None", words: dict[str, Any]) -> list[str]:
    """Name, address and AHV number, as far as they are known and readable."""
    if known is None:
        return []
    addresses = contacts_of_person(case.pk)["address"][:1]
    number = [f"{words['ahv_number']} {formatted(known.ahv_number)}"] if known.ahv_number else []
    return [known.full_name, *addresses, *number]


def _receiver(acting: Acting, case: Case) -> list[str]:
    """The office of the IV for the region of the case, from the directory."""
    iv = Institution.objects.filter(kind=GIVER_OF_MISSED).order_by("code").first()
    if iv is None:
        return []
    office = partner_in(iv, case.region, on=acting.today).office
    return [iv.name, *([office.address] if office and office.address else [])]
