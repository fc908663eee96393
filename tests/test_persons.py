"""Persons and the case files that open them: no number reveals anybody, nobody is known twice, merges can be undone."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from suone.access.acting import acting_for_job
from suone.access.categories import DataCategory, Power
from suone.access.database import acting_as
from suone.access.errors import Conflict, Refused
from suone.access.permissions import Role
from suone.appointments.models import Appointment
from suone.appointments.tests.factories import acting, make_institution, make_staff
from suone.audit.models import Entry
from suone.dossiers.models import Dossier, Grant, OpeningAct
from suone.dossiers.services import Principal, open_dossier
from suone.dossiers.tests.factories import let_in
from suone.persons.models import Doubt, Merge, Person
from suone.persons.queries import MOST, search_persons
from suone.persons.services import add_ahv_number, correct_person, find_or_create, merge, undo_merge

NUMBER = "756.9217.0769.85"
OTHER = "756.1234.5678.97"


@dataclass(frozen=True)
class Cast:
    worker: Appointment
    stranger: Appointment
    delegate: Appointment


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast(
        make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker"),
        make_staff(make_institution("RAV"), Role.FRONT_LINE_WORKER, last_name="Stranger"),
        make_staff(make_institution("IIZ", is_iiz_office=True), Role.CANTONAL_DELEGATE, last_name="Delegate"),
    )


def enter(by: Appointment, number: str = "", **changes: Any) -> int:
    particulars: dict[str, Any] = {
        "ahv_number": number,
        "ahv_missing_reason": "" if number else "not yet registered",
        "last_name": "Müller",
        "first_name": "Peter",
        "date_of_birth": date(1999, 4, 1),
        "language": "de",
    }
    who = acting(by)
    with acting_as(who):
        return find_or_create(who, **particulars | changes)


def open_for(by: Appointment, person_id: int) -> Dossier:
    who = acting(by)
    with acting_as(who):
        return open_dossier(who, person_id=person_id)


def search(by: Appointment, words: str) -> list[int]:
    with acting_as(acting(by)):
        return [person.pk for person in search_persons(words)]


def test_a_number_known_already_with_the_same_particulars_is_the_same_record(cast: Cast) -> None:
    first = enter(cast.worker, NUMBER)

    again = enter(cast.stranger, NUMBER, last_name="muller", first_name="Pierre")

    assert again == first
    assert Person.objects.count() == 1


def test_a_number_typed_with_other_particulars_teaches_nothing_and_goes_to_the_office(cast: Cast) -> None:
    first = enter(cast.worker, NUMBER)

    typed = enter(cast.stranger, NUMBER, last_name="Imhof")

    assert typed != first
    record = Person.objects.get(pk=typed)
    assert (record.ahv_number, record.ahv_missing_reason, record.last_name) == (None, "in clarification", "Imhof")
    doubt = Doubt.objects.get()
    assert (doubt.known_id, doubt.typed_id) == (first, typed)
    assert (doubt.institution_id, doubt.staff_id) == (cast.stranger.institution_id, cast.stranger.pk)


def test_whoever_typed_a_known_number_sees_nothing_of_the_known_record(cast: Cast) -> None:
    enter(cast.worker, NUMBER, first_name="Secret")
    typed = enter(cast.stranger, NUMBER, last_name="Imhof")
    open_for(cast.stranger, typed)

    with acting_as(acting(cast.stranger)):
        seen = list(Person.objects.values_list("first_name", flat=True))
        doubts = Doubt.objects.count()
    assert seen == ["Peter"]
    assert doubts == 0


def test_entering_opens_nothing_yet(cast: Cast) -> None:
    person_id = enter(cast.worker, NUMBER)

    with acting_as(acting(cast.worker)):
        assert not Person.objects.filter(pk=person_id).exists()


@pytest.mark.parametrize(
    ("number", "reason"), [("756.9217.0769.84", ""), ("", ""), ("", "   "), ("not a number", "asylum")]
)
def test_a_wrong_number_or_none_without_a_reason_is_refused(cast: Cast, number: str, reason: str) -> None:
    with pytest.raises(Refused):
        enter(cast.worker, number, ahv_missing_reason=reason)

    assert not Person.objects.exists()


def test_the_database_keeps_one_record_for_a_number_and_none_with_a_wrong_one(cast: Cast) -> None:
    enter(cast.worker, NUMBER)

    for wrong, constraint in ((NUMBER.replace(".", ""), "ahv_number"), ("7569217076984", "person_ahv_number_is_valid")):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Person.objects.create(ahv_number=wrong, last_name="X", first_name="Y", language="de")
    with pytest.raises(IntegrityError, match="person_ahv_number_or_reason"), transaction.atomic():
        Person.objects.create(last_name="X", first_name="Y", language="de")


def test_whoever_may_not_notify_enters_nobody(cast: Cast) -> None:
    steering = make_staff(cast.worker.institution, Role.STEERING, last_name="Steering")

    with pytest.raises(ProgrammingError, match="not permitted"), transaction.atomic():
        enter(steering, NUMBER)


def test_a_missing_number_is_added_later(cast: Cast) -> None:
    dossier = open_for(cast.worker, enter(cast.worker))
    who = acting(cast.worker)

    with acting_as(who):
        add_ahv_number(who, person=dossier.person, ahv_number=NUMBER)

    person = Person.objects.get()
    assert (person.ahv_number, person.ahv_missing_reason) == ("7569217076985", "")


def test_a_number_added_that_somebody_else_has_goes_to_the_office_alone(cast: Cast) -> None:
    known = enter(cast.stranger, NUMBER, last_name="Imhof")
    dossier = open_for(cast.worker, enter(cast.worker))
    who = acting(cast.worker)

    with acting_as(who):
        add_ahv_number(who, person=dossier.person, ahv_number=NUMBER)

    assert Person.objects.get(pk=dossier.person_id).ahv_number is None
    assert (Doubt.objects.get().known_id, Doubt.objects.get().typed_id) == (known, dossier.person_id)


def test_a_stranger_adds_no_number(cast: Cast) -> None:
    dossier = open_for(cast.worker, enter(cast.worker))
    who = acting(cast.stranger)

    with pytest.raises(ProgrammingError, match="not permitted"), acting_as(who):
        add_ahv_number(who, person=dossier.person, ahv_number=NUMBER)


def test_a_merge_moves_cases_access_and_number_and_undoing_moves_them_back(cast: Cast) -> None:
    kept = open_for(cast.worker, enter(cast.worker))
    dropped = open_for(cast.stranger, enter(cast.stranger, NUMBER))
    before = _state()
    who = acting(cast.delegate)

    with acting_as(who):
        merged = merge(who, kept_id=kept.person_id, dropped_id=dropped.person_id, reason="Same birth certificate")
    after = {name: Person.objects.get(pk=pk) for name, pk in (("kept", kept.person_id), ("dropped", dropped.person_id))}
    assert set(Dossier.objects.values_list("person_id", flat=True)) == {kept.person_id}
    assert set(Grant.objects.values_list("person_id", flat=True)) == {kept.person_id}
    assert after["kept"].ahv_number == "7569217076985"
    assert (after["dropped"].ahv_number, after["dropped"].merged_into_id) == (None, kept.person_id)
    with acting_as(acting(cast.stranger)):
        assert Dossier.objects.get().person_id == kept.person_id

    with acting_as(who):
        undo_merge(who, merge=merged)

    assert _state() == before
    assert set(Entry.objects.filter(object_type="merge").values_list("kind", flat=True)) == {"change"}


def _state() -> list[Any]:
    return [
        list(Dossier.objects.order_by("pk").values_list("pk", "person_id")),
        list(Grant.objects.order_by("pk").values_list("pk", "person_id")),
        list(Person.objects.order_by("pk").values_list("pk", "ahv_number", "merged_into_id")),
    ]


def test_a_number_typed_after_a_merge_leads_to_the_record_that_stays(cast: Cast) -> None:
    kept = enter(cast.worker)
    dropped = enter(cast.stranger, NUMBER)
    who = acting(cast.delegate)
    with acting_as(who):
        merge(who, kept_id=kept, dropped_id=dropped, reason="Same birth certificate")

    assert enter(cast.worker, NUMBER) == kept


def test_a_merge_is_undone_once_and_needs_two_records_and_a_reason(cast: Cast) -> None:
    one, two = enter(cast.worker), enter(cast.worker)
    who = acting(cast.delegate)

    with acting_as(who):
        with pytest.raises(Refused):
            merge(who, kept_id=one, dropped_id=one, reason="Same")
        with pytest.raises(Refused):
            merge(who, kept_id=one, dropped_id=two, reason="  ")
        done = merge(who, kept_id=one, dropped_id=two, reason="Same")
        undo_merge(who, merge=done)
        with pytest.raises(Refused):
            undo_merge(who, merge=Merge.objects.get(pk=done.pk))


def test_a_worker_merges_nobody(cast: Cast) -> None:
    one, two = enter(cast.worker), enter(cast.worker)
    who = acting(cast.worker)

    with pytest.raises(ProgrammingError, match="not permitted"), acting_as(who):
        merge(who, kept_id=one, dropped_id=two, reason="Same")


def test_two_corrections_of_one_version_hand_the_second_back_with_both_texts(cast: Cast) -> None:
    person = open_for(cast.worker, enter(cast.worker)).person
    who = acting(cast.worker)

    with acting_as(who):
        correct_person(who, person=person, version=1, changes={"commune": "Siders"})
        with pytest.raises(Conflict) as conflict:
            correct_person(who, person=person, version=1, changes={"commune": "Sitten"})

    assert list(conflict.value.current.values()) == ["Siders"]
    assert list(conflict.value.submitted.values()) == ["Sitten"]
    assert Person.objects.get().commune == "Siders"


@pytest.mark.parametrize("words", ["mull", "MÜLLER", "muller pe", "756.9217.0769.85", "7569217076985"])
def test_a_person_is_found_by_part_of_the_name_without_accents_or_by_number(cast: Cast, words: str) -> None:
    dossier = open_for(cast.worker, enter(cast.worker, NUMBER))

    assert search(cast.worker, words) == [dossier.person_id]
    assert search(cast.stranger, words) == []


@pytest.mark.parametrize("words", ["", "m", "%%", "__", "\\", "' OR 1=1", OTHER])
def test_words_that_fit_nobody_find_nobody(cast: Cast, words: str) -> None:
    open_for(cast.worker, enter(cast.worker, NUMBER))

    assert search(cast.worker, words) == []


def test_without_the_category_of_identity_a_name_is_not_searched(cast: Cast) -> None:
    dossier = open_for(cast.worker, enter(cast.worker, NUMBER))
    let_in(cast.worker, dossier, Principal(cast.stranger.institution_id), categories=DataCategory.FINANCES.bit)

    assert search(cast.stranger, "mull") == []


def make_register(cast: Cast, names: list[tuple[str, str]]) -> list[Person]:
    """Many persons with a case each; the worker's institution may open every second one."""
    persons = Person.objects.bulk_create(
        Person(ahv_missing_reason="not yet registered", last_name=last, first_name=first, language="de")
        for last, first in names
    )
    dossiers = Dossier.objects.bulk_create(
        Dossier(number=f"26-{place}", person=person) for place, person in enumerate(persons)
    )
    for place, dossier in enumerate(dossiers):
        give(dossier, institution=(cast.worker if place % 2 == 0 else cast.delegate).institution)
    return persons


