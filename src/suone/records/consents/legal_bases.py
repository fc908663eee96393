"""The legal bases of disclosures, read from ``legal_bases.toml``: on what ground data may pass, and what to check."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from suone.ground.schemafiles.problems import text_of

CONSENT = "consent"
HAND_OVER = "hand-over"
DOUBTS = "clearing-of-doubts"
YOUTH = "youth-notice"
BY_ACTS = frozenset({CONSENT, HAND_OVER, DOUBTS, YOUTH})  # recorded by their own acts, never by hand


@dataclass(frozen=True, slots=True)
class Condition:
    code: str
    sentences: Mapping[str, str]

    def sentence(self, language: str) -> str:
        return self.sentences.get(language) or self.sentences["de"]


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A ground on which data may be disclosed, with the conditions that somebody confirms.

    ``formal_law`` names the law in the formal sense that exchanging sensitive data needs; empty where it is lacking.
    """

    code: str
    article: str
    titles: Mapping[str, str]
    betweens: Mapping[str, str]
    conditions: tuple[Condition, ...]
    oral: bool
    duty_to_inform: bool
    formal_law: str
    for_integration: bool

    def article_in(self, language: str) -> str:
        return _in_language(self.article, language)

    def formal_law_in(self, language: str) -> str:
        return _in_language(self.formal_law, language)

    def title(self, language: str) -> str:
        return self.titles.get(language) or self.titles["de"]

    def between(self, language: str) -> str:
        return self.betweens.get(language) or self.betweens["de"]


def _in_language(articles: str, language: str) -> str:
    """The file has articles in German and French, separated by a slash; English uses the German form."""
    german, _stroke, french = articles.partition(" / ")
    return french if language == "fr" and french else german


def read_legal_bases(text: str, source: str) -> tuple[LegalBasis, ...]:
    """The legal bases of a file; ``BrokenFile`` names file, line, entry and remedy."""
    from suone.records.consents.schema import LEGAL_BASES  # late: a start need not build schemas

    read = LEGAL_BASES.read(text, source)
    conditions = {code: Condition(code, sentences) for code, sentences in read.conditions.items()}
    return tuple(
        LegalBasis(
            code=basis.code,
            article=basis.article,
            titles=basis.title,
            betweens=basis.between,
            conditions=tuple(conditions[name] for name in basis.conditions),
            oral=basis.oral,
            duty_to_inform=basis.duty_to_inform,
            formal_law=basis.formal_law,
            for_integration=basis.for_integration,
        )
        for basis in read.basis
    )


@cache
def legal_bases() -> tuple[LegalBasis, ...]:
    """Every legal basis, in the order of the file."""
    path = Path(__file__).with_name("legal_bases.toml")
    return read_legal_bases(text_of(path), path.name)


def legal_basis(code: str) -> LegalBasis | None:
    """The legal basis with this code; None if there is none."""
    return next((basis for basis in legal_bases() if basis.code == code), None)
