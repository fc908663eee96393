"""The cast hangs together with the directory it works in, and nobody in it could be taken for somebody real."""

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from suone.demo.register_people import INSTITUTIONS
from suone.ground.access.permissions import STAFF_ROLES
from suone.organisation.appointments.models import Appointment, ContactPerson
from suone.records.dossiers.models import Particulars, Permit, Residence, Sex, Status
from suone.records.persons.ahv import compact, formatted

CAST = tomllib.loads((files("suone.demo") / "cast.toml").read_text())
DIRECTORY = tomllib.loads((files("suone.organisation.institutions") / "files" / "vs.toml").read_text())
STAFF = {entry["key"]: entry for entry in CAST["staff"]}
PERSONS = {entry["key"]: entry for entry in CAST["person"]}
OFFICES = {entry["key"]: entry for entry in DIRECTORY["office"]}
REGIONS = {entry["code"] for entry in DIRECTORY["region"]}


_OF_PERSON = {
    *("last_name", "first_name", "date_of_birth", "sex", "language", "interpreter_language", "commune"),
    *("ahv_number", "ahv_missing_reason", "telephone", "email", "permit", "permit_expires_on", "status"),
}


def _field_names(model: type[Any]) -> set[str]:
    return {field.name for field in model._meta.get_fields()}


def test_keys_are_unique() -> None:
    assert len(STAFF) == len(CAST["staff"])
    assert len(PERSONS) == len(CAST["person"])


def test_entries_fill_fields_that_exist() -> None:
    for entry in CAST["staff"]:
        assert set(entry) - {"key", "language", "has_account", "roles"} <= _field_names(Appointment)
    for entry in CAST["person"]:
        assert set(entry) - {"key", "region"} <= _OF_PERSON
    for entry in CAST["contact_person"]:
        assert set(entry) <= _field_names(ContactPerson)


def test_staff_work_at_an_office_of_their_institution_with_known_roles() -> None:
    for entry in CAST["staff"]:
        assert OFFICES[entry["office"]]["institution"] == entry["institution"], entry["key"]
        assert set(entry["roles"]) <= {role.value for role in STAFF_ROLES}
        assert entry["language"] in {"de", "fr"}


def test_addresses_and_telephone_numbers_are_plainly_fictional() -> None:
    staff = [(entry["phone"], entry.get("email", "x@example.org")) for entry in CAST["staff"]]
    persons = [
        (number, mail)
        for entry in CAST["person"]
        for number in entry["telephone"]
        for mail in entry.get("email", ["x@example.org"])
    ]
    for number, mail in [*staff, *persons]:
        assert number.startswith("027 555 ")
        assert mail.endswith("@example.org")
        assert mail.isascii()


def test_there_is_one_printed_log_in_for_every_role() -> None:
    printed = {entry["role"]: STAFF[entry["staff"]] for entry in CAST["log_in"]}

    assert set(printed) == {role.value for role in STAFF_ROLES}
    for role, entry in printed.items():
        assert role in entry["roles"]
        assert entry["has_account"]


def test_one_person_works_for_two_institutions_with_one_account() -> None:
    institutions: dict[str, set[str]] = {}
    for entry in CAST["staff"]:
        institutions.setdefault(entry["email"], set()).add(entry["institution"])

    several = [names for names in institutions.values() if len(names) > 1]

    assert several == [{"IIZ", "SMZ"}]


def test_every_first_circle_institution_has_a_contact_person_and_a_deputy_wherever_it_has_an_office() -> None:
    first = {entry["code"] for entry in DIRECTORY["institution"] if entry["circle"] == "first"}
    wanted = {
        (entry["institution"], entry.get("region"))
        for entry in DIRECTORY["office"]
        if entry["institution"] in first and entry.get("region")
    } | {("KSSL", None)}
    covered = {(entry["institution"], entry.get("region")) for entry in CAST["contact_person"] if "deputy" in entry}

    assert wanted <= covered


def test_contact_persons_and_deputies_work_at_the_institution_they_answer_for() -> None:
    for entry in CAST["contact_person"]:
        people = [entry["staff"], *([entry["deputy"]] if "deputy" in entry else [])]
        assert {STAFF[key]["institution"] for key in people} == {entry["institution"]}
        assert len(people) == len(set(people))
        assert entry.get("region") in {None, *REGIONS}


def test_two_staff_members_are_absent_and_have_a_deputy() -> None:
    deputised = {entry["staff"] for entry in CAST["contact_person"] if "deputy" in entry}

    assert len(CAST["absence"]) == 2
    for entry in CAST["absence"]:
        assert entry["staff"] in deputised
        assert entry["lasts_days"] > 0


