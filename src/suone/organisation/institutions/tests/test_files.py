"""The shipped directories hang together: every name that is pointed at exists, and nothing is there twice."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from suone.ground.schemafiles.problems import BrokenFile, text_of
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
    for office in directory.get("office", []):
        assert re.fullmatch(r"0\d\d 555 \d\d \d\d", office["phone"]), f"{office['phone']}: write 0xx 555 xx xx"
        assert office["email"].endswith("@example.org"), f"{office['email']}: write …@example.org"


def test_every_institution_offers_something_and_says_who_pays(directory: dict[str, Any]) -> None:
    offered = [entry["institution"] for entry in directory.get("service", [])]
    for institution in directory["institution"]:
        if institution["circle"] != "private" and not institution.get("is_iiz_office"):
            assert 2 <= offered.count(institution["code"]) <= 6, f"{institution['code']}: give it two to six services"


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


def _seats(valais: dict[str, Any], body: str) -> int:
    return sum(entry["number"] for entry in valais["seat"] if entry["body"] == body)


def test_vs_report_2024_terms_legal_commission_has_three_members(valais: dict[str, Any]) -> None:
    assert _seats(valais, "rechtskommission") == 3


def test_vs_report_2024_terms_iiz_office_has_delegate_five_regions_two_themes_and_administration(
    valais: dict[str, Any],
) -> None:
    seats = {entry["function_de"]: entry["number"] for entry in valais["seat"] if entry["body"] == "iiz-buero"}

    assert sorted(seats.values()) == [1, 1, 2, 5]
    assert seats["Regionalkoordination (20 %)"] == 5


def test_vs_report_2024_terms_case_management_has_a_pool_in_every_region(valais: dict[str, Any]) -> None:
    pools = [entry for entry in valais["body"] if entry["kind"] == "pool"]

    assert [pool["region"] for pool in pools] == _codes(valais["region"])
    assert all(pool["source"] for pool in pools)


def test_vs_report_2024_organisation_copil_has_five_heads_two_advisory_seats_and_a_secretary(
    valais: dict[str, Any],
) -> None:
    seats = [entry for entry in valais["seat"] if entry["body"] == "copil"]

    assert _seats(valais, "copil") == 8
    assert {entry.get("parent_service") or entry["institution"] for entry in seats} == {
        *("DIHA / SICT", "DSW / SAS", "DB / SFOP", "IV", "DH / SHE", "KSSL", "IIZ"),
    }
    assert ["(beratend)" in entry["function_de"] for entry in seats].count(True) == 2


def test_vs_report_2024_organisation_ekg_is_chaired_by_kssl_and_iv_has_two_seats(valais: dict[str, Any]) -> None:
    seats = [entry for entry in valais["seat"] if entry["body"] == "ekg"]

    assert _seats(valais, "ekg") == 11
    assert next(entry for entry in seats if "Präsidium" in entry["function_de"])["institution"] == "KSSL"
    assert [entry["number"] for entry in seats if entry.get("institution") == "IV"] == [2]
    assert {"ÖA, DIHA", "LAM, DIHA"} <= {entry["function_de"] for entry in seats}


@pytest.mark.parametrize(("key", "since"), [("rav-smz", "2021-11"), ("bip-rav", "2019"), ("t1-iv", "2024")])
def test_vs_report_2024_conventions_begin_as_exactly_as_the_report_says(
    valais: dict[str, Any], key: str, since: str
) -> None:
    convention = next(entry for entry in valais["convention"] if entry["key"] == key)

    assert convention["since"] == since


def test_reciprocity_is_not_known_until_somebody_enters_it(valais: dict[str, Any]) -> None:
    assert all("reciprocity" not in entry for entry in valais["convention"])


def test_vs_report_2024_terms_second_circle_ppp_is_for_lower_valais_with_three_offices(valais: dict[str, Any]) -> None:
    ppp = next(entry for entry in valais["institution"] if entry["code"] == "PPP")
    offices = [entry["name_de"].split(",")[0] for entry in valais["office"] if entry["institution"] == "PPP"]

    assert ppp["regions"] == ["siders", "sitten", "martinach", "monthey"]
    assert offices == ["SPPEA", "SPPA", "SPPHA"]


def test_vs_report_2024_names_are_those_of_the_report(valais: dict[str, Any]) -> None:
    names = " ".join(entry["name_de"] for table in ("institution", "office", "body") for entry in valais[table])

    for name in ("IIZ-Büro", "Büro für berufliche Eingliederung", "Empfangsstelle Martinach"):
        assert name in names
    for other in ("IIZ-Stelle", "berufliche Integration", "Aufnahmezentrum"):
        assert other not in names


def test_every_entry_says_where_it_comes_from(directory: dict[str, Any]) -> None:
    for table in ("region", "institution", "office", "body", "seat", "convention", "service"):
        for entry in directory.get(table, []):
            assert bool(entry.get("source")) != entry.get("default", False), (table, entry)


VALAIS = (Path(__file__).parent.parent / "files" / "vs.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("there", "instead", "sentence"),
    [
        ('canton = "VS"', 'canton = "Wallis"', "line 9, the directory: canton 'Wallis' must be the two letters of the canton."),
        ('position = 1\n', "position = -1\n", "line 15, region oberwallis: position must be a whole number from 0 to 10000."),
        ('name_fr = "Haut-Valais"\n', "", "line 13, region oberwallis: name_fr is missing."),
        ('name_de = "Oberwallis"', f'name_de = "{"O" * 151}"', "name_de has 151 characters; at most 150 are allowed."),
        ('code = "siders"', 'code = "oberwallis"', "the directory: region oberwallis occurs twice."),
        ('kind = "coordination_office"', 'kind = "chief"', "institution IIZ: kind 'chief' is unknown; possible are unemployment"),
        ('circle = "first"', 'circle = "third"', "institution IIZ: circle 'third' is unknown; possible are first, second, private."),
        ('institution = "RAV"\nregion', 'institution = "RAF"\nregion', "line 296, office rav-oberwallis: institution 'RAF' is unknown"),
        ('region = "oberwallis"\n', 'region = "upper"\n', "office rav-oberwallis: region 'upper' is unknown; possible are oberwallis,"),
        ("iiz-buero@example.org", "iiz-buero", "office iiz-buero: email 'iiz-buero' is no e-mail address."),
        ('parties = ["SMZ", "IV"]', 'parties = ["SMZ"]', "convention smz-iv: parties needs 2 entries at least."),
        ('parties = ["SMZ", "IV"]', 'parties = ["SMZ", "AI"]', "convention smz-iv: parties 'AI' is unknown; possible are IIZ, RAV,"),
        ('since = "2021-11"', 'since = "11.2021"', "convention rav-smz: since '11.2021' must be a year, a month or a day such as 2021-11"),
        ('since = "2021-11"', 'since = "2021-11-31"', "convention rav-smz: since '2021-11-31' must be a year, a month or a day"),
        ('since = "2021-11"', 'since = "2021-11"\nends_on = 2021-10-31', "convention rav-smz: ends_on lies before since."),
        ('since = "2021-11"', 'reciprocity = "given"', "convention rav-smz: whether reciprocity is given needs reciprocity_source."),
        ('since = "2021-11"', "default = true", "convention rav-smz: default and source exclude each other"),
        ('source = "Vereinbarung SMZ–IVST, Titel"\n', "", "convention smz-iv: give its source (paper and page or chapter), or default = true"),
        ('body = "rechtskommission"\nnumber = 1', 'body = "none"\nnumber = 1', "seat 19: body 'none' is unknown; possible are copil,"),
        ("is_iiz_office = true\n", "", "exactly one institution has is_iiz_office = true; now none."),
        ('code = "RAV"', 'code = "RAV"\nis_iiz_office = true', "exactly one institution has is_iiz_office = true; now IIZ, RAV."),
        ('code = "RAV"', 'code = "RAV"\nmotto = "work"', "institution RAV: unknown entry motto; allowed are circle, code,"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_directory_is_named_with_its_line_and_what_is_allowed(
    there: str, instead: str, sentence: str
) -> None:
    assert there in VALAIS

    with pytest.raises(BrokenFile) as broken:
        DIRECTORIES.read(VALAIS.replace(there, instead, 1), "be.toml")

    assert [
        problem for problem in broken.value.problems if problem.startswith("be.toml, ") and sentence in problem
    ] != []