def give(dossier: Dossier, **changes: Any) -> Grant:
    """A grant in force that covers identity, as its act would have left it."""
    now = timezone.now()
    usual: dict[str, Any] = {
        "dossier": dossier,
        "person": dossier.person,
        "categories": DataCategory.IDENTITY.bit,
        "power": Power.READ,
        "valid_from": now - timedelta(days=2),
        "because": OpeningAct.CONSENT,
        "because_id": dossier.pk,
        "legal_basis": "consent",
    }
    return Grant.objects.create(**usual | changes)


def test_a_common_name_shows_the_first_fifty_by_name_of_those_open_to_the_searcher(cast: Cast) -> None:
    names = [("Meier", f"{letter}{number:02}") for number in range(60) for letter in "ba"]
    persons = make_register(cast, names)
    its_own = sorted(persons[::2], key=lambda person: person.first_name)

    assert search(cast.worker, "Meier") == [person.pk for person in its_own[:MOST]]
    assert len(search(cast.delegate, "Meier")) == MOST
    assert not set(search(cast.delegate, "Meier")) & set(search(cast.worker, "Meier"))
    assert search(cast.stranger, "Meier") == []


def test_names_that_begin_with_the_words_go_before_others_and_all_are_shown_by_name(cast: Cast) -> None:
    beginning = [("Meier", f"A{number:02}") for number in range(30) for _ in "12"]
    inside = [("Aebi-Meier", f"A{number:02}") for number in range(30) for _ in "12"]
    persons = make_register(cast, inside + beginning)
    its_own = persons[::2]

    found = search(cast.worker, "meier")

    assert found == [person.pk for person in its_own[:20] + its_own[30:]]


