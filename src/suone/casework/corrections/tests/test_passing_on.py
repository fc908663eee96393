"""Where two leads do not know of each other, the IIZ office passes a correction on: what each side learns, and what not."""

from typing import Any

import pytest
from django.db import ProgrammingError, connection
from django.http import Http404
from django.utils import timezone

from suone.casework.cases.models import Assignment, Case, Function
from suone.casework.corrections.models import Correction
from suone.casework.corrections.queries import passed_corrections, readable_correction, waiting_corrections
from suone.casework.corrections.services import accept_correction, decline_correction, pass_on_correction
from suone.casework.leading.tests.factories import do
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff
from suone.records.consents.tests.factories import Cast, make_cast
from suone.records.dossiers.models import Dossier, Doubt, Event, Particulars
from suone.records.dossiers.rules import Birth
from suone.records.dossiers.services import correct_particulars
from suone.records.dossiers.tests.factories import Principal, let_in, open_file
from suone.records.inbox.models import Message
from suone.records.persons.services import join, keep_doubts_law
from suone.records.workitems.models import WorkItem

NUMBER, OTHER = "756.9217.0769.85", "756.1234.5678.97"
ENGLISH = {"accept-language": "en"}
LAW = "Invented Act, Art. 5"


@pytest.fixture(autouse=True)
def law(settings: Any, db: None) -> None:
    settings.DOUBTS_LAW = LAW
    keep_doubts_law(using="default")


def case_of(cast: Cast, by: Appointment) -> Dossier:
    dossier = open_file(by, ahv_number=NUMBER)
    known = {"state_since": timezone.localdate(), "region": cast.region, "notifier": by.institution}
    Case.objects.create(dossier=dossier, notified_by=by, **known)
    return dossier


@kept
def cast() -> Cast:
    return make_cast()


@kept
def delegate(cast: Cast) -> Appointment:
    return make_staff(cast.coordinator.institution, Role.CANTONAL_DELEGATE, last_name="Delegate")


@kept
def theirs(cast: Cast) -> Dossier:
    """The worker's case about the person, open to nobody else."""
    return case_of(cast, cast.worker)


@kept
def mine(cast: Cast, theirs: Dossier) -> Dossier:
    """The stranger's own file of the same person, whose name was corrected."""
    dossier = open_file(cast.stranger, ahv_number=NUMBER)
    correct(cast.stranger, dossier, last_name="Müster")
    return dossier


def correct(by: Appointment, dossier: Dossier, **changes: Any) -> None:
    known = Particulars.objects.get(dossier=dossier)
    do(by, correct_particulars, particulars=known, version=known.version, changes=changes)


def waiting(by: Appointment) -> list[tuple[int, int, list[str]]]:
    return do(by, lambda _who: [(w.file_id, w.target_id, [str(f) for f in w.fields]) for w in waiting_corrections()])


def pass_on(by: Appointment, mine: Dossier, theirs: Dossier) -> Correction:
    do(by, pass_on_correction, file_id=mine.pk, target_id=theirs.pk)
    return Correction.objects.get(dossier=theirs, state="pending")


def test_the_office_learns_that_a_correction_waits_with_both_institutions_and_no_value(
    cast: Cast, delegate: Appointment, mine: Dossier, theirs: Dossier
) -> None:
    assert waiting(delegate) == [(mine.pk, theirs.pk, ["last_name"])]

    page = client_of(delegate).get("/persons/doubts/corrections").content.decode()

    assert cast.stranger.institution.name in page
    assert cast.worker.institution.name in page
    assert LAW in page
    assert not [word for word in ("Müster", "Muster", theirs.number, mine.number) if word in page]
    assert Entry.objects.filter(act="correction.waiting_read", staff_id=delegate.pk).count() == 1


@pytest.mark.parametrize("which", [0, 1])
def test_of_several_that_wait_the_one_asked_for_is_passed_on_to_the_case_asked_for(
    cast: Cast, delegate: Appointment, mine: Dossier, theirs: Dossier, which: int
) -> None:
    elsewhere = make_staff(make_institution("BSL"), Role.FRONT_LINE_WORKER, last_name="Elsewhere")
    third, also = open_file(cast.adviser, ahv_number=NUMBER), case_of(cast, elsewhere)
    correct(cast.adviser, third, last_name="Moster")
    corrected, cases = (mine, third)[which], (theirs, also)
    assert {(corrected.pk, case.pk) for case in cases} < {(file, case) for file, case, _fields in waiting(delegate)}

    correction = pass_on(delegate, corrected, cases[which])

    assert correction.offered == {"last_name": ("Müster", "Moster")[which]}
    item = WorkItem.objects.get(about_type="correction", about_id=correction.pk)
    assert item.addressed_id == (cast.worker, elsewhere)[which].institution_id


