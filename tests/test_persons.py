"""Persons and the case files about them: no number reveals anybody, each file keeps what was typed, keys join and part."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff
from suone.records.dossiers import doubts as clearing
from suone.records.dossiers.doubts import find_doubts
from suone.records.dossiers.fields import BirthField
from suone.records.dossiers.models import (
    ContactDetail,
    Dossier,
    Doubt,
    Grant,
    NameEntry,
    NamePart,
    OtherName,
    Particulars,
    Residence,
)
from suone.records.dossiers.queries import MOST, search_files
from suone.records.dossiers.rules import Birth
from suone.records.dossiers.services import change_number, correct_particulars, correct_residence, end_unfounded_grants
from suone.records.dossiers.tests.factories import TRIAL, Principal, change_act, keep_act, let_in, open_file
from suone.records.persons.models import Joining, Number, Person
from suone.records.persons.queries import keys_of
from suone.records.persons.services import join, keep_doubts_law, part

NUMBER = "756.9217.0769.85"
OTHER = "756.1234.5678.97"
DIGITS = "7569217076985"


@dataclass(frozen=True)
class Cast:
    worker: Appointment
    stranger: Appointment
    delegate: Appointment


@kept
def cast() -> Cast:
    return Cast(
        make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker"),
        make_staff(make_institution("RAV"), Role.FRONT_LINE_WORKER, last_name="Stranger"),
        make_staff(make_institution("IIZ", is_iiz_office=True), Role.CANTONAL_DELEGATE, last_name="Delegate"),
    )


def do(by: Appointment, act: Callable[..., Any], **arguments: Any) -> Any:
    who = acting(by)
    with acting_as(who):
        return act(who, **arguments)


def as_job(act: Callable[..., Any], **arguments: Any) -> Any:
    who = acting_for_job("a test")
    with acting_as(who):
        return act(who, **arguments)


def search(by: Appointment, words: str) -> list[int]:
    with acting_as(acting(by)):
        return search_files(acting(by), words)


def correct(by: Appointment, dossier: Dossier, **changes: Any) -> None:
    typed = {name: changes.pop(name) for name in ("other_names", "contact_details") if name in changes}
    known = Particulars.objects.get(pk=dossier.pk)
    do(by, correct_particulars, particulars=known, version=known.version, changes=changes, **typed)


def key_of(dossier: Dossier) -> int:
    return Dossier.objects.get(pk=dossier.pk).person_id


# ---- opening


def test_a_known_number_leads_to_the_same_key_and_each_file_keeps_what_was_typed(cast: Cast) -> None:
    first = open_file(cast.worker, ahv_number=NUMBER, last_name="Müller")
    second = open_file(cast.stranger, ahv_number=NUMBER, last_name="Muller", first_name="Pierre", birth=Birth(1999))

    assert first.person_id == second.person_id
    assert [str(known) for known in Particulars.objects.order_by("pk")] == ["Müller Peter", "Muller Pierre"]
    assert Person.objects.count() == 1


@pytest.mark.parametrize("typed", [{}, {"last_name": "Imhof"}])
def test_whoever_types_a_known_number_sees_nothing_and_overwrites_nothing(cast: Cast, typed: dict[str, str]) -> None:
    known = open_file(cast.worker, ahv_number=NUMBER, first_name="Secret")
    correct(
        cast.worker,
        known,
        commune="Naters",
        contact_details={ContactDetail.Kind.TELEPHONE: ["027 555 00 01"]},
    )

    mine = open_file(cast.stranger, ahv_number=NUMBER, **typed)

    with acting_as(acting(cast.stranger)):
        assert list(Particulars.objects.values_list("first_name", "commune")) == [("Peter", "")]
        assert list(Number.objects.values_list("dossier_id", "digits", "reason")) == [(mine.pk, DIGITS, "")]
        for model in (ContactDetail, Doubt, Joining, Person):
            assert not model.objects.exists(), model
    assert Particulars.objects.get(pk=known.pk).commune == "Naters"


def test_a_key_found_cannot_be_distinguished_from_one_that_was_made(cast: Cast) -> None:
    keys = [open_file(cast.worker).person_id for _ in range(40)]

    assert len(set(keys)) == len(keys)
    assert keys != sorted(keys)  # nothing counts up


def test_as_many_rows_are_written_for_a_known_number_as_for_a_new_one(cast: Cast) -> None:
    def written(number: str) -> list[int]:
        counts = {model: model.objects.count() for model in (Dossier, Particulars, Residence, Number, Grant)}
        open_file(cast.stranger, ahv_number=number)
        return [model.objects.count() - before for model, before in counts.items()]

    open_file(cast.worker, ahv_number=NUMBER)

    assert written(NUMBER) == written(OTHER) == [1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    "typed",
    [
        {"ahv_number": "756.9217.0769.84"},
        {"ahv_missing_reason": "  "},
        {"ahv_number": "not a number", "ahv_missing_reason": "asylum"},
        {"last_name": " ", "first_name": ""},
        {"birth": Birth(2999)},
        {"birth": Birth(1850)},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_stays(cast: Cast, typed: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        open_file(cast.worker, **typed)

    assert not Dossier.objects.exists()
    assert not Person.objects.exists()


def test_what_is_not_known_exactly_is_kept_as_what_it_is(cast: Cast) -> None:
    known = open_file(cast.worker, last_name="", first_name="Ngawang", birth=Birth(1984, 5)).particulars

    assert (known.full_name, str(known.birth), known.who) == ("Ngawang", "05.1984", "Ngawang, 1984")
    assert known.birth is not None
    assert known.birth.exact is None


def test_the_database_refuses_what_cannot_be(cast: Cast) -> None:
    dossier = open_file(cast.worker, ahv_number=NUMBER)
    changes: list[tuple[str, Any, dict[str, Any]]] = [
        ("number_is_valid", Number, {"digits": "7569217076984"}),
        ("number_or_reason", Number, {"digits": None}),
        ("number_corrected_with_reason", Number, {"recorded": "corrected"}),
        ("particulars_have_a_name", Particulars, {"last_name": "", "first_name": ""}),
        ("particulars_birth_is_a_day", Particulars, {"birth_year": 2001, "birth_month": 2, "birth_day": 29}),
        ("particulars_birth_is_a_day", Particulars, {"birth_month": None}),
    ]
    for constraint, model, values in changes:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            model.objects.update(**values)
    for constraint, person in (
        ("number_leads_to_one_person", Person.objects.create()),
        ("once_per_file", dossier.person),
    ):
        row = {"dossier_id": dossier.pk + (constraint != "once_per_file"), "digits": DIGITS, "recorded": "given"}
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Number.objects.create(person=person, institution_id=1, **row)


def test_whoever_may_not_notify_and_no_other_kind_of_actor_opens_a_file(cast: Cast) -> None:
    steering = make_staff(cast.worker.institution, Role.STEERING, last_name="Steering")

    with pytest.raises(ProgrammingError, match="not permitted"), transaction.atomic():
        open_file(steering, ahv_number=NUMBER)
    with (
        pytest.raises(ProgrammingError, match="not permitted"),
        acting_as(acting_for_job("a test")),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT dossiers_open(NULL, 'none', 'X', 'Y', NULL, NULL, NULL, 'de', '')")


# ---- the number


def test_a_missing_number_is_added_later_and_the_reason_stays_in_the_history(cast: Cast) -> None:
    dossier = open_file(cast.worker)

    do(cast.worker, change_number, dossier=dossier, ahv_number=NUMBER, reason="")

    added, given = Number.objects.order_by("-pk")
    assert (given.digits, given.reason, given.recorded) == (None, "not yet registered", "given")
    assert given.until == added.recorded_at
    assert (added.digits, added.recorded, added.until) == (DIGITS, "added", None)
    assert (added.recorded_by_id, added.institution_id) == (cast.worker.pk, cast.worker.institution_id)
    entries = Entry.objects.filter(act="person.corrected").values_list(
        "dossier_id", "details__fields", "details__category"
    )
    assert list(entries) == [(dossier.pk, ["ahv_number"], 0)]


def test_a_number_is_corrected_with_a_reason_and_each_old_one_still_leads_to_the_case(cast: Cast) -> None:
    dossier = open_file(cast.worker, ahv_number=OTHER)

    with pytest.raises(Refused, match="why"):
        do(cast.worker, change_number, dossier=dossier, ahv_number=NUMBER, reason=" ")
    do(cast.worker, change_number, dossier=dossier, ahv_number=NUMBER, reason="mistyped")

    assert [number.recorded for number in Number.objects.order_by("pk")] == ["given", "corrected"]
    for number in (OTHER, NUMBER):
        assert search(cast.worker, number) == [dossier.pk]
        assert search(cast.stranger, number) == []


def test_a_number_added_that_somebody_else_has_joins_them_and_notifies_neither(cast: Cast) -> None:
    known = open_file(cast.stranger, ahv_number=NUMBER, last_name="Imhof")
    mine = open_file(cast.worker)
    before = key_of(mine)

    do(cast.worker, change_number, dossier=mine, ahv_number=NUMBER, reason="")

    assert key_of(mine) == key_of(known)
    with acting_as(acting(cast.worker)):
        assert [str(seen) for seen in Particulars.objects.all()] == ["Muster Peter"]
        assert not Joining.objects.exists()
    assert as_job(lambda _who: keys_of(before)) == {before, key_of(known)}  # what hung at the former key is still found


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("typed_first", [True, False])
def test_that_the_key_changes_says_nothing_about_who_else_has_the_number(
    cast: Cast, is_known: bool, typed_first: bool
) -> None:
    if is_known:
        open_file(cast.stranger, ahv_number=NUMBER, last_name="Imhof")
    first, then = (NUMBER, OTHER) if typed_first else (None, NUMBER)
    mine = open_file(cast.worker, ahv_number=first) if first else open_file(cast.worker)
    before = key_of(mine)

    do(cast.worker, change_number, dossier=mine, ahv_number=then, reason="mistyped")

    assert key_of(mine) != before


def test_correcting_a_number_leaves_the_other_file_of_that_number_where_it_is(cast: Cast) -> None:
    right = open_file(cast.stranger, ahv_number=NUMBER, last_name="Imhof")
    mistyped = open_file(cast.worker, ahv_number=NUMBER)

    do(cast.worker, change_number, dossier=mistyped, ahv_number=OTHER, reason="mistyped")

    assert key_of(right) == right.person_id
    assert key_of(mistyped) != right.person_id
    assert not Joining.objects.exists()
    assert Number.objects.get(dossier_id=right.pk).until is None


def test_only_whoever_contributes_with_the_identity_changes_a_number(cast: Cast) -> None:
    dossier = open_file(cast.worker)
    for categories, power in ((DataCategory.FINANCES.bit, Power.WRITE), (DataCategory.IDENTITY.bit, Power.READ)):
        let_in(
            cast.worker,
            dossier,
            Principal(cast.stranger.institution_id),
            categories=categories,
            power=power,
            because=power,
        )
        with pytest.raises(ProgrammingError, match="not permitted"), transaction.atomic():
            do(cast.stranger, change_number, dossier=dossier, ahv_number=NUMBER, reason="")

    assert Number.objects.get().digits is None


@pytest.mark.parametrize(("category", "answer"), [("IDENTITY", 200), ("MIGRATION", 200), ("FINANCES", 404)])
def test_the_page_of_a_person_opens_to_whoever_reads_a_part_of_it(cast: Cast, category: str, answer: int) -> None:
    dossier = open_file(cast.worker)
    let_in(cast.worker, dossier, Principal(cast.stranger.institution_id), categories=DataCategory[category].bit)

    assert client_of(cast.stranger).get(f"/dossiers/{dossier.pk}/person").status_code == answer


def test_a_number_is_read_through_the_identity_alone(cast: Cast) -> None:
    dossier = open_file(cast.worker, ahv_number=NUMBER)
    let_in(cast.worker, dossier, Principal(cast.stranger.institution_id), categories=DataCategory.FINANCES.bit)

    seen = {}
    for staff in (cast.worker, cast.stranger, cast.delegate):
        with acting_as(acting(staff)):
            seen[staff.last_name] = Number.objects.count()

    assert seen == {"Worker": 1, "Stranger": 0, "Delegate": 0}


# ---- which keys are one person


def test_joined_keys_are_one_person_and_parting_undoes_it(cast: Cast) -> None:
    one, other, third = (open_file(cast.worker) for _ in range(3))
    before = _rows()

    joining = do(cast.delegate, join, one_id=one.person_id, other_id=other.person_id, reason="Same birth certificate")
    do(cast.delegate, join, one_id=third.person_id, other_id=other.person_id, reason="Same birth certificate")

    assert as_job(lambda _who: keys_of(other.person_id)) == {one.person_id, other.person_id, third.person_id}
    assert _rows() == before  # nothing was moved
    do(cast.delegate, part, joining=Joining.objects.get(pk=joining), reason="Twins")
    assert as_job(lambda _who: keys_of(other.person_id)) == {other.person_id}
    assert as_job(lambda _who: keys_of(one.person_id)) == {one.person_id, third.person_id}
    entries = (
        Entry.objects.filter(object_type="joining", object_id=joining).order_by("pk").values_list("act", "person_id")
    )
    assert list(entries) == [
        *(("person.joined", key) for key in (one.person_id, other.person_id)),
        *(("person.parted", key) for key in (one.person_id, other.person_id)),
    ]


def _rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Dossier, Grant, Number, Particulars)]


def test_nothing_that_refers_to_a_key_is_lost_at_one_that_was_joined_away(cast: Cast) -> None:
    """Tables added later too: whatever points at a person is found from the key that stands for both."""
    kept, away = open_file(cast.worker), open_file(cast.stranger, ahv_number=NUMBER)
    third = open_file(cast.stranger)
    do(cast.delegate, join, one_id=away.person_id, other_id=third.person_id, reason="Same")
    do(cast.delegate, join, one_id=kept.person_id, other_id=away.person_id, reason="Same")
    references = [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if getattr(field, "concrete", False) and field.is_relation and field.related_model is Person
    ]

    reached = as_job(lambda _who: keys_of(kept.person_id))

    assert {f"{model._meta.label}.{name}" for model, name in references} >= {
        "dossiers.Dossier.person", "persons.Number.person", "persons.Joining.kept", "persons.Joining.joined",
    }  # fmt: skip
    for model, name in references:
        rows = set(model._default_manager.values_list(f"{name}_id", flat=True))
        assert rows <= reached, f"{model._meta.label}.{name} is out of reach"
    assert set(Entry.objects.exclude(person_id=None).values_list("person_id", flat=True)) <= reached


def test_keys_are_joined_once_with_a_reason_and_parted_once(cast: Cast) -> None:
    one, other = open_file(cast.worker).person_id, open_file(cast.worker).person_id

    for keys, reason in (((one, one), "Same"), ((one, other), "  ")):
        with pytest.raises(Refused):
            do(cast.delegate, join, one_id=keys[0], other_id=keys[1], reason=reason)
    joining_id = do(cast.delegate, join, one_id=one, other_id=other, reason="Same")
    with pytest.raises(Refused):
        do(cast.delegate, join, one_id=other, other_id=one, reason="Same")
    do(cast.delegate, part, joining=Joining.objects.get(pk=joining_id), reason="Two")
    with pytest.raises(Refused):
        do(cast.delegate, part, joining=Joining.objects.get(pk=joining_id), reason="Two")


def test_the_database_joins_no_key_with_itself_and_parts_once(cast: Cast) -> None:
    """Whatever was checked before: two may press the button at the same moment."""
    one, other = open_file(cast.worker).person_id, open_file(cast.worker).person_id
    stale = Joining(pk=do(cast.delegate, join, one_id=one, other_id=other, reason="Same"), kept_id=one, joined_id=other)
    joined = Joining.objects.get(pk=stale.pk)

    def asks(question: str, *values: object) -> None:
        with acting_as(acting(cast.delegate)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(question, values)

    for keys in ((one, one), (one, other), (other, one)):
        with pytest.raises(ProgrammingError, match="not permitted"):
            asks("SELECT persons_join(%s, %s, 'Same')", *keys)
    assert list(Joining.objects.all()) == [joined]
    do(cast.delegate, part, joining=joined, reason="Two")
    parted = Joining.objects.values().get(pk=joined.pk)
    for again in (
        lambda: do(cast.delegate, part, joining=stale, reason="Again"),
        lambda: asks("SELECT persons_part(%s, 'Again')", joined.pk),
    ):
        with pytest.raises(ProgrammingError, match="not permitted"):
            again()

    assert Joining.objects.values().get(pk=joined.pk) == parted
    assert Entry.objects.filter(act="person.parted").count() == 2  # once for either key


@pytest.mark.parametrize(
    "question",
    [
        "SELECT persons_join({one}, {other}, 'Same')",
        "SELECT persons_part({joining}, 'Two')",
        "SELECT dossiers_clear_doubt({doubt}, 'one', 'Same')",
        "SELECT dossiers_part_file({doubt})",
        "SELECT dossiers_find_doubts()",
        "SELECT persons_one_with({one})",
        "SELECT persons_key_of('7569217076985')",
        "SELECT dossiers_index_all_names()",
        "SELECT dossiers_clear_names()",
        "SELECT dossiers_by_digits('756', 50, 1)",
        "SELECT dossiers_named('{{}}', 1, 'm', '{{%%}}', 50)",
        "INSERT INTO persons_person DEFAULT VALUES",
        "INSERT INTO persons_joining (kept_id, joined_id, reason, parting_reason) VALUES ({one}, {other}, '', '')",
        "UPDATE persons_number SET digits = NULL, reason = 'x'",
        "INSERT INTO dossiers_particulars (dossier_id) VALUES (1)",
        "DELETE FROM dossiers_particulars",
        "SELECT * FROM dossiers_nameentry",
        "SELECT * FROM dossiers_namepart",
    ],
)
def test_a_worker_joins_parts_and_clears_nothing_and_reaches_no_table_past_the_functions(
    cast: Cast, question: str
) -> None:
    one, other = open_file(cast.worker, ahv_number=NUMBER), open_file(cast.worker, ahv_number=NUMBER, last_name="Imhof")
    third = open_file(cast.worker)
    joining = do(cast.delegate, join, one_id=one.person_id, other_id=third.person_id, reason="Same")
    as_job(find_doubts)
    doubt = Doubt.objects.get().pk
    filled_in = question.format(one=one.person_id, other=third.person_id, joining=joining, doubt=doubt)

    with (
        pytest.raises(ProgrammingError, match=r"not permitted|permission denied|row-level security"),
        acting_as(acting(cast.worker)),
        connection.cursor() as cursor,
    ):
        cursor.execute(filled_in)

    assert other.pk


def test_whoever_does_not_clear_doubts_learns_of_no_joining(cast: Cast) -> None:
    one, other = open_file(cast.worker), open_file(cast.stranger)
    do(cast.delegate, join, one_id=one.person_id, other_id=other.person_id, reason="Same")

    assert do(cast.worker, lambda _who: keys_of(one.person_id)) == {one.person_id}
    assert do(cast.delegate, lambda _who: len(keys_of(one.person_id))) == 2


# ---- particulars


def test_two_corrections_of_one_version_hand_the_second_back_with_both_texts(cast: Cast) -> None:
    known = open_file(cast.worker).particulars

    do(cast.worker, correct_particulars, particulars=known, version=1, changes={"commune": "Siders"})
    with pytest.raises(Conflict) as conflict:
        do(
            cast.worker,
            correct_particulars,
            particulars=known,
            version=1,
            changes={"commune": "Sitten", "birth": Birth(2001)},
        )

    assert conflict.value.current == {"Commune": "Siders", "Date of birth": "01.04.1999"}
    assert conflict.value.submitted == {"Commune": "Sitten", "Date of birth": "2001"}
    assert Particulars.objects.get().commune == "Siders"


def test_a_correction_keeps_several_of_each_in_their_order_and_says_which_fields(cast: Cast) -> None:
    dossier = open_file(cast.worker)

    correct(
        cast.worker,
        dossier,
        has_no_fixed_address=True,
        birth=Birth(1999),
        other_names={OtherName.Kind.FORMER: ["Zen Ruffinen", "Zenruffinen"]},
        contact_details={
            ContactDetail.Kind.TELEPHONE: ["027 555 00 01", "+41 79 555 00 02"],
            ContactDetail.Kind.EMAIL: [],
        },
    )

    assert [one.value for one in ContactDetail.objects.order_by("place")] == ["027 555 00 01", "+41 79 555 00 02"]
    assert [one.digits for one in ContactDetail.objects.order_by("place")] == ["0275550001", "0795550002"]
    assert [one.name for one in OtherName.objects.order_by("pk")] == ["Zen Ruffinen", "Zenruffinen"]
    entry = Entry.objects.get(act="person.corrected")
    assert entry.details["fields"] == ["birth", "email", "former", "has_no_fixed_address", "telephone"]
    assert (entry.dossier_id, entry.person_id, entry.kind) == (dossier.pk, dossier.person_id, "change")


@pytest.mark.parametrize("change", [{"died_on": date(2999, 1, 1)}, {"birth": Birth(2999)}])
def test_a_day_that_cannot_be_is_refused(cast: Cast, change: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        correct(cast.worker, open_file(cast.worker), **change)


def test_particulars_are_read_by_their_category_and_corrected_by_whoever_contributes(cast: Cast) -> None:
    dossier = open_file(cast.worker)
    correct(cast.worker, dossier, contact_details={ContactDetail.Kind.ADDRESS: ["Weg 1"]})
    identity, migration = DataCategory.IDENTITY.bit, DataCategory.MIGRATION.bit
    for number, (categories, power) in enumerate(((identity, Power.READ), (migration, Power.WRITE)), 1):
        let_in(
            cast.worker,
            dossier,
            Principal(cast.stranger.institution_id),
            categories=categories,
            power=power,
            because=number,
        )

    with acting_as(acting(cast.stranger)):
        assert (Particulars.objects.count(), ContactDetail.objects.count(), Residence.objects.count()) == (1, 1, 1)
        assert Particulars.objects.update(commune="Sitten") == 0
        assert ContactDetail.objects.all().delete()[0] == 0
        assert Residence.objects.update(permit="B") == 1
    with acting_as(acting(cast.delegate)):
        assert not any(model.objects.exists() for model in (Particulars, ContactDetail, Residence))
    with acting_as(acting(cast.worker)):
        assert Particulars.objects.update(commune="Siders") == 1


def test_a_permit_is_corrected_apart_and_logged_under_migration(cast: Cast) -> None:
    residence = open_file(cast.worker).residence

    do(cast.worker, correct_residence, residence=residence, version=1, changes={"permit": "B"})
    with pytest.raises(Conflict):
        do(cast.worker, correct_residence, residence=residence, version=1, changes={"permit": "C"})

    assert Residence.objects.get().permit == "B"
    assert Entry.objects.get(act="person.corrected").details == {"fields": ["permit"], "category": 8}


# ---- search


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (
            {},
            [
                "mull",
                "MÜLLER",
                "muller kä",
                "Käthi Müller",
                "Müller  Käthi",
                "Mueller Kathi",
                "Kaethi",
                "kä mül",
                "üller",
            ],
        ),
        (
            {"last_name": "Meier-Bärtschi"},
            ["Meier Bärtschi", "Bärtschi Meier", "Meyer-Baertschi", "Bärtschi", "Käthi Meier"],
        ),
        ({"first_name": "Hans Jörg"}, ["Hansjörg", "Hans-Jörg Müller", "Jörg Müller", "Müller Hansjoerg"]),
        ({"first_name": "Hansjörg"}, ["Hans Jörg", "Hans Jörg Müller", "Müller Hans-Jörg"]),
        ({"last_name": "D'Angelo"}, ["Dangelo", "D’Angelo", "d'angelo käthi"]),
        ({"last_name": "Dangelo"}, ["D'Angelo"]),
        ({"last_name": "Petrović"}, ["Petrovic", "Petrovitsch", "petrovi"]),
        ({"last_name": "Dell’Acqua"}, ["dellacqua", "Dell Acqua", "Dell'Acqua Käthi"]),
        ({"last_name": "Im Boden"}, ["Imboden", "im boden", "Boden"]),
        ({"last_name": "McDonald"}, ["MacDonald", "Mac Donald", "Mc Donald Käthi", "mcd"]),
        ({"last_name": "Abd al-Rahman"}, ["Abdulrahman", "Abdul Rahman", "Käthi Rahman", "rahm"]),
        ({"last_name": "Stephan"}, ["step", "Stefan", "steph"]),
        ({"first_name": "Anna M."}, ["Anna M. Müller", "M Müller", "müller a m", "Annam"]),
        ({"last_name": "Strauß"}, ["Strauss", "strau"]),
        (
            {"birth": Birth(1968, 3, 9)},
            ["9.3.1968", "09.03.1968", "1968-03-09", "3.1968", "Müller 1968", "Käthi 9.3.1968"],
        ),
        ({"birth": Birth(1968)}, ["Müller 1968"]),
        (
            {"ahv_number": NUMBER},
            [NUMBER, DIGITS, f"AHV {NUMBER}", "756.9217", "9217.0769", "0769.85", "N° AVS 9217 0769"],
        ),
    ],
)
def test_people_are_found_by_the_names_in_use(cast: Cast, typed: dict[str, Any], words: list[str]) -> None:
    usual: dict[str, Any] = {"last_name": "Müller", "first_name": "Käthi", "birth": Birth(1999, 4, 1)}
    dossier = open_file(cast.worker, **usual | typed)
    open_file(cast.worker, last_name="Zzz", first_name="Yyy", birth=Birth(1950, 1, 1), ahv_number=OTHER)

    for one in words:
        assert search(cast.worker, one) == [dossier.pk], one
        assert search(cast.stranger, one) == [], one


def test_people_are_found_by_telephone_and_by_other_names(cast: Cast) -> None:
    dossier = open_file(cast.worker, last_name="Müller", first_name="Käthi")
    correct(
        cast.worker,
        dossier,
        other_names={OtherName.Kind.FORMER: ["Zen Ruffinen"], OtherName.Kind.SPELLING: ["Кети"]},
        contact_details={ContactDetail.Kind.TELEPHONE: ["027 555 00 01", "+41 (0)79 123 45 67"]},
    )

    for words in ("0275550001", "+41 27 555 00 01", "0041275550001", "555 00 01", "079 123", "1234567", "Tel. 027 555"):
        assert search(cast.worker, words) == [dossier.pk], words
    for words in ("Zenruffinen", "Ruffinen Käthi", "Кети"):
        assert search(cast.worker, words) == [dossier.pk], words
    correct(cast.worker, dossier, other_names={OtherName.Kind.FORMER: []})
    assert search(cast.worker, "Ruffinen") == []


def test_a_case_is_found_by_part_of_its_number_even_where_the_identity_is_closed(cast: Cast) -> None:
    dossier = open_file(cast.worker)
    let_in(cast.worker, dossier, Principal(cast.stranger.institution_id), categories=DataCategory.FINANCES.bit)
    year, place = dossier.number.split("-")

    for words in (dossier.number, f"{year}{place}", place):
        for staff in (cast.worker, cast.stranger):
            assert search(staff, words) == [dossier.pk], words
        assert search(cast.delegate, words) == []
    assert search(cast.stranger, "muster") == []


@pytest.mark.parametrize("typed", ["500", "0005", "2026", "7565", "5500", "5600", "0275", "5455", "540"])
def test_digits_begin_one_group_of_one_number_and_no_smaller_or_larger_one(cast: Cast, typed: str) -> None:
    """Of three files that differ in every number and have none alike in any group, the middle one is found."""
    found = []
    for number, ahv, telephone in (
        ("2025-000300", "756.3300.3400.07", "026 333 33 01"),
        ("2026-000500", "756.5500.5600.01", "027 545 54 01"),
        ("2027-000700", "756.7700.7800.05", "028 777 77 01"),
    ):
        dossier = open_file(cast.worker, ahv_number=ahv)
        correct(cast.worker, dossier, contact_details={ContactDetail.Kind.TELEPHONE: [telephone]})
        Dossier.objects.filter(pk=dossier.pk).update(number=number)
        found.append(dossier.pk)

    assert search(cast.worker, typed) == found[1:2]


def test_a_birth_that_cannot_be_right_is_refused_where_it_is_typed() -> None:
    assert BirthField().clean("1.4.1999") == Birth(1999, 4, 1)
    for typed in ("1.4.2999", "1.4.1879"):
        with pytest.raises(ValidationError):
            BirthField().clean(typed)


def test_digits_that_many_have_are_looked_for_among_ones_own_files(cast: Cast) -> None:
    """756, or the cases of this year: what begins so in the canton is read for a while, then one's own files are."""
    others = [open_file(cast.stranger, ahv_number=number) for number in (NUMBER, OTHER)]
    mine, ended = open_file(cast.worker, ahv_number="756.1111.1111.13"), open_file(cast.worker)
    correct(cast.worker, ended, contact_details={ContactDetail.Kind.TELEPHONE: ["027 756 00 01"]})
    let_in(cast.stranger, others[0], Principal(cast.worker.institution_id), categories=DataCategory.FINANCES.bit)
    let_in(cast.stranger, others[1], Principal(staff_id=cast.worker.pk))

    def found(typed: str) -> set[int]:
        with acting_as(acting(cast.worker)), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE NONE")
            cursor.execute("SELECT unnest(dossiers_by_digits(%s, 50, 1))", [typed])
            return {pk for (pk,) in cursor.fetchall()}

    assert found("756") == {mine.pk, ended.pk, others[1].pk}
    assert found(mine.number[:4]) == {mine.pk, ended.pk, others[0].pk, others[1].pk}
    Grant.objects.filter(dossier=ended).update(valid_until=timezone.now())
    Grant.objects.filter(dossier=mine).update(valid_from=timezone.now() + timedelta(days=1))
    assert found("756") == {others[1].pk}


