"""The shipped directories hang together: every name that is pointed at exists, and nothing is said twice."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from suone.ground.schemafiles.problems import text_of
from suone.organisation.institutions.loading import BrokenDirectory
from suone.organisation.institutions.schema import DIRECTORIES

_FILES = sorted((Path(__file__).parent.parent / "files").glob("*.toml"))


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


@pytest.fixture(params=_FILES, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def directory(path: Path) -> dict[str, Any]:
    return _read(path)


@pytest.fixture
def valais() -> dict[str, Any]:
    return _read(Path(__file__).parent.parent / "files" / "vs.toml")


def _codes(entries: list[dict[str, Any]], key: str = "code") -> list[str]:
    return [entry[key] for entry in entries]


def test_a_directory_is_sound(path: Path) -> None:
    DIRECTORIES.read(text_of(path), path.name)


def test_every_text_is_there_in_german_and_french(directory: dict[str, Any]) -> None:
    for table, entries in directory.items():
        for entry in entries if isinstance(entries, list) else ():
            for german in [key for key in entry if key.endswith("_de")]:
                assert entry[german], (table, entry)
                assert entry.get(german.replace("_de", "_fr")), (table, entry)


def test_german_is_written_as_in_switzerland(directory: dict[str, Any]) -> None:
    assert "ß" not in str(directory)


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


VALAIS = (Path(__file__).parent.parent / "files" / "vs.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("there", "instead", "sentence"),
    [
        ('canton = "VS"', 'canton = "Wallis"', "line 8, the directory: canton 'Wallis' must be the two letters of the canton."),
        ('position = 1\n', "position = -1\n", "line 14, region oberwallis: position must be a whole number from 0 to 10000."),
        ('name_fr = "Haut-Valais"\n', "", "line 12, region oberwallis: name_fr is missing."),
        ('name_de = "Oberwallis"', f'name_de = "{"O" * 151}"', "name_de has 151 characters; at most 150 are allowed."),
        ('code = "siders"', 'code = "oberwallis"', "the directory: region oberwallis occurs twice."),
        ('kind = "coordination_office"', 'kind = "chief"', "institution IIZ: kind 'chief' is unknown; possible are unemployment"),
        ('circle = "first"', 'circle = "third"', "institution IIZ: circle 'third' is unknown; possible are first, second, private."),
        ('institution = "RAV"\nregion', 'institution = "RAF"\nregion', "line 270, office rav-oberwallis: institution 'RAF' is unknown"),
        ('region = "oberwallis"\n', 'region = "upper"\n', "office rav-oberwallis: region 'upper' is unknown; possible are oberwallis,"),
        ("iiz-stelle@example.org", "iiz-stelle", "office iiz-stelle: email 'iiz-stelle' is no e-mail address."),
        ('parties = ["SMZ", "IV"]', 'parties = ["SMZ"]', "convention smz-iv: parties needs 2 entries at least."),
        ('parties = ["SMZ", "IV"]', 'parties = ["SMZ", "AI"]', "convention smz-iv: parties 'AI' is unknown; possible are IIZ, RAV,"),
        ("starts_on = 2022-01-01", 'starts_on = "2022"', "convention smz-iv: starts_on must be a day such as 2026-01-01."),
        ("starts_on = 2022-01-01", "starts_on = 2022-01-01\nends_on = 2021-01-01", "convention smz-iv: ends_on lies before starts_on."),
        ('body = "rechtskommission"\nnumber = 1', 'body = "none"\nnumber = 1', "seat 1: body 'none' is unknown; possible are copil,"),
        ("is_iiz_office = true\n", "", "exactly one institution has is_iiz_office = true; now none."),
        ('code = "RAV"', 'code = "RAV"\nis_iiz_office = true', "exactly one institution has is_iiz_office = true; now IIZ, RAV."),
        ('code = "RAV"', 'code = "RAV"\nmotto = "work"', "institution RAV: unknown entry motto; allowed are circle, code,"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_directory_is_named_with_its_line_and_what_is_allowed(
    there: str, instead: str, sentence: str
) -> None:
    assert there in VALAIS

    with pytest.raises(BrokenDirectory) as broken:
        DIRECTORIES.read(VALAIS.replace(there, instead, 1), "be.toml")

    assert [
        problem for problem in broken.value.problems if problem.startswith("be.toml, ") and sentence in problem
    ] != []
