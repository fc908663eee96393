"""Sentences are gathered, merged without loss, and checked."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from suone.config import translations


@pytest.fixture
def one_sentence(monkeypatch: pytest.MonkeyPatch) -> Catalog:
    found = Catalog()
    found.add("Street %(number)s", locations=[("src/suone/x.py", 0)])
    monkeypatch.setattr(translations, "extract", lambda: found)
    return found


def _translate(root: Path, language: str, sentence: str, *, of: str = "Street %(number)s") -> None:
    path = translations.catalogue_path(language, root)
    path.write_text(path.read_text().replace(f'msgid "{of}"\nmsgstr ""', f'msgid "{of}"\nmsgstr "{sentence}"'))


def test_sentences_are_found_in_python() -> None:
    sentences = {message.id for message in translations.extract()}

    assert "Identity and contact" in sentences


def test_a_missing_translation_is_named(tmp_path: Path, one_sentence: Catalog) -> None:
    translations.update(tmp_path)

    assert translations.check(tmp_path) == [
        "de: “Street %(number)s” is not translated.",
        "fr: “Street %(number)s” is not translated.",
    ]


def test_complete_translations_pass(tmp_path: Path, one_sentence: Catalog) -> None:
    translations.update(tmp_path)
    _translate(tmp_path, "de", "Strasse %(number)s")
    _translate(tmp_path, "fr", "Rue %(number)s")

    assert translations.check(tmp_path) == []


@pytest.mark.parametrize(
    ("sentence", "trouble"),
    [("Straße %(number)s", "Swiss German writes ss"), ("Strasse %(no)s", "other placeholders")],
)
def test_sharp_s_and_lost_placeholders_are_named(
    tmp_path: Path, one_sentence: Catalog, sentence: str, trouble: str
) -> None:
    translations.update(tmp_path)
    _translate(tmp_path, "de", sentence)
    _translate(tmp_path, "fr", "Rue %(number)s")

    (found,) = translations.check(tmp_path)

    assert trouble in found


def test_an_update_keeps_translations_and_changes_nothing_twice(tmp_path: Path, one_sentence: Catalog) -> None:
    translations.update(tmp_path)
    _translate(tmp_path, "de", "Strasse %(number)s")
    one_sentence.add("Town")

    translations.update(tmp_path)
    once = translations.catalogue_path("de", tmp_path).read_text()
    translations.update(tmp_path)

    assert "Strasse %(number)s" in once
    assert "Town" in once
    assert translations.catalogue_path("de", tmp_path).read_text() == once


def test_catalogues_are_compiled_when_stale(tmp_path: Path, one_sentence: Catalog) -> None:
    translations.update(tmp_path)

    translations.compile_catalogues(tmp_path)

    assert translations.catalogue_path("fr", tmp_path).with_suffix(".mo").exists()


def test_vs_report_2024_terms_german_calls_the_iiz_office_as_the_report_does() -> None:
    german = translations.catalogue_path("de").read_text("utf-8")

    assert "IIZ-Büro" in german
    assert "IIZ-Stelle" not in german
