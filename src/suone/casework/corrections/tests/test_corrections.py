"""A correction is offered within files that know of each other, and changes the other file only if its lead takes it over."""

import re

import pytest
from django.db import ProgrammingError, connection

from suone.casework.cases.models import Case
from suone.casework.corrections.models import Correction
from suone.casework.corrections.queries import differences_between, targets_of
from suone.casework.corrections.rules import Field
from suone.casework.corrections.services import accept_correction, decline_correction, offer_correction
from suone.casework.leading.tests.factories import do, notify
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_staff
from suone.records.consents.tests.factories import Cast, line, make_cast
from suone.records.dossiers.models import Dossier, Particulars
from suone.records.dossiers.rules import Birth
from suone.records.dossiers.tests.factories import Principal, let_in, open_file
from suone.records.inbox.models import Message
from suone.records.persons.queries import number_of
from suone.records.persons.services import join
from suone.records.workitems.models import WorkItem

NUMBER, OTHER = "756.9217.0769.85", "756.1234.5678.97"


@kept
def cast() -> Cast:
    return make_cast()


@kept
def theirs(cast: Cast) -> Dossier:
    """The worker's case about the person, to which the adviser's institution contributes by consent."""
    return notify(cast, line(cast.adviser), ahv_number=NUMBER, ahv_missing_reason="").dossier


@kept
def mine(cast: Cast, theirs: Dossier) -> Dossier:
    """The adviser's own file of the same person."""
    return open_file(cast.adviser, ahv_number=NUMBER, last_name="Müster", birth=Birth(1998, 4, 1))


def targets(by: Appointment, file: Dossier) -> list[int]:
    return do(by, lambda who: [target.pk for target in targets_of(who, file.pk)])


def offer(by: Appointment, mine: Dossier, theirs: Dossier, *fields: Field) -> Correction:
    chosen = fields or (Field.LAST_NAME, Field.BIRTH)
    return do(by, offer_correction, dossier_id=mine.pk, to=theirs, fields=chosen)


def test_it_is_offered_where_the_institution_contributes_to_both_and_nowhere_else(
    cast: Cast, mine: Dossier, theirs: Dossier
) -> None:
    """The worker leads a file of the person too, but knows of none of the adviser's: nothing is there to offer to."""
    open_file(cast.stranger, ahv_number=NUMBER)

    assert targets(cast.adviser, mine) == [theirs.pk]
    assert targets(cast.worker, theirs) == []
    assert targets(cast.stranger, mine) == []


@pytest.mark.parametrize(
    ("power", "categories", "is_open"),
    [
        (Power.WRITE, DataCategory.IDENTITY.bit, True),
        (Power.READ, DataCategory.IDENTITY.bit, False),
        (Power.WRITE, DataCategory.EMPLOYMENT.bit, False),
    ],
)
def test_whoever_offers_contributes_to_the_other_file_and_reads_there_who_it_is(
    cast: Cast, power: Power, categories: int, is_open: bool
) -> None:
    theirs, mine = open_file(cast.worker, ahv_number=NUMBER), open_file(cast.stranger, ahv_number=NUMBER)
    let_in(cast.worker, theirs, Principal(cast.stranger.institution_id), power=power, categories=categories)

    assert targets(cast.stranger, mine) == ([theirs.pk] if is_open else [])


def test_files_of_joined_keys_are_of_one_person_and_others_are_not(cast: Cast, theirs: Dossier) -> None:
    another = open_file(cast.adviser, ahv_number=OTHER)
    assert targets(cast.adviser, another) == []

    office = make_staff(cast.coordinator.institution, Role.CANTONAL_DELEGATE, last_name="Delegate")
    do(office, join, one_id=theirs.person_id, other_id=another.person_id, reason="Same")

    assert targets(cast.adviser, another) == [theirs.pk]


