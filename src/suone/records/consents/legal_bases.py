"""The legal bases of disclosures, read from ``legal_bases.toml``: on what ground data may pass, and what to check."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

CONSENT = "consent"
HAND_OVER = "hand-over"
DOUBTS = "clearing-of-doubts"
BY_ACTS = frozenset({CONSENT, HAND_OVER, DOUBTS})  # of acts of their own, not recorded by hand
_LANGUAGES = ("de", "fr", "en")
_NEEDED = ("code", "article", "title", "between", "conditions", "for_integration")
_KEYS = {*_NEEDED, "oral", "duty_to_inform", "formal_law"}


class BrokenLegalBases(Exception):
    """The file cannot be used; the message names the place and what is allowed."""


@dataclass(frozen=True, slots=True)
class Condition:
    code: str
    sentences: Mapping[str, str]

    def sentence(self, language: str) -> str:
        return self.sentences.get(language) or self.sentences["de"]


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A ground on which data may pass, with the conditions that are checked or asked for.

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
    """Articles stand in German and French, with a stroke between; English speaks of them as the German law does."""
    german, _stroke, french = articles.partition(" / ")
    return french if language == "fr" and french else german


def read_legal_bases(text: str, source: str) -> tuple[LegalBasis, ...]:
    """The legal bases of a file; ``BrokenLegalBases`` names the entry and the remedy."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BrokenLegalBases(f"{source}: {error}") from error
    for part in ("conditions", "basis"):
        if part not in content:
            raise BrokenLegalBases(f"{source}: {part} is missing.")
    conditions = {code: Condition(code, _texts(source, code, texts)) for code, texts in content["conditions"].items()}
    return tuple(_basis(source, entry, conditions) for entry in content["basis"])


@cache
def legal_bases() -> tuple[LegalBasis, ...]:
    """Every legal basis, in the order of the file."""
    path = Path(__file__).with_name("legal_bases.toml")
    return read_legal_bases(path.read_text(), path.name)


def legal_basis(code: str) -> LegalBasis | None:
    return next((basis for basis in legal_bases() if basis.code == code), None)


def _basis(source: str, entry: dict[str, Any], conditions: dict[str, Condition]) -> LegalBasis:
    code = entry.get("code", "?")
    unknown = set(entry) - _KEYS
    if unknown:
        raise BrokenLegalBases(f"{source}, {code}: {sorted(unknown)} is not known; allowed are {sorted(_KEYS)}.")
    lacking = [key for key in _NEEDED if key not in entry]
    if lacking:
        raise BrokenLegalBases(f"{source}, {code}: {lacking[0]} is missing.")
    missing = [name for name in entry["conditions"] if name not in conditions]
    if missing:
        raise BrokenLegalBases(
            f"{source}, {code}: condition {missing[0]} is not described; known are {sorted(conditions)}."
        )
    return LegalBasis(
        code=code,
        article=entry["article"],
        titles=_texts(source, code, entry["title"]),
        betweens=_texts(source, code, entry["between"]),
        conditions=tuple(conditions[name] for name in entry["conditions"]),
        oral=entry.get("oral", False),
        duty_to_inform=entry.get("duty_to_inform", False),
        formal_law=entry.get("formal_law", ""),
        for_integration=entry["for_integration"],
    )


def _texts(source: str, code: str, texts: dict[str, str]) -> dict[str, str]:
    lacking = [language for language in _LANGUAGES if not texts.get(language)]
    if lacking:
        raise BrokenLegalBases(f"{source}, {code}: the text in {', '.join(lacking)} is missing.")
    return texts
