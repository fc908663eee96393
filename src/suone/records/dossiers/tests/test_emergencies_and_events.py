from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.categories import ALL_BUT_HEALTH, ALL_CATEGORIES, DataCategory, Power
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry, RecordKind
from suone.organisation.appointments.tests.factories import acting
from suone.records.dossiers.models import Dossier, Emergency, Event, Grant, Numbering, Visit
from suone.records.dossiers.queries import events_of, last_visit
from suone.records.dossiers.services import break_glass, lock, note_visit, record_event
from suone.records.dossiers.tests.conftest import Cast
from suone.records.dossiers.tests.factories import Principal, let_in

REASON = "Danger to life, nobody of the lead can be reached"


def test_breaking_the_glass_opens_the_case_for_three_hours_with_a_trace(cast: Cast, dossier: Dossier) -> None:
    who = acting(cast.coordinator)

    with acting_as(who):
        opened = break_glass(who, number=dossier.number, reason=REASON)

    grant = Grant.objects.get(because="break_glass")
    assert opened == dossier
    assert (grant.staff_id, grant.institution_id, grant.power) == (cast.coordinator.pk, None, Power.WRITE)
    assert grant.valid_until - grant.valid_from == timedelta(hours=3)
    assert grant.categories == ALL_BUT_HEALTH
    assert Emergency.objects.get().reason == REASON
    assert Entry.objects.filter(kind="disclose", legal_basis="break-glass", dossier_id=dossier.pk).count() == 1
    assert Event.objects.filter(dossier=dossier, staff=cast.coordinator).exists()


def test_a_physician_in_an_emergency_reads_health_too(cast: Cast, dossier: Dossier) -> None:
    who = acting(cast.physician)

    with acting_as(who):
        break_glass(who, number=dossier.number, reason=REASON)

    assert Grant.objects.get(because="break_glass").categories == ALL_CATEGORIES


def test_the_application_alone_cannot_say_that_somebody_is_a_medical_officer(cast: Cast, dossier: Dossier) -> None:
    honest = acting(cast.coordinator)
    who = replace(honest, roles=honest.roles | {Role.MEDICAL_OFFICER})

    with acting_as(who):
        break_glass(who, number=dossier.number, reason=REASON)

    assert Grant.objects.get(because="break_glass").categories == ALL_BUT_HEALTH


def test_a_front_line_worker_breaks_no_glass(cast: Cast, dossier: Dossier) -> None:
    who = acting(cast.stranger)

    with pytest.raises(ProgrammingError, match="not permitted"), acting_as(who):
        break_glass(who, number=dossier.number, reason=REASON)


@pytest.mark.parametrize(("number", "reason"), [("2020-0001", REASON), (None, "because"), (None, "   ")])
def test_an_unknown_number_or_no_reason_is_refused_and_leaves_nothing(
    cast: Cast, dossier: Dossier, number: str | None, reason: str
) -> None:
    who = acting(cast.coordinator)

    with pytest.raises(Refused), acting_as(who):
        break_glass(who, number=number or dossier.number, reason=reason)

    assert not Emergency.objects.exists()


def test_data_protection_sees_emergencies_and_a_stranger_none(cast: Cast, dossier: Dossier) -> None:
    who = acting(cast.coordinator)
    with acting_as(who):
        break_glass(who, number=dossier.number, reason=REASON)

    seen = {}
    for name in ("lead", "protection", "stranger"):
        with acting_as(acting(getattr(cast, name))):
            seen[name] = Emergency.objects.count()

    assert seen == {"lead": 1, "protection": 1, "stranger": 0}


def _tell(cast: Cast, dossier: Dossier, category: DataCategory) -> None:
    who = acting(cast.lead)
    with acting_as(who):
        record_event(
            who, dossier=dossier, kind=RecordKind.STORE, act="note.written", category=category, text=category.name
        )