@pytest.mark.parametrize("who", ["coordinator", "worker", "stranger", "adviser"])
def test_nobody_else_learns_that_it_waits_or_passes_it_on(cast: Cast, mine: Dossier, theirs: Dossier, who: str) -> None:
    by = getattr(cast, who)

    assert waiting(by) == []
    with pytest.raises(ProgrammingError, match="not permitted"):
        do(by, pass_on_correction, file_id=mine.pk, target_id=theirs.pk)


def test_whoever_clears_doubts_elsewhere_than_at_the_office_passes_nothing_on(
    cast: Cast, mine: Dossier, theirs: Dossier
) -> None:
    elsewhere = make_staff(cast.adviser.institution, Role.CANTONAL_DELEGATE, last_name="Elsewhere")

    assert waiting(elsewhere) == []
    with pytest.raises(ProgrammingError, match="not permitted"):
        do(elsewhere, pass_on_correction, file_id=mine.pk, target_id=theirs.pk)


def test_without_a_law_nothing_waits_and_nothing_is_passed_on_whatever_the_settings_say(
    cast: Cast, delegate: Appointment, mine: Dossier, theirs: Dossier, settings: Any
) -> None:
    settings.DOUBTS_LAW = ""
    keep_doubts_law(using="default")
    assert (
        "nothing is passed on"
        in client_of(delegate).get("/persons/doubts/corrections", headers=ENGLISH).content.decode()
    )
    settings.DOUBTS_LAW = LAW

    assert waiting(delegate) == []
    with pytest.raises(ProgrammingError, match="not permitted"):
        do(delegate, pass_on_correction, file_id=mine.pk, target_id=theirs.pk)


def test_one_click_makes_offer_work_item_and_timeline_that_name_the_office_alone(
    cast: Cast, delegate: Appointment, mine: Dossier, theirs: Dossier
) -> None:
    client = client_of(delegate)

    answer = client.post("/persons/doubts/corrections", {"correction": f"{mine.pk}-{theirs.pk}"})

    assert answer.status_code == 302
    correction = Correction.objects.get(dossier=theirs)
    assert (correction.offered, correction.law) == ({"last_name": "Müster"}, LAW)
    assert (correction.institution, correction.offered_by) == (delegate.institution, delegate)
    item = WorkItem.objects.get(about_type="correction", about_id=correction.pk)
    assert (item.dossier, item.addressed, item.controlling) == (
        theirs,
        cast.worker.institution,
        cast.worker.institution,
    )
    assert (item.asked_by, item.settled_by, item.state) == (None, "correction_answered", "open")
    event = Event.objects.get(dossier=theirs, act="correction.passed_on")
    assert (event.institution, event.category, event.text) == (delegate.institution, DataCategory.IDENTITY, "")
    entry = Entry.objects.get(act="correction.passed_on")
    assert (entry.kind, entry.dossier_id, entry.person_id) == ("disclose", theirs.pk, theirs.person_id)
    assert (entry.legal_basis, entry.recipients) == ("clearing-of-doubts", [cast.worker.institution_id])
    assert entry.details == {"fields": ["last_name"]}
    assert Particulars.objects.get(dossier=theirs).last_name == "Muster"
    assert not Entry.objects.filter(dossier_id=mine.pk, act__startswith="correction.").exists()
    assert not Event.objects.filter(dossier=mine, act__startswith="correction.").exists()
    assert waiting(delegate) == []
    page = client_of(cast.worker).get(f"/dossiers/{theirs.pk}/person/corrections/{correction.pk}").content.decode()
    assert "Müster" in page
    assert LAW in page
    assert cast.stranger.institution.name not in page
    assert mine.number not in page


def test_each_person_of_joined_keys_has_it_in_their_log(cast: Cast, delegate: Appointment, theirs: Dossier) -> None:
    joined = open_file(cast.stranger, ahv_number=OTHER)
    do(delegate, join, one_id=theirs.person_id, other_id=joined.person_id, reason="Same")
    correct(cast.stranger, joined, birth=Birth(1998, 4, 1))

    correction = pass_on(delegate, joined, theirs)

    assert correction.offered == {"birth_year": 1998, "birth_month": 4, "birth_day": 1}
    entries = Entry.objects.filter(act="correction.passed_on").order_by("id")
    assert [(entry.dossier_id, entry.person_id, entry.details) for entry in entries] == [
        (theirs.pk, theirs.person_id, {"fields": ["birth"]}),
        (None, joined.person_id, {"fields": ["birth"]}),
    ]


def test_the_named_lead_is_asked_and_has_a_message(
    cast: Cast, delegate: Appointment, mine: Dossier, theirs: Dossier
) -> None:
    Assignment.objects.create(dossier=theirs, function=Function.LEAD, staff=cast.worker, valid_from=timezone.now())

    correction = pass_on(delegate, mine, theirs)

    assert WorkItem.objects.get(about_type="correction", about_id=correction.pk).assigned == cast.worker
    message = Message.objects.get(act="correction.passed_on")
    assert (message.staff, message.dossier, message.by_institution) == (cast.worker, theirs, delegate.institution)