def test_every_seat_of_the_bodies_is_filled() -> None:
    members: dict[str, list[str]] = {}
    for entry in CAST["body_member"]:
        assert entry["staff"] in STAFF
        assert entry.get("term_until") is None or entry["term_until"] > entry["term_from"]
        members.setdefault(entry["body"], []).append(entry["staff"])

    assert set(members) == {entry["code"] for entry in DIRECTORY["body"]}
    pools = {entry["code"] for entry in DIRECTORY["body"] if entry["kind"] == "pool"}  # as many as the region names
    for body in members.keys() - pools:
        assert len(members[body]) == sum(seat["number"] for seat in DIRECTORY["seat"] if seat["body"] == body)


def test_each_seat_is_filled_from_where_the_directory_says() -> None:
    services = {entry["code"]: entry.get("parent_service") for entry in DIRECTORY["institution"]}
    for body in {entry["body"] for entry in DIRECTORY["seat"]}:
        institutions = [STAFF[entry["staff"]]["institution"] for entry in CAST["body_member"] if entry["body"] == body]
        for seat in DIRECTORY["seat"]:
            if seat["body"] == body:
                for _number in range(seat["number"]):
                    holder = next(
                        code
                        for code in institutions
                        if seat.get("institution", code) == code
                        and seat.get("parent_service", services[code]) == services[code]
                    )
                    institutions.remove(holder)
        assert institutions == [], body


def test_vs_report_2024_terms_iiz_office_regional_coordinators_work_twenty_per_cent() -> None:
    coordinators = [entry for entry in CAST["staff"] if "regional_coordinator" in entry["roles"]]

    assert [entry["percentage"] for entry in coordinators] == [20] * 5


def test_the_legal_commission_comes_from_iv_diha_and_dsw() -> None:
    services = {entry["code"]: entry.get("parent_service") for entry in DIRECTORY["institution"]}
    members = [STAFF[entry["staff"]] for entry in CAST["body_member"] if entry["body"] == "rechtskommission"]

    origins = {services[entry["institution"]] or entry["institution"] for entry in members}

    assert origins == {"IV", "DIHA / SICT", "DSW / SAS"}
    assert all("legal_commission" in entry["roles"] for entry in members)


def test_ahv_numbers_are_valid_unique_and_evidently_for_tests() -> None:
    numbers = [entry["ahv_number"] for entry in CAST["person"] if "ahv_number" in entry]

    assert len(numbers) == len(set(numbers))
    assert "756.9217.0769.85" in numbers
    for number in numbers:
        digits = compact(number)
        assert digits is not None, number
        assert formatted(digits) == number
        assert number.startswith("756.0000.") or number == "756.9217.0769.85"


def test_a_missing_ahv_number_has_a_reason() -> None:
    without = [entry for entry in CAST["person"] if "ahv_number" not in entry]

    assert len(without) == 2
    assert all(entry["ahv_missing_reason"] for entry in without)


@pytest.mark.parametrize("entry", CAST["person"], ids=lambda entry: entry["key"])
def test_particulars_use_the_words_the_product_knows(entry: dict[str, Any]) -> None:
    assert entry["sex"] in Sex.values
    assert entry["permit"] in Permit.values
    assert entry.get("status", "") in Status.values
    assert entry["language"] in {"de", "fr", "it", "en"}
    assert entry["region"] in REGIONS
    assert (entry["permit"] == "CH") == ("permit_expires_on" not in entry)


def test_texts_fit_their_fields() -> None:
    kept = [(Appointment, CAST["staff"]), (Particulars, CAST["person"]), (Residence, CAST["person"])]
    for model, entries in kept:
        for entry in entries:
            for name in _field_names(model) & set(entry) - {"ahv_number"}:  # written with its dots here
                limit = getattr(model._meta.get_field(name), "max_length", None)
                assert limit is None or len(entry[name]) <= limit, (entry["key"], name)


def test_the_stories_name_people_of_the_cast() -> None:
    for story in CAST["story"].values():
        assert story["person"] in PERSONS
        assert story["region"] in REGIONS
        assert {value for key, value in story.items() if key not in {"person", "region"}} <= set(STAFF)
    assert "case_manager" in STAFF[CAST["story"]["peter"]["career_counsellor"]]["roles"]


def test_hand_overs_pass_people_of_the_cast_between_two_institutions_and_have_every_answer() -> None:
    for entry in CAST["handover"]:
        assert entry["person"] in PERSONS
        assert STAFF[entry["sender"]]["institution"] != STAFF[entry["receiver"]]["institution"]
    assert {entry.get("answer", "pending") for entry in CAST["handover"]} == {"pending", "accepted", "declined"}


def test_the_register_s_changes_name_people_of_the_cast_and_their_workers() -> None:
    for entry in CAST["formerly_followed"] + CAST["newly_followed"]:
        assert "ahv_number" in PERSONS[entry["person"]]
        assert entry["institution"] in INSTITUTIONS
    for entry in CAST["newly_followed"]:
        assert STAFF[entry["worker"]]["institution"] == entry["institution"]
    # Each has changes, or the demo would wait for them.
    assert {entry["institution"] for entry in CAST["newly_followed"]} == set(INSTITUTIONS)
