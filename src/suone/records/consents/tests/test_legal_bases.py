"""The table of legal bases is whole, says what the law says, and a broken file names the place."""

from dataclasses import replace
from pathlib import Path

import pytest

from suone.ground.schemafiles.problems import BrokenFile
from suone.records.consents import legal_bases as module
from suone.records.consents.legal_bases import LegalBasis, legal_bases, legal_basis, read_legal_bases

FILE = Path(module.__file__).with_name("legal_bases.toml")


def basis(code: str) -> LegalBasis:
    found = legal_basis(code)
    assert found is not None
    return found


def conditions(code: str) -> set[str]:
    return {condition.code for condition in basis(code).conditions}


def test_every_basis_has_a_code_of_its_own_and_the_table_is_whole() -> None:
    codes = [entry.code for entry in legal_bases()]

    assert len(codes) == len(set(codes))
    assert set(codes) >= {
        "consent",
        "avig-85f-2",
        "avig-85f-3",
        "ivg-68bis-3",
        "ivg-68bis-5",
        "atsg-32",
        "avig-97a",
        "ahvg-50a",
    }


def test_an_unknown_code_is_no_basis() -> None:
    assert legal_basis("because-i-say-so") is None


@pytest.mark.parametrize("entry", legal_bases(), ids=lambda entry: entry.code)
@pytest.mark.parametrize("language", ["de", "fr", "en"])
def test_every_basis_is_in_every_language(entry: LegalBasis, language: str) -> None:
    assert entry.titles[language]
    assert entry.betweens[language]
    assert entry.conditions
    assert all(condition.sentences[language].endswith(".") for condition in entry.conditions)


def test_a_language_without_text_falls_back_to_german() -> None:
    assert basis("atsg-32").title("rm") == basis("atsg-32").title("de")


def test_an_article_is_in_german_and_french_and_in_german_where_the_law_has_one_name() -> None:
    both = replace(basis("atsg-32"), article="Art. 32 ATSG / art. 32 LPGA", formal_law="ATSG")

    assert [both.article_in(language) for language in ("de", "fr", "en")] == [
        "Art. 32 ATSG",
        "art. 32 LPGA",
        "Art. 32 ATSG",
    ]
    assert both.formal_law_in("fr") == "ATSG"


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("avig-85f-2", {"single_case", "draws_benefits", "person_consents", "reciprocity"}),
        ("avig-85f-3", {"no_private_interest", "cost_bearer_unclear", "purpose_measures"}),
        (
            "ivg-68bis-3",
            {"no_private_interest", "cost_bearer_unclear", "purpose_measures", "formal_law", "reciprocity"},
        ),
        ("atsg-32", {"single_case", "written_request"}),
        ("avig-97a", {"single_case", "written_request"}),
        ("ahvg-50a", {"single_case", "written_request"}),
    ],
)
def test_a_basis_asks_for_the_conditions_of_its_article(code: str, wanted: set[str]) -> None:
    assert conditions(code) == wanted


def test_whoever_discloses_without_consent_must_inform_the_person_afterwards() -> None:
    oral = {entry.code for entry in legal_bases() if entry.oral}

    assert oral == {"avig-85f-3", "ivg-68bis-3"}  # AVIG Art. 85f Abs. 3-4, IVG Art. 68bis Abs. 2-4
    assert all(basis(code).duty_to_inform and "person_consents" not in conditions(code) for code in oral)


def test_integration_is_not_among_the_purposes_of_administrative_assistance() -> None:
    others = {entry.code for entry in legal_bases() if not entry.for_integration}

    assert others == {"atsg-32", "avig-97a", "ahvg-50a", "clearing-of-doubts"}


def test_only_what_the_person_agrees_to_names_no_law_in_the_formal_sense() -> None:
    assert [entry.code for entry in legal_bases() if not entry.formal_law] == ["consent", "hand-over"]


@pytest.mark.parametrize(
    ("there", "instead", "sentence"),
    [
        (
            '["affected_partner"]',
            '["good_weather"]',
            "basis ivg-68bis-5: conditions 'good_weather' is unknown; possible are single_case, ",
        ),
        ('title.fr = "Communication de données par l’AVS"', "", "basis ahvg-50a: title is missing in fr."),
        (
            'de = "Es geht um einen einzelnen Fall."',
            "",
            "canton.toml, line 5, the legal bases: conditions: single_case is missing in de.",
        ),
        (
            'code = "atsg-32"',
            'code = "atsg-32"\nmood = "good"',
            "basis atsg-32: unknown entry mood; allowed are article, ",
        ),
        ('article = "ATSG Art. 32 / LPGA art. 32"', "", "basis atsg-32: article is missing."),
        ("[[basis]]", "[[bases]]", "canton.toml, line 1, the legal bases: basis is missing."),
        ("[conditions.single_case]", "[conditions.single_case", "canton.toml, line 5, column "),
        ('code = "avig-97a"', 'code = "atsg-32"', "the legal bases: basis atsg-32 occurs twice."),
        ('conditions = ["affected_partner"]', "conditions = []", "basis ivg-68bis-5: conditions is missing."),
        ("for_integration = false", 'for_integration = "no"', "for_integration must be true or false."),
    ],
)
def test_a_broken_file_names_the_place_and_the_remedy(there: str, instead: str, sentence: str) -> None:
    good = FILE.read_text()
    assert there in good

    with pytest.raises(BrokenFile) as broken:
        read_legal_bases(good.replace(there, instead), "canton.toml")

    assert sentence in str(broken.value)