@pytest.mark.parametrize("is_accepted", [True, False])
def test_the_answer_reaches_the_office_without_case_or_institution_and_nobody_else(
    cast: Cast, delegate: Appointment, mine: Dossier, theirs: Dossier, is_accepted: bool
) -> None:
    correction = pass_on(delegate, mine, theirs)
    with pytest.raises(Dossier.DoesNotExist):
        do(cast.stranger, accept_correction, correction=correction)

    if is_accepted:
        do(cast.worker, accept_correction, correction=correction)
    else:
        do(cast.worker, decline_correction, correction=correction, reason="It is as it is")

    state = "accepted" if is_accepted else "declined"
    assert Particulars.objects.get(dossier=theirs).last_name == ("Müster" if is_accepted else "Muster")
    message = Message.objects.get(act=f"correction.{state}")
    assert (message.staff, message.dossier, message.by_institution) == (delegate, None, None)
    assert WorkItem.objects.get(about_type="correction").state == "done"
    assert do(delegate, lambda _who: [one.state for one in passed_corrections()]) == [state]
    assert waiting(delegate) == []  # neither again, nor back
    page = client_of(delegate).get("/persons/doubts/corrections").content.decode()
    assert "It is as it is" not in page


def test_a_declined_value_is_not_asked_again_and_another_one_is(
    cast: Cast, delegate: Appointment, mine: Dossier, theirs: Dossier
) -> None:
    correction = pass_on(delegate, mine, theirs)
    correct(cast.stranger, mine, last_name="Mustér")
    assert waiting(delegate) == []  # the answer is awaited
    do(cast.worker, decline_correction, correction=correction, reason="It is as it is")
    assert waiting(delegate) == [(mine.pk, theirs.pk, ["last_name"])]
    correct(cast.stranger, mine, last_name="Müster")

    assert waiting(delegate) == []
    with pytest.raises(Refused, match="passed on already"):
        do(delegate, pass_on_correction, file_id=mine.pk, target_id=theirs.pk)


def test_what_was_typed_otherwise_from_the_beginning_is_a_doubt_and_no_correction(
    cast: Cast, delegate: Appointment, theirs: Dossier
) -> None:
    open_file(cast.stranger, ahv_number=NUMBER, last_name="Anders")

    assert waiting(delegate) == []


def test_a_pair_in_doubt_is_cleared_first(cast: Cast, delegate: Appointment, mine: Dossier, theirs: Dossier) -> None:
    one, other = sorted([mine.pk, theirs.pk])
    doubt = Doubt.objects.create(one_id=one, other_id=other, because="number")
    assert waiting(delegate) == []

    doubt.delete()

    assert waiting(delegate) == [(mine.pk, theirs.pk, ["last_name"])]


def test_the_file_corrected_last_asks_the_other(
    cast: Cast, delegate: Appointment, mine: Dossier, theirs: Dossier
) -> None:
    correct(cast.worker, theirs, language="fr")
    assert waiting(delegate) == [(mine.pk, theirs.pk, ["last_name"])]

    correct(cast.worker, theirs, first_name="Petra")

    assert waiting(delegate) == []  # the stranger's file is no case: nobody is there to ask


@pytest.mark.parametrize(
    ("power", "categories", "is_passed"),
    [
        (Power.WRITE, DataCategory.IDENTITY.bit, False),
        (Power.READ, DataCategory.IDENTITY.bit, True),
        (Power.WRITE, DataCategory.EMPLOYMENT.bit, True),
    ],
)
def test_where_somebody_contributes_to_both_they_offer_it_themselves(
    cast: Cast, delegate: Appointment, mine: Dossier, theirs: Dossier, power: Power, categories: int, is_passed: bool
) -> None:
    let_in(cast.worker, theirs, Principal(cast.stranger.institution_id), power=power, categories=categories)

    assert bool(waiting(delegate)) is is_passed


def test_a_colleague_by_name_who_contributes_to_both_counts_as_the_institution(
    cast: Cast, delegate: Appointment, mine: Dossier, theirs: Dossier
) -> None:
    let_in(cast.worker, theirs, Principal(staff_id=cast.stranger.pk), power=Power.WRITE)

    assert waiting(delegate) == []


def test_the_office_reads_nothing_of_what_it_passed_on(delegate: Appointment, mine: Dossier, theirs: Dossier) -> None:
    correction = pass_on(delegate, mine, theirs)

    with pytest.raises(Http404):
        do(delegate, lambda who: readable_correction(who, theirs.pk, correction.pk))
    with acting_as(acting(delegate)), connection.cursor() as cursor:
        for table in ("corrections_correction", "workitems_workitem", "dossiers_event", "dossiers_particulars"):
            cursor.execute(f"SELECT count(*) FROM {table} WHERE dossier_id = %s", [theirs.pk])
            assert cursor.fetchone() == (0,), table
    assert Case.objects.filter(pk=theirs.pk).exists()
