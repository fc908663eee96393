"""The consent form to print and sign: what the person allows, to whom, until when, and what rights they keep."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from suone.ground.access.categories import HEALTH_BIT, DataCategory, categories_in
from suone.records.documents.typeset import LANGUAGES, Frame, typeset

_HERE = Path(__file__).parent
_LAYOUT = _HERE / "typst" / "consent_form.typ"
_CATEGORIES = {category.name.lower() for category in DataCategory}


class BrokenTemplate(Exception):
    """A version of the form cannot be used; the message names the place and the remedy."""


@dataclass(frozen=True, slots=True)
class FormRecipient:
    """Who may read what: an institution, or one named person of it; ``categories`` is a bit mask."""

    institution: str
    categories: int
    person: str = ""


@dataclass(frozen=True, slots=True)
class FormPerson:
    """Whom the form is about, as far as it is known."""

    name: str
    born_on: str = ""  # as precisely as it is known
    ahv_number: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class ConsentFormData:
    """What is filled into the form. Both days are included; ``printed_at`` is local time.

    ``issuer`` is printed in the header of every page; ``worker`` hands out the form and signs for the institution.
    Without a ``case_number`` the form is for the case that will be notified with it.
    """

    case_number: str
    issuer: str
    contact: str
    person: FormPerson
    purpose: str
    recipients: Sequence[FormRecipient]
    valid_from: date
    valid_until: date
    printed_at: datetime
    template_version: str
    representative: str = ""
    worker: str = ""
    is_recurring: bool = True
    oral_allowed: bool = True
    retention_years: int | None = None


def consent_form_pdf(data: ConsentFormData, language: str) -> bytes:
    """The form as a tagged PDF, in one of ``LANGUAGES``; ``ValueError`` for any other.

    Raises ``BrokenTemplate`` for a version of the form that does not exist.
    """
    words = _words(data.template_version, language)
    frame = Frame(
        title=words["title"],
        issuer=data.issuer,
        reference=data.case_number,
        version=data.template_version,
        printed_at=data.printed_at,
    )
    return typeset(_LAYOUT.read_text(), {"words": words, "form": _filled_in(data, words)}, language, frame=frame)


def read_template(text: str, source: str) -> dict[str, dict[str, Any]]:
    """The texts of one version, by language; raises ``BrokenTemplate`` unless every language has the same keys."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BrokenTemplate(f"{source}: {error}") from error
    keys = {key for language in LANGUAGES for key in content.get(language, {})}
    for language in LANGUAGES:
        said = content.get(language, {})
        lacking = sorted(key for key in keys if not said.get(key))
        lacking += sorted(f"categories.{code}" for code in _CATEGORIES if not said.get("categories", {}).get(code))
        if not keys or lacking:
            raise BrokenTemplate(f"{source}, {language}: {', '.join(lacking) or 'everything'} is missing.")
    return {language: content[language] for language in LANGUAGES}


@cache
def _template(version: str) -> dict[str, dict[str, Any]]:
    paths = {path.stem: path for path in (_HERE / "templates").glob("consent-*.toml")}
    path = paths.get(f"consent-{version}")
    if path is None:
        raise BrokenTemplate(f"There is no consent form {version}; there are {', '.join(sorted(paths))}.")
    return read_template(path.read_text(), path.name)


def _words(version: str, language: str) -> dict[str, Any]:
    if language not in LANGUAGES:
        raise ValueError(f"No consent form in {language!r}: possible are {', '.join(LANGUAGES)}.")
    return _template(version)[language]


def _filled_in(data: ConsentFormData, words: dict[str, Any]) -> dict[str, Any]:
    mask = 0
    for recipient in data.recipients:
        mask |= recipient.categories
    years = data.retention_years
    return {
        "person": _person(data, words),
        "purpose": data.purpose,
        "one_case": words["one_case" if data.case_number else "one_new_case"].format(case=data.case_number),
        "recipients": [_recipient(recipient, words) for recipient in data.recipients],
        "categories": [words["categories"][category.name.lower()] for category in categories_in(mask)],
        "health_note": words["health_note" if mask & HEALTH_BIT else "no_health_note"],
        "extent": [
            words["only_needed"],
            words["in_system"],
            words["oral" if data.oral_allowed else "not_oral"],
            words["recurring" if data.is_recurring else "once"],
        ],
        "valid_from": _day(data.valid_from),
        "valid_until": _day(data.valid_until),
        "keeping": words["keeping_by_law"] if years is None else words["keeping_years"].format(years=years),
        "contact": data.contact,
        "signatures": [
            [words["sign_person"], data.person.name],
            [words["sign_representative"], data.representative],
            [words["sign_worker"], data.worker],
        ],
    }


def _person(data: ConsentFormData, words: dict[str, Any]) -> list[list[str]]:
    """Label and value of what is known about the person, in the order of reading."""
    known = {
        "name": data.person.name,
        "born_on": data.person.born_on,
        "address": data.person.address,
        "ahv_number": data.person.ahv_number,
        "representative": data.representative,
    }
    return [[words[key], value] for key, value in known.items() if value]


def _recipient(recipient: FormRecipient, words: dict[str, Any]) -> list[str]:
    titles = [words["categories"][category.name.lower()][0] for category in categories_in(recipient.categories)]
    return [recipient.institution, recipient.person or words["anybody_in_charge"], ", ".join(titles)]


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
