"""A printed document is accessible, looks the same everywhere, and reads nothing that somebody typed as markup."""

from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from suone.records.documents.typeset import LANGUAGES, Frame, typeset

LETTER = """#import "/frame.typ": *
#show: framed
= Letter
#data.name
"""
FRAME = Frame(
    title="Brief",
    issuer="Amt Musterlingen",
    reference="XX-2026-0001",
    version="letter-1",
    printed_at=datetime(2026, 3, 29, 14, 5, tzinfo=ZoneInfo("Europe/Zurich")),
)


def letter(name: str, language: str = "de", template: str = LETTER) -> PdfReader:
    return PdfReader(BytesIO(typeset(template, {"name": name}, language, frame=FRAME)))


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def fonts_of(reader: PdfReader) -> set[str]:
    resources = [page["/Resources"].get("/Font", {}) for page in reader.pages]
    return {str(font.get_object()["/BaseFont"]) for fonts in resources for font in fonts.values()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_is_tagged_and_declares_its_language_and_standard(language: str) -> None:
    reader = letter("Muster", language)

    root = reader.trailer["/Root"]
    assert "/StructTreeRoot" in root
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == f"{language}-CH"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


def test_the_properties_name_the_case_and_nobody() -> None:
    reader = letter("Geheimnis")

    assert reader.metadata is not None
    assert reader.metadata.title == "Brief · Fall XX-2026-0001"
    assert "Geheimnis" not in str(reader.metadata)
    assert b"Geheimnis" not in reader.trailer["/Root"]["/Metadata"].get_data()


@pytest.mark.parametrize(
    ("language", "footer"),
    [
        ("de", "Gedruckt am 29.03.2026, 14:05 Seite 2 von 3"),
        ("fr", "Imprimé le 29.03.2026, 14:05 Page 2 sur 3"),
        ("it", "Stampato il 29.03.2026, 14:05 Pagina 2 di 3"),
        ("en", "Printed on 29.03.2026, 14:05 Page 2 of 3"),
    ],
)
def test_every_page_says_which_case_which_page_and_when_it_was_printed(language: str, footer: str) -> None:
    reader = letter("Muster", language, LETTER + "#pagebreak()\nzwei\n#pagebreak()\ndrei")

    second = " ".join(reader.pages[1].extract_text().split())
    assert len(reader.pages) == 3
    assert footer in second
    assert "Amt Musterlingen" in second
    assert "XX-2026-0001" in second


@pytest.mark.parametrize(
    "name",
    [
        "#panic()",
        '#read("/frame.toml")',
        "*fett* _kursiv_ `code` $x^2$",
        "] #[ ] ) #(",
        '"); #import "/frame.typ"',
        "= Titel",
        "<label> @ref \\u{41} // weg /* weg */",
        '{"name": "anders"}',
        "</script><b>x</b> {{ 7*7 }}",
        "O'Brien-D’Angelo ~ -- ...",
    ],
)
def test_what_looks_like_markup_stays_what_somebody_typed(name: str) -> None:
    assert name in text_of(letter(name))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_typed_becomes_a_document(name: str) -> None:
    assert len(letter(name).pages) == 1


@pytest.mark.parametrize("name", ["Nguyễn Thị Ánh", "Đorđević Živko", "Çağlar Öğüt", "Şerban Țuțea", "Ålesund Œuvre ẞ"])
def test_names_from_everywhere_are_written_with_all_their_accents(name: str) -> None:
    reader = letter(name)

    assert name in text_of(reader)
    assert all("SourceSans3" in font for font in fonts_of(reader))


def test_a_name_no_font_can_write_still_gives_a_tagged_document() -> None:
    reader = letter("漢字 Muster")

    assert "Muster" in text_of(reader)
    assert "/StructTreeRoot" in reader.trailer["/Root"]


def test_a_document_that_cannot_be_tagged_for_another_reason_is_not_printed_untagged() -> None:
    with pytest.raises(Exception, match="alt"):
        letter("Muster", template=LETTER + "#image(bytes(\"<svg xmlns='http://www.w3.org/2000/svg'/>\"))")


def test_marks_that_turn_the_direction_of_writing_are_left_out() -> None:
    assert "Muster Anna" in text_of(letter("Muster\u202e \x07Anna\x00"))


def test_the_same_data_give_the_same_file() -> None:
    assert typeset(LETTER, {"name": "x"}, "fr", frame=FRAME) == typeset(LETTER, {"name": "x"}, "fr", frame=FRAME)


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="possible are de, fr, it, en"):
        letter("Muster", "rm")


def test_a_template_reaches_no_file_outside_its_own_folder() -> None:
    with pytest.raises(Exception, match=r"cannot read|escape|access denied|not found"):
        letter("Muster", template=LETTER + '#read("/../typeset.py")')