def test_a_year_of_birth_finds_those_born_in_it_whom_the_searcher_may_know(cast: Cast) -> None:
    """Where few are born in it the canton is asked for its grants, where many are one's own files are gone through."""
    mine, closed, foreign = (
        open_file(by, birth=Birth(1961, 4, 2)) for by in (cast.worker, cast.stranger, cast.stranger)
    )
    let_in(cast.stranger, closed, Principal(cast.worker.institution_id), categories=DataCategory.FINANCES.bit)
    open_file(cast.worker, birth=Birth(1962))

    def found(reach: int) -> list[int]:
        with acting_as(acting(cast.worker)), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE NONE")
            cursor.execute("SELECT dossiers_by_birth(1961, NULL, NULL, 50, %s)", [reach])
            return [pk for (pk,) in cursor.fetchall()]

    assert search(cast.worker, "1961") == found(1) == found(1000) == [mine.pk]
    let_in(cast.stranger, foreign, Principal(staff_id=cast.worker.pk))
    assert sorted(search(cast.worker, "1961")) == sorted(found(1)) == [mine.pk, foreign.pk]


def test_the_end_of_a_word_is_found_as_it_sounds(cast: Cast) -> None:
    found = [open_file(cast.worker, last_name="Ambord", first_name=name) for name in ("Fabienne", "Fabien")]

    for words in ("Ambort Fabiene", "Fabiene Ambort", "Fabienne", "fabien ambord", "Ambor", "Ambort"):
        assert sorted(search(cast.worker, words)) == [file.pk for file in found], words