def test_the_timeline_shows_the_categories_a_grant_covers(cast: Cast, dossier: Dossier) -> None:
    for category in (DataCategory.EMPLOYMENT, DataCategory.FINANCES, DataCategory.HEALTH):
        _tell(cast, dossier, category)
    let_in(cast.lead, dossier, Principal(cast.recipient.institution_id), categories=DataCategory.FINANCES.bit)
    let_in(cast.lead, dossier, Principal(staff_id=cast.physician.pk), categories=DataCategory.HEALTH.bit, because=2)

    read = {}
    for name in ("lead", "recipient", "physician", "stranger"):
        who = acting(getattr(cast, name))
        with acting_as(who):
            shown = [event.text for event in events_of(who, dossier) if event.act == "note.written"]
            alone = set(Event.objects.filter(act="note.written").values_list("text", flat=True))
        assert set(shown) == alone
        read[name] = shown

    assert read == {
        "lead": ["HEALTH", "FINANCES", "EMPLOYMENT"],
        "recipient": ["FINANCES"],
        "physician": ["HEALTH"],
        "stranger": [],
    }


def test_nobody_writes_in_somebody_elses_name(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(ProgrammingError, match="in another's name"), acting_as(acting(cast.lead)):
        Event.objects.bulk_create([Event(dossier=dossier, act="note.written", staff=cast.stranger)])


@pytest.mark.parametrize("kind", [Kind.GUEST, Kind.PUBLIC, Kind.SYSTEM, Kind.PERSON])
def test_whoever_is_neither_staff_nor_job_sees_nothing(cast: Cast, dossier: Dossier, kind: Kind) -> None:
    who = Acting(kind=kind, today=timezone.localdate())

    with acting_as(who):
        assert not Dossier.objects.exists()
        assert not Event.objects.exists()
    assert not Dossier.objects.readable_by(who).exists()


def test_a_job_sees_every_case(cast: Cast, dossier: Dossier) -> None:
    with acting_as(acting_for_job("testing")):
        assert list(Dossier.objects.all()) == [dossier]


def test_outside_any_act_the_apps_role_sees_nothing(cast: Cast, dossier: Dossier) -> None:
    from django.db import connection

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE suone_app")
        for table in ("dossiers_dossier", "dossiers_grant", "dossiers_event", "persons_person"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table
        cursor.execute("RESET ROLE")


def test_the_counter_of_numbers_is_nobodys(cast: Cast, dossier: Dossier) -> None:
    for ask in (Numbering.objects.exists, lambda: Numbering.objects.update(last=0)):
        with pytest.raises(ProgrammingError, match="permission denied"), acting_as(acting(cast.lead)):
            ask()


def test_a_visit_marks_the_one_before_it(cast: Cast, dossier: Dossier) -> None:
    who = acting(cast.lead)
    with acting_as(who):
        note_visit(who, dossier_id=dossier.pk)
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Visit.objects.update(at=an_hour_ago)

    with acting_as(who):
        note_visit(who, dossier_id=dossier.pk)
        visit = last_visit(who, dossier)
        note_visit(who, dossier_id=dossier.pk)  # a page opened again at once is the same visit

    assert visit is not None
    assert visit.before == an_hour_ago
    assert Visit.objects.get().before == an_hour_ago


def test_a_visit_is_its_visitors_alone(cast: Cast, dossier: Dossier) -> None:
    who = acting(cast.lead)
    with acting_as(who):
        note_visit(who, dossier_id=dossier.pk)

    with acting_as(acting(cast.colleague)):
        assert not Visit.objects.exists()


def test_locking_an_older_version_is_a_conflict_and_a_stranger_locks_nothing(cast: Cast, dossier: Dossier) -> None:
    with acting_as(acting(cast.lead)):
        assert lock(dossier.pk, version=1) == dossier
        with pytest.raises(Conflict):
            lock(dossier.pk, version=2)
    with pytest.raises(Dossier.DoesNotExist), acting_as(acting(cast.stranger)):
        lock(dossier.pk)