def test_an_offer_is_a_thing_to_do_for_the_lead_and_changes_nothing(cast: Cast, mine: Dossier, theirs: Dossier) -> None:
    found = do(cast.adviser, lambda who: differences_between(who, mine.pk, theirs.pk))
    correction = offer(cast.adviser, mine, theirs)

    assert [(one.field, one.here, one.there) for one in found] == [
        (Field.LAST_NAME, "Muster", "Müster"),
        (Field.BIRTH, "01.04.1999", "01.04.1998"),
    ]
    assert correction.offered == {"last_name": "Müster", "birth_year": 1998, "birth_month": 4, "birth_day": 1}
    assert (correction.institution_id, correction.offered_by_id) == (cast.adviser.institution_id, cast.adviser.pk)
    assert Particulars.objects.get(dossier=theirs).last_name == "Muster"
    item = WorkItem.objects.get(about_type="correction", about_id=correction.pk)
    assert (item.dossier_id, item.addressed_id) == (theirs.pk, Case.objects.get(pk=theirs.pk).notifier_id)
    entry = Entry.objects.get(act="correction.offered")
    assert (entry.dossier_id, entry.object_id, entry.details) == (
        theirs.pk,
        correction.pk,
        {"fields": ["birth", "last_name"]},
    )
    assert not Entry.objects.filter(dossier_id=mine.pk, act__startswith="correction.").exists()


def test_who_leads_takes_it_over_and_the_particulars_change_as_by_any_correction(
    cast: Cast, mine: Dossier, theirs: Dossier
) -> None:
    correction = offer(cast.adviser, mine, theirs)

    with pytest.raises(Refused, match="Only institutions that lead"):
        do(cast.adviser, accept_correction, correction=correction)
    do(cast.worker, accept_correction, correction=correction)

    known = Particulars.objects.get(dossier=theirs)
    assert (known.full_name, known.birth) == ("Peter Müster", Birth(1998, 4, 1))
    correction.refresh_from_db()
    assert (correction.state, correction.answered_by_id) == ("accepted", cast.worker.pk)
    assert WorkItem.objects.get(about_type="correction").state == "done"
    assert Entry.objects.get(act="person.corrected", dossier_id=theirs.pk).details["fields"] == ["birth", "last_name"]
    assert Entry.objects.get(act="correction.accepted").recipients == [cast.adviser.institution_id]
    assert Message.objects.filter(act="correction.accepted", staff=cast.adviser).count() == 1
    with pytest.raises(Refused, match="already been answered"):
        do(cast.worker, decline_correction, correction=correction, reason="Too late")


def test_a_number_that_is_missing_is_taken_over_into_the_history(cast: Cast) -> None:
    theirs = notify(cast, line(cast.adviser)).dossier
    mine = open_file(cast.adviser, ahv_number=NUMBER)
    office = make_staff(cast.coordinator.institution, Role.CANTONAL_DELEGATE, last_name="Delegate")
    do(office, join, one_id=theirs.person_id, other_id=mine.person_id, reason="Same")

    do(cast.worker, accept_correction, correction=offer(cast.adviser, mine, theirs, Field.AHV_NUMBER))

    held = number_of(theirs.pk)
    assert held is not None
    assert (held.formatted, held.reason) == (NUMBER, f"Offered by {cast.adviser.institution.name}")