@pytest.mark.parametrize(
    "words",
    [
        "",
        "m",
        "%%",
        "__",
        "\\",
        "' OR 1=1",
        OTHER,
        "-",
        "99.99.9999",
        "x" * 500,
        "a b c d e f g h i",
        "Muster 1998",
        "Muster 5.1999",
        "uster 1998",
        "1.4.1998",
        "1.5.1999",
        "2.4.1999",
        "4.1998",
        "5.1999",
    ],
)
def test_words_that_fit_nobody_find_nobody(cast: Cast, words: str) -> None:
    open_file(cast.worker, ahv_number=NUMBER)

    assert search(cast.worker, words) == []


def make_files(cast: Cast, names: list[tuple[str, str]]) -> list[Dossier]:
    """Many case files; the worker's institution may open every second one."""
    people = [Person.objects.create() for _ in names]
    files = Dossier.objects.bulk_create(
        Dossier(number=f"26-{place}", person=person) for place, person in enumerate(people)
    )
    Particulars.objects.bulk_create(
        Particulars(dossier=file, last_name=last, first_name=first, language="de", birth_year=1968, birth_month=3)
        for file, (last, first) in zip(files, names, strict=True)
    )
    for place, file in enumerate(files):
        give(file, institution=(cast.worker if place % 2 == 0 else cast.delegate).institution)
    return files


