"""The form says in every language what the person allows and may do, fits two sheets, and keeps names to itself."""

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from suone.ground.access.categories import ALL_BUT_HEALTH, DataCategory, mask_of
from suone.records.consents import consent_form
from suone.records.consents.consent_form import (
    BrokenTemplate,
    ConsentFormData,
    FormPerson,
    FormRecipient,
    consent_form_pdf,
    read_template,
)
from suone.records.consents.services import TEMPLATE_VERSION
from suone.records.documents.typeset import LANGUAGES

FILE = consent_form._HERE / "templates" / f"consent-{TEMPLATE_VERSION}.toml"
WORDS = read_template(FILE.read_text(), FILE.name)
WORK = mask_of([DataCategory.IDENTITY, DataCategory.EMPLOYMENT, DataCategory.EDUCATION, DataCategory.ADMINISTRATIVE])

# Invented people.
FORM = ConsentFormData(
    case_number="VS-2026-0042",
    issuer="IIZ-Büro Musterkanton",
    contact="IIZ-Büro, Frau Beispiel, 027 000 00 00",
    person=FormPerson("Müller-Zumthor Anna", "03.05.1982", "756.9217.0769.85", "Dorfstrasse 12, 3999 Musterlingen"),
    purpose="Klären, welche Massnahme passt.",
    recipients=(
        FormRecipient("RAV Siders", WORK),
        FormRecipient("SMZ Siders", ALL_BUT_HEALTH, "Luc Exemple"),
        FormRecipient("IV-Stelle, RAD", DataCategory.HEALTH.bit, "Dr. med. Eva Muster"),
    ),
    valid_from=date(2026, 11, 23),
    valid_until=date(2027, 11, 22),
    printed_at=datetime(2026, 11, 23, 14, 5, tzinfo=ZoneInfo("Europe/Zurich")),
    template_version=TEMPLATE_VERSION,
    worker="Jean Test, RAV Siders",
)

# What the form contains or not, depending on what is filled in; every other sentence is always there.
SOMETIMES = {
    "categories",
    "representative",
    "anybody_in_charge",
    "one_case",
    "one_new_case",
    "health_note",
    "no_health_note",
}
SOMETIMES |= {"oral", "not_oral", "recurring", "once", "keeping_by_law", "keeping_years"}
ALWAYS = sorted(set(WORDS["de"]) - SOMETIMES)


def squeezed(text: str) -> str:
    """Without spaces and hyphens: where a line ends is no matter of what the form says."""
    return "".join(text.split()).replace("-", "").replace("\u00ad", "")


def form(language: str = "de", **changes: object) -> PdfReader:
    return PdfReader(BytesIO(consent_form_pdf(replace(FORM, **changes), language)))