def test_a_search_finds_what_reading_every_open_person_would(cast: Cast) -> None:
    lasts = ("Müller", "Muller-Aebi", "Aebi", "O_Neil", "Meier", "de Meiermu", "100%", "Back\\slash", "Ämmerli")
    persons = make_register(cast, [(last, first) for last in lasts for first in ("Anna", "Ueli", "Mia", "anna")])
    open_to_both, expired, other_category, merged = persons[4], persons[8], persons[13], persons[0]
    for_herself, not_begun = persons[17], persons[21]
    of = {dossier.person_id: dossier for dossier in Dossier.objects.select_related("person")}
    give(of[open_to_both.pk], staff=cast.worker)  # open twice, shown once
    give(of[for_herself.pk], staff=cast.worker)
    give(of[not_begun.pk], staff=cast.worker, valid_from=timezone.now() + timedelta(days=1))
    give(of[other_category.pk], staff=cast.worker, categories=DataCategory.FINANCES.bit)
    Grant.objects.filter(person=expired).update(valid_until=timezone.now() - timedelta(days=1))
    Person.objects.filter(pk=merged.pk).update(merged_into=persons[2])
    its_own = [*persons[::2], for_herself]
    open_to_worker = [
        person
        for person in Person.objects.filter(pk__in=[person.pk for person in its_own], merged_into=None)
        if person.pk != expired.pk
    ]

    for words in (
        "mu",
        "MÜ",
        "meier",
        "eier",
        "anna",
        "aebi a",
        "o_n",
        "_",
        "0%",
        "k\\s",
        "%%",
        "ämm",
        "ann",
        "de m",
        " m",
    ):
        typed = words.strip().lower().replace("ü", "u").replace("ä", "a")
        fitting = [person for person in open_to_worker if typed in person.sort_name and len(typed) > 1]
        by_name = sorted(fitting, key=lambda person: (person.sort_name, person.pk))
        assert search(cast.worker, words) == [person.pk for person in by_name], words