def give(dossier: Dossier, **changes: Any) -> Grant:
    """A grant in force that covers identity, as its act would have left it."""
    usual: dict[str, Any] = {
        "dossier": dossier,
        "categories": DataCategory.IDENTITY.bit,
        "power": Power.READ,
        "valid_from": timezone.now() - timedelta(days=2),
        "because": TRIAL,
        "because_id": dossier.pk,
        "legal_basis": "consent",
    }
    grant = Grant(**usual | changes)
    keep_act(
        dossier.pk,
        dossier.pk,
        grant.institution_id,
        grant.staff_id,
        grant.categories,
        int(grant.power),
        grant.valid_from,
        grant.valid_until,
    )
    grant.save()
    return grant


def test_a_common_name_shows_the_first_fifty_by_name_of_those_open_to_the_searcher(cast: Cast) -> None:
    names = [("Meier", f"{letter}{number:02}") for number in range(60) for letter in "ba"]
    files = make_files(cast, names)
    of_worker = sorted(files[::2], key=lambda file: names[files.index(file)])

    assert search(cast.worker, "Meier") == [file.pk for file in of_worker[:MOST]]
    assert len(search(cast.delegate, "Meier")) == MOST
    assert not set(search(cast.delegate, "Meier")) & set(search(cast.worker, "Meier"))
    assert search(cast.stranger, "Meier") == []


