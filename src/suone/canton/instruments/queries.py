"""Looking up which version of an instrument is in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from suone.canton.instruments.models import InstrumentVersion, Origin
from suone.canton.instruments.rules import Band, Instrument, Item, answer_text, format_number, text_in


def versions_in_force(identifiers: Iterable[str] | None = None) -> dict[str, InstrumentVersion]:
    """The version of each instrument for new answers: the canton's newest own version, or else the newest shipped one.

    ``identifiers`` limits the lookup to these instruments.
    """
    versions = InstrumentVersion.objects.filter(is_retired=False).defer("text")
    if identifiers is not None:
        versions = versions.filter(identifier__in=list(identifiers))
    found: dict[str, InstrumentVersion] = {}
    for version in versions.order_by("identifier", "pk"):
        before = found.get(version.identifier)
        if before is None or before.origin != Origin.OWN or version.origin == Origin.OWN:
            found[version.identifier] = version
    return found


def version_in_force(identifier: str) -> InstrumentVersion | None:
    """The version of this instrument for new answers; None if every version is retired, or there is none."""
    return versions_in_force([identifier]).get(identifier)


def all_versions() -> QuerySet[InstrumentVersion]:
    """Every version, retired ones included, without its text."""
    return InstrumentVersion.objects.defer("text")


def version_by_id(version_id: int) -> InstrumentVersion:
    """A version by its number; raises ``Http404`` if there is none."""
    version = InstrumentVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise Http404
    return version


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the points of each answer; no answers if it has no points."""

    text: str
    answers: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A band with what leads to it, and the usual strategy."""

    title: str
    explanation: str
    strategy: str
    leads_to_it: Sequence[str]


@dataclass(frozen=True, slots=True)
class Description:
    """An instrument as its page shows it, in the reader's language."""

    about: str
    note: str
    span: str
    sections: Sequence[tuple[str, Sequence[Question]]]
    bands: Sequence[Conclusion]
    source: str
    origins: Sequence[tuple[str, str]]  # each part of it, and where it comes from


def describe(version: InstrumentVersion) -> Description:
    """Everything needed to calculate a result by hand: questions, points, thresholds and rules."""
    instrument, language = version.instrument, (get_language() or "de")[:2]
    least, most = format_number(instrument.least, language), format_number(instrument.most, language)
    return Description(
        about=text_in(instrument.about, language),
        note=text_in(instrument.note, language),
        span=f"{text_in(instrument.measure, language)} {least} – {most}".strip() if instrument.most else "",
        sections=[
            (text_in(section.title, language), [_question(item, language) for item in instrument.items_of(section.id)])
            for section in instrument.sections
        ],
        bands=[_conclusion(instrument, band, language) for band in instrument.bands],
        source=source_in_words(instrument),
        origins=origins_in_words(instrument),
    )


def source_in_words(instrument: Instrument) -> str:
    """The paper that an instrument follows, or that it is a default of the product."""
    return instrument.source or _("default of this product")


def origins_in_words(instrument: Instrument) -> list[tuple[str, str]]:
    """Each part of an instrument with its place in the source, or that it is a default of the product."""
    return [
        (_parts_in_words()[part], place or _("default of this product")) for part, place in instrument.origins.items()
    ]


def _parts_in_words() -> dict[str, str]:
    return {
        "questions": _("Questions"),
        "points": _("Weights"),
        "bands": _("Conclusions"),
        "thresholds": _("Thresholds"),
        "rules": _("Rules"),
        "range": _("Range of points"),
        "again_after_months": _("Interval"),
    }


def _question(item: Item, language: str) -> Question:
    if item.kind in ("number", "months"):
        counted = [(f"≥ {start}", points * item.weight) for start, points in item.steps]
    else:
        counted = [(answer_text(item, code, language), item.points_for(code)) for code in item.codes]
    points = [(answer, format_number(count, language)) for answer, count in counted] if any(item.all_points) else []
    return Question(text_in(item.text, language), points)


def _conclusion(instrument: Instrument, band: Band, language: str) -> Conclusion:
    reasons = [text_in(rule.because, language) for rule in instrument.rules if rule.band == band.code]
    if band.threshold is not None:
        reasons.append(f"≥ {format_number(band.threshold, language)}")
    return Conclusion(
        text_in(band.title, language), text_in(band.explanation, language), text_in(band.strategy, language), reasons
    )