def test_a_search_stays_true_over_many_calls_of_one_session(cast: Cast) -> None:
    """PostgreSQL keeps plans after five calls; who acts and what was typed must not stay in them."""
    persons = make_register(cast, [("Meier", "Anna"), ("Meier", "Beat"), ("Favre", "Anna"), ("Favre", "Beat")])

    for _ in range(8):
        assert search(cast.worker, "Meier") == [persons[0].pk]
        assert search(cast.delegate, "Meier") == [persons[1].pk]
        assert search(cast.worker, "vre") == [persons[2].pk]
        assert search(cast.stranger, "Favre") == []


def test_a_number_stays_closed_over_many_calls_of_one_session(cast: Cast) -> None:
    dossier = open_for(cast.worker, enter(cast.worker, NUMBER))

    for _ in range(8):
        assert search(cast.worker, NUMBER) == [dossier.person_id]
        assert search(cast.stranger, NUMBER) == []

    Grant.objects.update(valid_until=timezone.now() - timedelta(seconds=1), valid_from=timezone.now() - timedelta(1))
    assert search(cast.worker, NUMBER) == []


@pytest.mark.parametrize(
    "question",
    [
        "SELECT persons_named('%', NULL, 50)",
        "SELECT persons_search('m', 50)",
        "SELECT id FROM persons_found('m', 50)",
        "SELECT id FROM persons_with_number('7569217076985')",
    ],
)
def test_no_function_of_the_search_shows_a_closed_person_to_whoever_calls_it_directly(
    cast: Cast, question: str
) -> None:
    dossier = open_for(cast.worker, enter(cast.worker, NUMBER))

    def answers(by: Appointment) -> list[int]:
        with acting_as(acting(by)), connection.cursor() as cursor:
            cursor.execute(question)
            return [row[0] for row in cursor.fetchall()]

    assert answers(cast.worker) == [dossier.person_id]
    assert answers(cast.stranger) == []


def test_particulars_are_read_by_identity_and_corrected_by_whoever_contributes(cast: Cast) -> None:
    dossier = open_for(cast.worker, enter(cast.worker))
    let_in(cast.worker, dossier, Principal(cast.stranger.institution_id), power=Power.READ)

    with acting_as(acting(cast.stranger)):
        assert Person.objects.count() == 1
        assert Person.objects.update(commune="Sitten") == 0
    with acting_as(acting(cast.worker)):
        assert Person.objects.update(commune="Siders") == 1
    with acting_as(acting(cast.delegate)):
        assert not Person.objects.exists()
    with acting_as(acting_for_job("a test")):
        assert Person.objects.count() == 1


def test_doubts_and_merges_are_for_those_who_clear_them(cast: Cast) -> None:
    enter(cast.worker, NUMBER)
    enter(cast.stranger, NUMBER, last_name="Imhof")

    seen = {}
    for staff in (cast.worker, cast.stranger, cast.delegate):
        with acting_as(acting(staff)):
            seen[staff.last_name] = (Doubt.objects.count(), Doubt.objects.select_related("known").count())

    assert seen == {"Worker": (0, 0), "Stranger": (0, 0), "Delegate": (1, 1)}


def test_the_apps_role_makes_no_person_past_the_function(cast: Cast) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"row-level security|permission denied"),
        acting_as(acting(cast.worker)),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO persons_person (ahv_missing_reason, last_name, first_name, sex, language,"
            " interpreter_language, commune, address, phone, email, permit, status, version)"
            " VALUES ('none', 'X', 'Y', '', 'de', '', '', '', '', '', '', '', 1)"
        )
