"""The shipped directories hang together: every name that is pointed at exists, and nothing is said twice."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

_FILES = sorted((Path(__file__).parent.parent / "files").glob("*.toml"))
_ALLOWED = {
    "region": {"code", "position", "name_de", "name_fr", "name_it", "name_en"},
    "institution": {
        "code",
        "short_name_fr",
        "circle",
        "parent_service",
        "kind",
        "is_iiz_office",
        "name_de",
        "name_fr",
        "name_it",
        "name_en",
    },
    "office": {
        "key",
        "institution",
        "region",
        "address",
        "phone",
        "email",
        "name_de",
        "name_fr",
        "name_it",
        "name_en",
    },
    "body": {"code", "kind", "task", "name_de", "name_fr", "name_it", "name_en"},
    "seat": {"body", "number", "function_de", "function_fr", "institution", "parent_service"},
    "convention": {"key", "title_de", "title_fr", "kind", "parties", "starts_on", "ends_on", "gives_reciprocity"},
    "service": {
        "institution",
        "name_de",
        "name_fr",
        "name_it",
        "name_en",
        "for_whom_de",
        "for_whom_fr",
        "who_pays_de",
        "who_pays_fr",
    },
}


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


@pytest.fixture(params=_FILES, ids=lambda path: path.stem)
def directory(request: pytest.FixtureRequest) -> dict[str, Any]:
    return _read(request.param)


@pytest.fixture
def valais() -> dict[str, Any]:
    return _read(Path(__file__).parent.parent / "files" / "vs.toml")


def _codes(entries: list[dict[str, Any]], key: str = "code") -> list[str]:
    return [entry[key] for entry in entries]


def test_a_directory_uses_known_words_only(directory: dict[str, Any]) -> None:
    assert set(directory) == {"canton", *_ALLOWED}
    for table, allowed in _ALLOWED.items():
        for entry in directory[table]:
            assert set(entry) <= allowed, (table, entry)


def test_every_text_is_there_in_german_and_french(directory: dict[str, Any]) -> None:
    for table, words in _ALLOWED.items():
        wanted = {word for word in words if word.endswith(("_de", "_fr"))} - {"short_name_fr"}
        for entry in directory[table]:
            assert all(entry.get(word) for word in wanted), (table, entry)


def test_german_is_written_as_in_switzerland(directory: dict[str, Any]) -> None:
    assert "ß" not in str(directory)


def test_nothing_carries_the_same_code_twice(directory: dict[str, Any]) -> None:
    for table, key in [("region", "code"), ("institution", "code"), ("office", "key"), ("body", "code")]:
        codes = _codes(directory[table], key)
        assert len(codes) == len(set(codes)), table


def test_every_reference_leads_somewhere(directory: dict[str, Any]) -> None:
    regions = set(_codes(directory["region"]))
    institutions = set(_codes(directory["institution"]))
    bodies = set(_codes(directory["body"]))
    services = {entry.get("parent_service") for entry in directory["institution"]}

    for office in directory["office"]:
        assert office["institution"] in institutions
        assert office.get("region") in {None, *regions}
    for convention in directory["convention"]:
        assert set(convention["parties"]) <= institutions
        assert len(convention["parties"]) >= 2
    for service in directory["service"]:
        assert service["institution"] in institutions
    for seat in directory["seat"]:
        assert seat["body"] in bodies
        assert seat.get("institution") in {None, *institutions}
        assert seat.get("parent_service") in {None, *services}


def test_circles_kinds_and_days_are_as_the_directory_knows_them(directory: dict[str, Any]) -> None:
    assert {entry["circle"] for entry in directory["institution"]} <= {"first", "second", "private"}
    assert {entry["kind"] for entry in directory["body"]} <= {"steering", "development", "legal_commission", "office"}
    assert {entry["kind"] for entry in directory["convention"]} <= {"contract", "directive", "agreement"}
    assert all(isinstance(entry["starts_on"], date) for entry in directory["convention"])


def test_exactly_one_institution_is_the_iiz_office(directory: dict[str, Any]) -> None:
    assert sum(entry.get("is_iiz_office", False) for entry in directory["institution"]) == 1


def test_telephone_numbers_and_addresses_are_plainly_fictional(directory: dict[str, Any]) -> None:
    for office in directory["office"]:
        assert office["phone"].startswith("027 555 ")
        assert office["email"].endswith("@example.org")


def test_every_institution_offers_something_and_says_who_pays(directory: dict[str, Any]) -> None:
    offered = [entry["institution"] for entry in directory["service"]]
    for institution in directory["institution"]:
        if institution["circle"] != "private" and not institution.get("is_iiz_office"):
            assert 2 <= offered.count(institution["code"]) <= 6, institution["code"]


def test_valais_has_both_circles_and_five_regions(valais: dict[str, Any]) -> None:
    by_circle = {
        circle: {entry["code"] for entry in valais["institution"] if entry["circle"] == circle}
        for circle in ("first", "second")
    }

    assert by_circle["first"] == {"IIZ", "RAV", "SMZ", "KSSL", "AfAw", "IV", "BSL", "T1"}
    assert by_circle["second"] == {"ASB", "EPCL", "KIB", "Suva", "ASW", "Sek II", "AKS", "ZET", "PPP"}
    assert _codes(valais["region"]) == ["oberwallis", "siders", "sitten", "martinach", "monthey"]


def test_valais_has_a_rav_and_an_smz_in_every_region(valais: dict[str, Any]) -> None:
    for institution in ("RAV", "SMZ"):
        regions = {office.get("region") for office in valais["office"] if office["institution"] == institution}
        assert set(_codes(valais["region"])) <= regions


def test_the_legal_commission_of_valais_has_three_seats_and_the_iiz_office_nine(valais: dict[str, Any]) -> None:
    def seats(body: str) -> int:
        return sum(entry["number"] for entry in valais["seat"] if entry["body"] == body)

    assert seats("rechtskommission") == 3
    assert seats("iiz-stelle") == 9
