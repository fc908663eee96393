"""Publishing procedures, and their texts in the reader's language."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from suone.canton.procedures.acts import Act
from suone.canton.procedures.facts import CODES, Fact, Scalar, Shape, word
from suone.canton.procedures.loading import read_procedure
from suone.canton.procedures.models import ProcedureVersion, VersionState, digest
from suone.canton.procedures.rules import Origin
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record

_YEARS = 24  # what the schema allows a deadline to take: ten years in months, ten in days, and 500 working days


def publish(acting: Acting, *, text: str, source: str) -> ProcedureVersion:
    """Publish a procedure: new cases begin with this version from its ``valid_from`` on.

    ``source`` names the file in messages; publishing the same text again changes nothing. Raises ``BrokenFile`` for
    an invalid file, and ``Refused`` if the version exists with another text.
    """
    procedure = read_procedure(text, source)
    known = ProcedureVersion.objects.filter(identifier=procedure.identifier, version=procedure.version).first()
    if known is not None and known.sha256 == digest(text):
        return known
    try:
        with transaction.atomic():
            version = ProcedureVersion.objects.create(
                identifier=procedure.identifier,
                version=procedure.version,
                canton=procedure.canton,
                receives=procedure.receiver.kind if procedure.receiver else "",
                text=text,
                sha256=digest(text),
                valid_from=procedure.valid_from,
                valid_until=procedure.valid_until,
            )
    except IntegrityError as error:
        raise Refused(
            _("%(source)s: version %(version)s is published with another text. Give the changed file a new version.")
            % {"source": source, "version": procedure.version}
        ) from error
    record(acting, kind=RecordKind.STORE, act=Act.PUBLISHED, about=("procedure", version.pk))
    return version


def retire(acting: Acting, *, version: ProcedureVersion) -> None:
    """Retire a version: no new case begins with it, and running cases stay on it."""
    ProcedureVersion.objects.filter(pk=version.pk).update(state=VersionState.RETIRED)
    record(acting, kind=RecordKind.CHANGE, act=Act.RETIRED, about=("procedure", version.pk))


def sentence_of(fact: Fact, value: Scalar | None) -> str:
    """A fact with its value, as a line to show."""
    return _("%(fact)s: %(value)s") % {"fact": fact.label, "value": said_of(fact, value)}


def said_of(fact: Fact, value: Scalar | None) -> str:
    """The value of a fact in words."""
    if value is None:
        return "–"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    shape = word(fact).shape
    if shape is Shape.CHOICE:
        return str(CODES[fact].get(str(value), value))
    if shape is Shape.YES:
        return _("yes") if value else _("no")
    return str(value)


def origin_in_words(origin: Origin, law: str = "") -> str:
    """Where a statement comes from, for the page: article and place in the source, or that the product proposes it."""
    if origin.is_default:
        return _("default of this product")
    return "; ".join(filter(None, (law, origin.source)))


def in_language(texts: Mapping[str, str]) -> str:
    """A text of a procedure in the reader's language, or else in German."""
    return texts.get((get_language() or "de")[:2], texts["de"])


@cache
def holidays_of(canton: str, year: int) -> frozenset[date]:
    """The public holidays of a canton from this year to the last in which a deadline set now can end."""
    import holidays  # late: it brings the calendars of every country

    return frozenset(holidays.country_holidays("CH", subdiv=canton, years=range(year, year + _YEARS)))