def test_words_that_begin_so_go_before_those_that_have_it_inside(cast: Cast) -> None:
    files = make_files(
        cast, [("Obermeier", f"A{number:02}") for number in range(60)] + [("Meier", "Z"), ("Meier", "Y")]
    )

    found = search(cast.worker, "meier")

    assert found[0] == files[60].pk
    assert len(found) == 31


@pytest.mark.parametrize(
    ("changes", "is_found"),
    [
        ({}, True),
        ({"valid_from": datetime(2998, 1, 1, tzinfo=UTC), "valid_until": datetime(2999, 1, 1, tzinfo=UTC)}, False),
        ({"valid_from": datetime(2001, 1, 1, tzinfo=UTC), "valid_until": datetime(2026, 1, 1, tzinfo=UTC)}, False),
        ({"categories": DataCategory.FINANCES.bit}, False),
    ],
)
def test_a_person_is_found_through_a_grant_in_force_that_covers_identity(
    cast: Cast, changes: dict[str, Any], is_found: bool
) -> None:
    (file,) = make_files(cast, [("Favre", "Anna")])
    ContactDetail.objects.create(dossier=file, kind=ContactDetail.Kind.TELEPHONE, place=0, value="027 555 60 24")
    for principal in ({"staff": cast.stranger}, {"institution": cast.stranger.institution}):
        grant = give(file, **changes, **principal)
        for words in ("favre", "avre", "favre 1968", "3.1968", "0275556024"):
            assert bool(search(cast.stranger, words)) is is_found, words
        grant.delete()

    assert search(cast.stranger, "favre") == []