def test_it_is_declined_with_a_reason_that_whoever_offered_reads(cast: Cast, mine: Dossier, theirs: Dossier) -> None:
    correction = offer(cast.adviser, mine, theirs)

    with pytest.raises(Refused, match="Give a reason"):
        do(cast.worker, decline_correction, correction=correction, reason=" ")
    do(cast.worker, decline_correction, correction=correction, reason="The passport says otherwise")

    correction.refresh_from_db()
    assert (correction.state, correction.reason) == ("declined", "The passport says otherwise")
    assert Particulars.objects.get(dossier=theirs).last_name == "Muster"
    page = client_of(cast.adviser).get(f"/dossiers/{theirs.pk}/person/corrections/{correction.pk}").content.decode()
    assert "The passport says otherwise" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [((), "Choose at least one item"), ((Field.FIRST_NAME,), "Choose at least one item")],
)
def test_only_what_differs_is_offered_and_once_at_a_time(
    cast: Cast, mine: Dossier, theirs: Dossier, fields: tuple[Field, ...], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        do(cast.adviser, offer_correction, dossier_id=mine.pk, to=theirs, fields=fields)
    offer(cast.adviser, mine, theirs)

    with pytest.raises(Refused, match="wait for the answer"):
        offer(cast.adviser, mine, theirs)


@pytest.mark.parametrize(
    ("who", "statement"),
    [
        ("worker", "SELECT corrections_offer({theirs}, {mine}, '{{sex}}')"),
        ("adviser", "SELECT corrections_offer({mine}, {theirs}, '{{}}')"),
        ("adviser", "SELECT corrections_answer({correction}, 'accepted', '')"),
        ("worker", "SELECT corrections_answer({correction}, 'pending', '')"),
        ("stranger", "SELECT corrections_answer({correction}, 'declined', 'no')"),
        ("worker", "UPDATE corrections_correction SET state = 'accepted'"),
        ("worker", "SELECT corrections_contributes({theirs}, 1)"),
        (
            "worker",
            "INSERT INTO corrections_correction (dossier_id, offered, institution_id, offered_by_id, state, reason)"
            " VALUES ({theirs}, '{{}}', 1, 1, 'pending', '')",
        ),
    ],
)
def test_the_database_itself_refuses(cast: Cast, mine: Dossier, theirs: Dossier, who: str, statement: str) -> None:
    correction = offer(cast.adviser, mine, theirs, Field.BIRTH).pk
    filled_in = statement.format(mine=mine.pk, theirs=theirs.pk, correction=correction)

    with (
        pytest.raises(ProgrammingError, match=r"not permitted|permission denied|row-level security"),
        acting_as(acting(getattr(cast, who))),
        connection.cursor() as cursor,
    ):
        cursor.execute(filled_in)


def test_an_offer_is_read_through_the_identity_of_the_file_it_is_offered_to(
    cast: Cast, mine: Dossier, theirs: Dossier
) -> None:
    offer(cast.adviser, mine, theirs)

    def seen(by: Appointment) -> int:
        with acting_as(acting(by)):
            return Correction.objects.count()

    assert [seen(by) for by in (cast.worker, cast.adviser, cast.stranger)] == [1, 1, 0]
    with acting_as(acting(cast.worker)), connection.cursor() as cursor:
        # Numbers of another kind may be the same by chance.
        cursor.execute(
            "SELECT (to_jsonb(c) - ARRAY['id', 'institution_id', 'offered_by_id'])::text || ',' FROM corrections_correction c"
        )
        assert not re.search(rf": {mine.pk}[,}}]", cursor.fetchone()[0])


def test_the_pages_offer_show_before_and_after_and_answer(cast: Cast, mine: Dossier, theirs: Dossier) -> None:
    adviser, worker = client_of(cast.adviser), client_of(cast.worker)

    files = adviser.get(f"/dossiers/{mine.pk}/person/offer").content.decode()
    path = f"/dossiers/{mine.pk}/person/offer"
    empty = adviser.post(path, {"target": theirs.pk})
    sent = adviser.post(path, {"target": theirs.pk, "fields_offered": ["last_name"]})
    answer = f"/dossiers/{theirs.pk}/person/corrections/{Correction.objects.get().pk}"
    page = worker.get(answer).content.decode()
    without = worker.post(answer, {"reason": ""})
    taken = worker.post(answer, {"accept": "1", "reason": ""})

    assert theirs.number in files
    assert "Last name: Muster → Müster" in files
    assert (empty.status_code, sent.status_code) == (422, 302)
    assert 'data-label="This file">Muster' in page
    assert 'data-label="Offered">Müster' in page
    assert mine.number not in page
    assert (without.status_code, taken.status_code) == (422, 302)
    assert Particulars.objects.get(dossier=theirs).last_name == "Müster"
    shown = Entry.objects.filter(act="correction.read", dossiers_shown__contains=[theirs.pk]).count()
    assert shown >= 2


def test_for_whoever_does_not_know_both_files_there_is_nothing_to_offer_to(
    cast: Cast, mine: Dossier, theirs: Dossier
) -> None:
    path = f"/dossiers/{theirs.pk}/person/offer"
    sent = client_of(cast.worker).post(path, {"target": mine.pk, "fields_offered": ["last_name"]})

    assert "There is no other file of this person" in sent.content.decode()
    assert mine.number not in sent.content.decode()
    assert client_of(cast.stranger).get(path).status_code == 404
    assert not Correction.objects.exists()