def printed(language: str = "de", **changes: object) -> str:
    pages = form(language, **changes).pages
    return squeezed("".join(page.extract_text() for page in pages))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_says_everything_a_consent_needs(language: str) -> None:
    words = WORDS[language]
    text = printed(language)

    assert [key for key in ALWAYS if squeezed(words[key]) not in text] == []
    for filled_in in (
        FORM.person.name,
        "03.05.1982",
        FORM.person.ahv_number,
        FORM.person.address,
        FORM.purpose,
        "RAV Siders",
        "Luc Exemple",
        "23.11.2026",
        "22.11.2027",
        FORM.contact,
        FORM.worker,
        words["one_case"].format(case=FORM.case_number),
        words["health_note"],
        words["oral"],
        words["recurring"],
        words["keeping_by_law"],
    ):
        assert squeezed(filled_in) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_category_is_explained_by_what_may_be_read(language: str) -> None:
    text = printed(language)

    assert len(WORDS[language]["categories"]) == len(DataCategory)
    for title, content in WORDS[language]["categories"].values():
        assert squeezed(title) in text
        assert squeezed(content) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_fits_two_pages_and_is_tagged(language: str) -> None:
    reader = form(language)

    assert len(reader.pages) == 2
    root = reader.trailer["/Root"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == f"{language}-CH"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


def test_only_what_was_chosen_is_listed() -> None:
    words = WORDS["de"]
    text = printed(recipients=(FormRecipient("RAV Siders", DataCategory.EMPLOYMENT.bit),))

    assert squeezed(words["anybody_in_charge"]) in text
    assert squeezed(words["categories"]["employment"][1]) in text
    assert squeezed(words["categories"]["justice"][1]) not in text
    assert squeezed(words["no_health_note"]) in text
    assert squeezed(words["health_note"]) not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_form_extent_and_keeping_follow_what_was_agreed(language: str) -> None:
    words = WORDS[language]
    text = printed(language, oral_allowed=False, is_recurring=False, retention_years=10)

    assert squeezed(words["not_oral"]) in text
    assert squeezed(words["once"]) in text
    assert squeezed(words["keeping_years"].format(years=10)) in text
    assert squeezed(words["oral"]) not in text
    assert squeezed(words["recurring"]) not in text


def test_a_legal_representative_is_named_at_the_top_and_at_the_signature() -> None:
    assert printed(representative="Beistand Karl Muster").count(squeezed("Beistand Karl Muster")) == 2


def test_what_is_unknown_leaves_no_empty_label() -> None:
    text = printed(person=FormPerson(FORM.person.name))

    assert "Geburtsdatum" not in text.replace(squeezed(WORDS["de"]["categories"]["identity"][1]), "")
    assert squeezed(FORM.person.name) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_properties_of_the_file_name_the_case_and_nobody(language: str) -> None:
    reader = form(language)

    assert reader.metadata is not None
    assert str(reader.metadata.title).startswith(WORDS[language]["title"])
    assert str(reader.metadata.title).endswith(FORM.case_number)
    properties = str(reader.metadata) + reader.trailer["/Root"]["/Metadata"].get_data().decode()
    for secret in ("Zumthor", "1982", "756", "Dorfstrasse", "Siders", "Exemple", "Klären", "Jean"):
        assert secret not in properties


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_there_is_a_case_its_number_is_written_in_by_hand(language: str) -> None:
    reader = form(language, case_number="")
    text = squeezed("".join(page.extract_text() for page in reader.pages))

    assert squeezed(WORDS[language]["one_new_case"]) in text
    assert "{case}" not in text
    assert len(reader.pages) == 2
    assert reader.metadata is not None
    assert reader.metadata.title == WORDS[language]["title"]


@pytest.mark.parametrize(
    "typed", ['#panic("x")', "*Anna* ] #[", "{case} {0}", '"); #read("/frame.toml")', "<b>x</b> $1$"]
)
def test_markup_in_names_and_purpose_stays_text(typed: str) -> None:
    text = printed(person=FormPerson(typed), purpose=f"p {typed}", recipients=(FormRecipient(typed, WORK, typed),))

    assert text.count(squeezed(typed)) >= 5  # person, purpose, recipient twice, signature


def test_many_recipients_take_another_page_and_no_row_is_torn() -> None:
    many = tuple(FormRecipient(f"Sozialdienst Region {number}", ALL_BUT_HEALTH, "Luc Exemple") for number in range(12))
    reader = form(recipients=many)

    assert len(reader.pages) == 3
    whole = squeezed("Finanzen, Sucht, Familie und Wohnen, Justiz, Migration, Soziales Umfeld, Administratives")
    assert sum(squeezed(page.extract_text()).count(whole) for page in reader.pages) == len(many)


def test_german_is_written_as_in_switzerland_and_french_with_its_narrow_spaces() -> None:
    text = FILE.read_text()
    french = text[text.index("[fr]") : text.index("[it]")]

    assert "ß" not in text
    assert not [mark for mark in ":;!?" for before in (" ", "\u00a0") if before + mark in french]


def test_another_language_or_version_is_refused() -> None:
    with pytest.raises(ValueError, match="possible are de, fr, it, en"):
        form("rm")
    with pytest.raises(BrokenTemplate, match=r"There is no consent form \.\./x; there are consent-2026-1"):
        form(template_version="../x")


@pytest.mark.parametrize(
    ("there", "instead", "sentence"),
    [
        ('once = "L’échange ne peut avoir lieu qu’une seule fois."', "", "form.toml, fr: once is missing."),
        ('justice = ["Giustizia",', 'law = ["Giustizia",', "form.toml, it: categories.justice is missing."),
        ("[en]", "[rm]", "form.toml, en: "),
        ("[de]", "[de", "form.toml: "),
    ],
)
def test_a_template_with_a_gap_is_refused_with_its_place(there: str, instead: str, sentence: str) -> None:
    good = FILE.read_text()
    assert there in good

    with pytest.raises(BrokenTemplate) as broken:
        read_template(good.replace(there, instead, 1), "form.toml")

    assert sentence in str(broken.value)