def test_a_grant_without_identity_brings_no_name_into_the_index_and_finds_none_that_lies_there(cast: Cast) -> None:
    (file,) = make_files(cast, [("Favre", "Anna")])
    for principal in (cast.stranger.institution_id, -cast.stranger.pk):
        named = {"institution": cast.stranger.institution} if principal > 0 else {"staff": cast.stranger}
        grant = give(file, categories=DataCategory.FINANCES.bit, **named)
        assert not NameEntry.objects.filter(principal=principal).exists()
        NameEntry.objects.bulk_create(
            NameEntry(principal=principal, key=entry.key, dossier=file)
            for entry in NameEntry.objects.filter(principal=cast.worker.institution_id)
        )

        assert search(cast.stranger, "favre") == []
        with acting_as(acting_for_job("a test")), connection.cursor() as cursor:
            cursor.execute("SELECT dossiers_clear_names()")
        assert set(NameEntry.objects.values_list("principal", flat=True)) == {cast.worker.institution_id}
        grant.delete()


def test_an_expiry_closes_the_name_at_once_and_the_nightly_job_clears_what_it_left(cast: Cast) -> None:
    (file,) = make_files(cast, [("Favre", "Anna")])
    with connection.cursor() as cursor:  # as time would do it, without an act
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE dossiers_grant DISABLE TRIGGER names_by_grant")
        cursor.execute("UPDATE dossiers_grant SET valid_until = statement_timestamp() - interval '1 second'")
        cursor.execute("ALTER TABLE dossiers_grant ENABLE TRIGGER names_by_grant")

    assert NameEntry.objects.filter(dossier=file).exists()
    assert search(cast.worker, "favre") == []
    with acting_as(acting_for_job("a test")), connection.cursor() as cursor:
        cursor.execute("SELECT dossiers_clear_names()")
        assert cursor.fetchone() == (2,)
    assert not NameEntry.objects.exists()
    assert not NamePart.objects.exists()


def test_what_is_cleared_away_leaves_the_names_of_other_files_and_of_others(cast: Cast) -> None:
    names = [
        "Aebischer",
        "Favre",
        "Favre",
        "Favre",
        "Zufferey",
        "Zufferey",
    ]  # every second one is another institution's
    files = make_files(cast, [("Aebi", "B")] + [(name, "Anna") for name in names])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE dossiers_grant DISABLE TRIGGER names_by_grant")
        for file in (files[2], files[4]):
            Grant.objects.filter(dossier=file).update(valid_until=timezone.now() - timedelta(seconds=1))
        cursor.execute("ALTER TABLE dossiers_grant ENABLE TRIGGER names_by_grant")

    with acting_as(acting_for_job("a test")), connection.cursor() as cursor:
        cursor.execute("SELECT dossiers_clear_names()")

    assert index() == index_made_anew()
    assert search(cast.worker, "avre") == []
    assert search(cast.delegate, "avre") == [files[3].pk]


def index() -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    entries = set(NameEntry.objects.values_list("principal", "key", "dossier_id"))
    return entries, set(NamePart.objects.values_list("principal", "part", "word"))


def index_made_anew() -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT dossiers_index_all_names()")
    return index()


@pytest.mark.parametrize(
    "question",
    [
        "dossiers_search('favre', NULL, NULL, NULL, 50)",
        "dossiers_with_digits('0275556024', 50)",
        "dossiers_born(1968, 3, NULL, 50)",
    ],
)
def test_staff_alone_search(cast: Cast, question: str) -> None:
    (file,) = make_files(cast, [("Favre", "Anna")])
    ContactDetail.objects.create(dossier=file, kind=ContactDetail.Kind.TELEPHONE, place=0, value="027 555 60 24")
    staff = acting(cast.worker)
    assert found_by(staff, question) == [(file.pk,)]

    for kind in set(Kind) - {Kind.STAFF}:
        roles = frozenset({Role.PARTNER_SYSTEM}) if kind is Kind.SYSTEM else frozenset()
        assert found_by(replace(staff, kind=kind, roles=roles), question) == [], kind


def found_by(who: Acting, question: str) -> list[tuple[Any, ...]]:
    with acting_as(who), connection.cursor() as cursor:
        cursor.execute(f"SELECT {question}")
        return list(cursor.fetchall())


def test_the_index_is_the_same_kept_by_triggers_or_made_anew(cast: Cast) -> None:
    other = open_file(cast.worker)
    correct(cast.worker, other, other_names={OtherName.Kind.FORMER: ["Zen Ruffinen"]})
    dossier = open_file(cast.worker, last_name="Meier-Bärtschi")
    let_in(cast.worker, dossier, Principal(cast.stranger.institution_id))
    let_in(cast.worker, dossier, Principal(staff_id=cast.delegate.pk), because=2)
    finances = DataCategory.FINANCES.bit
    let_in(cast.worker, dossier, Principal(cast.delegate.institution_id), categories=finances, because=3)
    correct(cast.worker, dossier, last_name="Meier", other_names={OtherName.Kind.FORMER: ["Bärtschi"]})
    change_act("categories = 0", because=2)
    do(cast.worker, lambda who: end_unfounded_grants(who, dossier=dossier))
    kept, _parts = index()

    assert index_made_anew()[0] == kept
    assert {principal for principal, _key, _file in kept} == {cast.worker.institution_id, cast.stranger.institution_id}


def test_a_search_stays_true_over_many_calls_of_one_session(cast: Cast) -> None:
    """PostgreSQL keeps plans after five calls; who acts and what was typed must not stay in them."""
    files = make_files(cast, [("Meier", "Anna"), ("Meier", "Beat"), ("Favre", "Anna"), ("Favre", "Beat")])
    numbered = open_file(cast.worker, ahv_number=NUMBER)

    for _ in range(8):
        assert search(cast.worker, "Meier") == [files[0].pk]
        assert search(cast.delegate, "Meier") == [files[1].pk]
        assert search(cast.worker, "vre") == [files[2].pk]
        assert search(cast.stranger, "Favre") == []
        assert search(cast.worker, NUMBER) == [numbered.pk]
        assert search(cast.stranger, NUMBER) == []


# ---- doubts


def look(by: Appointment, doubt: Doubt) -> Any:
    return do(by, lambda _acting: clearing.sides_of(doubt))


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        ({}, {"last_name": "Müster-", "first_name": "Peter"}, "likeness"),
        ({"last_name": "Peter", "first_name": "Muster"}, {"ahv_number": NUMBER}, "likeness"),
        ({}, {"first_name": "Paul"}, None),  # a twin has another first name
        ({}, {"birth": Birth(1999, 4, 2)}, None),
        ({"birth": Birth(1999)}, {"birth": Birth(1999)}, None),  # the year alone says too little
        ({"ahv_number": OTHER}, {"ahv_number": NUMBER}, None),
        ({"ahv_number": NUMBER}, {"ahv_number": NUMBER, "last_name": "Imhof"}, "number"),
        ({"ahv_number": NUMBER}, {"ahv_number": NUMBER, "birth": Birth(2001, 4, 1)}, "number"),
        ({"ahv_number": NUMBER}, {"ahv_number": NUMBER}, None),
        ({"ahv_number": NUMBER}, {"ahv_number": NUMBER, "birth": Birth(1999)}, None),
    ],
)
def test_likeness_without_a_number_and_a_number_under_another_name_are_doubts(
    cast: Cast, one: dict[str, Any], other: dict[str, Any], because: str | None
) -> None:
    first, second = open_file(cast.worker, **one), open_file(cast.stranger, **other)

    for _ in range(2):
        as_job(find_doubts)

    found = [(doubt.one_id, doubt.other_id, doubt.because) for doubt in Doubt.objects.all()]
    assert found == ([(first.pk, second.pk, because)] if because else [])


def test_without_a_law_nothing_is_compared_or_shown(cast: Cast, settings: Any) -> None:
    one, other = open_file(cast.worker), open_file(cast.stranger)
    settings.DOUBTS_LAW = ""
    keep_doubts_law(using="default")

    assert as_job(find_doubts) == 0
    assert not Doubt.objects.exists()
    doubt = Doubt.objects.create(one=one, other=other)
    assert look(cast.delegate, doubt) == []


@pytest.mark.parametrize(
    ("kind", "question", "answer"),
    [
        ("job", "SELECT dossiers_find_doubts()", None),
        ("delegate", "SELECT persons_join({one}, {other}, 'Same')", None),
        ("delegate", "SELECT dossiers_clear_doubt({doubt}, 'one', 'Same')", None),
        ("delegate", "SELECT dossiers_part_file({doubt})", None),
        ("delegate", "SELECT * FROM dossiers_doubt_keys({doubt})", []),
        ("delegate", "SELECT * FROM dossiers_doubt_shown({doubt})", []),
    ],
)
def test_without_a_law_the_database_itself_refuses_whatever_the_settings_say(
    cast: Cast, settings: Any, kind: str, question: str, answer: list[Any] | None
) -> None:
    one, other = open_file(cast.worker, ahv_number=NUMBER), open_file(cast.stranger, ahv_number=NUMBER)
    third = open_file(cast.stranger)
    doubt = Doubt.objects.create(one=one, other=other, because="number").pk
    filled_in = question.format(one=one.person_id, other=third.person_id, doubt=doubt)
    who = acting_for_job("a test") if kind == "job" else acting(cast.delegate)

    for law, is_refused in (("", True), ("Invented Act, 50 % of it's Art. 5", False)):
        settings.DOUBTS_LAW = law
        keep_doubts_law(using="default")
        with acting_as(who), connection.cursor() as cursor:
            if is_refused and answer is None:
                with pytest.raises(ProgrammingError, match="not permitted"), transaction.atomic():
                    cursor.execute(filled_in)
            else:
                cursor.execute(filled_in)
                assert (cursor.fetchall() == []) is is_refused


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT persons_doubts_law()",
        "CREATE OR REPLACE FUNCTION persons_doubts_law() RETURNS text LANGUAGE sql AS $$ SELECT 'mine' $$",
    ],
)
def test_the_app_cannot_claim_that_there_is_a_law(cast: Cast, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        acting_as(acting(cast.delegate)),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_office_sees_institution_name_and_birth_and_the_look_is_in_the_log_for_either(cast: Cast) -> None:
    one, other = open_file(cast.worker), open_file(cast.stranger, birth=Birth(1999, 4, 1))
    as_job(find_doubts)
    doubt = Doubt.objects.get()

    sides = look(cast.delegate, doubt)

    assert [(side.institution, side.name, str(side.birth)) for side in sides] == [
        (cast.worker.institution.name, "Muster Peter", "01.04.1999"),
        (cast.stranger.institution.name, "Muster Peter", "01.04.1999"),
    ]
    page = client_of(cast.delegate).get(f"/persons/doubts/{doubt.pk}")
    assert page.status_code == 200
    assert page.content.decode().count("Muster Peter") >= 2
    entries = Entry.objects.filter(act="doubt.read", legal_basis="clearing-of-doubts").order_by("pk")
    assert list(entries.values_list("person_id", "staff_id", "object_id")) == [
        (one.person_id, cast.delegate.pk, doubt.pk),
        (other.person_id, cast.delegate.pk, doubt.pk),
    ]
    with acting_as(acting(cast.delegate)):
        assert not Particulars.objects.exists()
        assert not Dossier.objects.exists()
    assert look(cast.worker, doubt) == []


def test_one_person_joins_the_keys_and_neither_side_learns_of_it(cast: Cast) -> None:
    one, other = open_file(cast.worker), open_file(cast.stranger)
    as_job(find_doubts)
    before = _rows()

    do(cast.delegate, clearing.find_one_person, doubt=Doubt.objects.get(), reason="Same birth certificate")

    assert as_job(lambda _who: keys_of(one.person_id)) == {one.person_id, other.person_id}
    assert _rows() == before
    doubt = Doubt.objects.get()
    assert (doubt.outcome, doubt.cleared_by_id, doubt.reason) == ("one", cast.delegate.pk, "Same birth certificate")
    assert doubt.law == "Invented Act, Art. 5"
    as_job(find_doubts)
    assert Doubt.objects.count() == 1
    assert set(Entry.objects.filter(act="doubt.cleared").values_list("person_id", flat=True)) == {
        one.person_id,
        other.person_id,
    }


def test_two_persons_under_one_number_are_parted_and_each_keeps_what_was_typed(cast: Cast) -> None:
    one = open_file(cast.worker, ahv_number=NUMBER)
    other = open_file(cast.stranger, ahv_number=NUMBER, last_name="Imhof")
    as_job(find_doubts)

    do(cast.delegate, clearing.find_two_persons, doubt=Doubt.objects.get(), reason="A mistyped number")

    assert key_of(one) != key_of(other)
    assert key_of(one) == one.person_id
    assert set(Number.objects.values_list("digits", flat=True)) == {DIGITS}
    assert open_file(cast.worker, ahv_number=NUMBER).person_id == one.person_id
    as_job(find_doubts)
    assert Doubt.objects.filter(cleared_at=None).count() == 0
