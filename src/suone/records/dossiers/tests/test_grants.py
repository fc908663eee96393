"""How access begins, narrows and ends, and who may make it so."""

import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.http import Http404
from django.utils import timezone

from suone.ground.access.categories import ALL_BUT_HEALTH, ALL_CATEGORIES, HEALTH_BIT, DataCategory, Power, mask_of
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, make_staff
from suone.records.dossiers.models import Dossier, Grant
from suone.records.dossiers.queries import (
    access_of,
    has_power,
    institutions_with_access,
    readable_categories,
    readable_dossier,
)
from suone.records.dossiers.services import end_of, end_unfounded_grants, open_grants, start_of
from suone.records.dossiers.tests.conftest import Cast
from suone.records.dossiers.tests.factories import TRIAL, Principal, change_act, let_in, open_file

WORK = mask_of([DataCategory.EMPLOYMENT, DataCategory.EDUCATION])


def _institution(staff: Appointment) -> Principal:
    return Principal(institution_id=staff.institution_id)


def _can_open(staff: Appointment, dossier: Dossier) -> bool:
    who = acting(staff)
    with acting_as(who):
        try:
            return bool(readable_dossier(who, dossier.pk))
        except Http404:
            return False


def _categories(staff: Appointment, dossier: Dossier) -> int:
    who = acting(staff)
    with acting_as(who):
        return mask_of(readable_categories(who, dossier))


def _close(staff: Appointment, dossier: Dossier) -> None:
    who = acting(staff)
    with acting_as(who):
        end_unfounded_grants(who, dossier=dossier)


def _of_trial() -> list[Grant]:
    return list(Grant.objects.filter(because=TRIAL).order_by("pk"))


def test_a_new_case_is_led_by_the_institution_that_opened_it_health_left_out(cast: Cast, dossier: Dossier) -> None:
    grant = Grant.objects.get()

    assert (grant.institution_id, grant.power, grant.categories) == (
        cast.lead.institution_id,
        Power.LEAD,
        ALL_BUT_HEALTH,
    )
    assert (grant.because, grant.because_id) == ("notification", dossier.pk)
    assert _can_open(cast.colleague, dossier)


def test_numbers_count_up_within_the_year(cast: Cast) -> None:
    numbers = [open_file(cast.lead, last_name=name).number for name in ("A", "B", "C")]

    year = timezone.localdate().year
    assert numbers == [f"{year}-0001", f"{year}-0002", f"{year}-0003"]


def test_whoever_may_not_notify_opens_no_case_file(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(ProgrammingError, match="not permitted"), transaction.atomic():
        open_file(cast.protection)


def test_nobody_else_can_open_it_not_even_the_office(cast: Cast, dossier: Dossier) -> None:
    for staff in (cast.recipient, cast.physician, cast.coordinator, cast.stranger, cast.protection):
        assert not _can_open(staff, dossier), staff.last_name


def test_a_grant_opens_its_categories_to_everybody_at_the_institution(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient), categories=WORK)

    assert _categories(cast.recipient, dossier) == WORK
    assert not _can_open(cast.stranger, dossier)


def test_a_grant_to_one_person_opens_nothing_to_their_institution(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, Principal(staff_id=cast.physician.pk), categories=ALL_CATEGORIES)
    beside = make_staff(cast.physician.institution, Role.MEDICAL_OFFICER, last_name="Beside")

    assert _categories(cast.physician, dossier) & HEALTH_BIT
    assert not _can_open(beside, dossier)


def test_health_is_opened_to_no_institution(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(IntegrityError, match="grant_health_to_staff_only"), transaction.atomic():
        let_in(cast.lead, dossier, _institution(cast.recipient), categories=HEALTH_BIT)


def test_a_grant_covers_known_categories_only(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(IntegrityError, match="grant_categories_are_known"), transaction.atomic():
        let_in(cast.lead, dossier, Principal(staff_id=cast.recipient.pk), categories=ALL_CATEGORIES + 1)


@pytest.mark.parametrize("power", [Power.READ, Power.WRITE])
def test_a_recipient_opens_the_case_to_nobody(cast: Cast, dossier: Dossier, power: Power) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient), power=power)

    with pytest.raises(ProgrammingError, match="not permitted"), transaction.atomic():
        let_in(cast.recipient, dossier, _institution(cast.stranger), because=2)

    assert not _can_open(cast.stranger, dossier)


def test_whoever_was_given_the_lead_may_open_it_to_others(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.coordinator), power=Power.LEAD)

    let_in(cast.coordinator, dossier, _institution(cast.recipient), because=2)

    assert _can_open(cast.recipient, dossier)


@pytest.mark.parametrize(
    ("starts", "ends", "is_open"),
    [(-2, -1, False), (-2, 1, True), (1, 2, False)],
)
def test_a_grant_works_in_its_period_alone(cast: Cast, dossier: Dossier, starts: int, ends: int, is_open: bool) -> None:
    now = timezone.now()

    let_in(
        cast.lead,
        dossier,
        _institution(cast.recipient),
        starts=now + timedelta(days=starts),
        ends=now + timedelta(days=ends),
    )

    assert _can_open(cast.recipient, dossier) is is_open


def test_an_expiry_takes_effect_inside_an_open_transaction(cast: Cast, dossier: Dossier) -> None:
    ends = timezone.now() + timedelta(seconds=3)  # time enough for a busy machine
    let_in(cast.lead, dossier, _institution(cast.recipient), ends=ends)
    who = acting(cast.recipient)

    with acting_as(who):
        before = Dossier.objects.count()
        time.sleep(max(0.0, (ends - timezone.now()).total_seconds()) + 0.1)
        after = Dossier.objects.count()

    assert (before, after) == (1, 0)


def test_ending_one_act_leaves_open_what_another_opened(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient), categories=WORK, because=1)
    let_in(cast.lead, dossier, _institution(cast.recipient), categories=DataCategory.FINANCES.bit, because=2)
    change_act("categories = 0", because=1)

    _close(cast.lead, dossier)

    assert _categories(cast.recipient, dossier) == DataCategory.FINANCES.bit


def test_a_grant_ended_before_it_began_is_empty_and_not_inverted(cast: Cast, dossier: Dossier) -> None:
    later = timezone.now() + timedelta(days=3)
    let_in(cast.lead, dossier, _institution(cast.recipient), starts=later)
    change_act("valid_until = valid_from")

    _close(cast.lead, dossier)

    [grant] = _of_trial()
    assert grant.valid_from == grant.valid_until == later


def test_narrowing_keeps_the_rest_and_the_trace(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient), categories=WORK, power=Power.WRITE)
    change_act(f"categories = {DataCategory.EDUCATION.bit | DataCategory.FINANCES.bit}, power = 1")

    _close(cast.recipient, dossier)

    assert _categories(cast.recipient, dossier) == DataCategory.EDUCATION.bit  # finances are not opened by it
    wide, left = _of_trial()
    assert (wide.categories, left.categories, left.power) == (WORK, DataCategory.EDUCATION.bit, Power.READ)
    assert (wide.valid_until, left.legal_basis) == (left.valid_from, "consent")


def test_an_end_that_comes_earlier_shortens_the_grant(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient))
    change_act("valid_until = now() + interval '3 days'")

    _close(cast.recipient, dossier)

    [grant] = _of_trial()
    assert timedelta(days=2) < grant.valid_until - timezone.now() < timedelta(days=3)


def test_closing_opens_nothing_that_an_act_allows_anew(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient), categories=WORK)
    change_act(f"categories = {ALL_BUT_HEALTH}, power = 3, valid_until = valid_until + interval '1 year'")
    before = Grant.objects.values().get(because=TRIAL)

    _close(cast.recipient, dossier)

    assert Grant.objects.values().get(because=TRIAL) == before


def test_opening_again_follows_the_act(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient), categories=WORK)
    change_act(f"categories = {ALL_BUT_HEALTH}")
    who = acting(cast.lead)

    with acting_as(who):
        open_grants(who, dossier=dossier, act=TRIAL, act_id=1)
    with acting_as(who):
        open_grants(who, dossier=dossier, act=TRIAL, act_id=1)

    assert _categories(cast.recipient, dossier) == ALL_BUT_HEALTH
    assert [grant.categories for grant in _of_trial()] == [WORK, ALL_BUT_HEALTH]


def test_nothing_is_opened_for_an_act_that_is_not_kept(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient))
    who = acting(cast.lead)

    for act, number in ((TRIAL, 2), ("invented", 1)):
        with pytest.raises(DatabaseError), acting_as(who):
            open_grants(who, dossier=dossier, act=act, act_id=number)


def test_a_stranger_ends_nothing(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient))

    with pytest.raises(ProgrammingError, match="not permitted"), transaction.atomic():
        _close(cast.stranger, dossier)


@pytest.mark.parametrize(
    "change",
    [
        "categories = categories | 2",
        "power = 2",
        "valid_until = valid_until + interval '1 second'",
        "valid_from = valid_from - interval '1 second'",
        "because_id = 2",
        "dossier_id = (SELECT max(id) FROM dossiers_dossier)",
        "institution_id = (SELECT max(id) FROM institutions_institution)",
        "institution_id = NULL, staff_id = (SELECT max(id) FROM appointments_appointment)",
        "because = 'notification', because_id = dossier_id",
    ],
)
def test_a_grant_that_exceeds_its_act_is_refused_at_the_end_of_the_act(
    cast: Cast, dossier: Dossier, change: str
) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient), categories=1)
    open_file(cast.lead, last_name="Other")

    with pytest.raises(IntegrityError, match="exceeds its act"):
        _past_the_functions(cast.lead, f"UPDATE dossiers_grant SET {change} WHERE because = 'trial'")


def test_an_act_that_allows_less_takes_its_grants_with_it(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient), categories=WORK)
    less = f"UPDATE trial_act SET categories = {DataCategory.EDUCATION.bit}"

    for forgetful in (less, "DELETE FROM trial_act"):
        with pytest.raises(IntegrityError, match="exceeds its act"):
            _past_the_functions(cast.lead, forgetful)
    _past_the_functions(cast.lead, less, f"SELECT dossiers_close_beyond({dossier.pk})")

    assert _categories(cast.recipient, dossier) == DataCategory.EDUCATION.bit


def test_after_an_act_checks_wait_for_the_end_of_the_next(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient), categories=WORK)

    with transaction.atomic():
        for categories in (DataCategory.EDUCATION.bit, DataCategory.EMPLOYMENT.bit):
            less = f"UPDATE trial_act SET categories = {categories}"
            _past_the_functions(cast.lead, less, f"SELECT dossiers_close_beyond({dossier.pk})")

    assert not _can_open(cast.recipient, dossier)


def _past_the_functions(staff: Appointment, *statements: str) -> None:
    """As a fault in a function of the owner's would, in the middle of somebody's act."""
    with acting_as(acting(staff)), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE suone_owner")
        for statement in statements:
            cursor.execute(statement)


def test_who_has_access_is_shown_to_whoever_may_open_the_case_alone(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient))
    let_in(cast.lead, dossier, Principal(staff_id=cast.physician.pk), because=2)

    with acting_as(acting(cast.recipient)):
        shown = access_of(dossier)
        institutions = institutions_with_access(dossier)
        own = Grant.objects.count()
    with acting_as(acting(cast.stranger)):
        hidden = access_of(dossier)

    assert len(shown) == 3
    assert institutions == {
        cast.lead.institution_id,
        cast.recipient.institution_id,
        cast.physician.institution_id,
    }
    assert own == 1
    assert hidden == []


def test_power_is_asked_in_the_period_and_includes_the_lesser_ones(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient), power=Power.WRITE)
    who = acting(cast.recipient)

    with acting_as(who):
        assert [has_power(who, dossier, power) for power in Power] == [True, True, False]


def test_opening_and_ending_access_is_logged(cast: Cast, dossier: Dossier) -> None:
    let_in(cast.lead, dossier, _institution(cast.recipient), categories=WORK)
    change_act(f"categories = {DataCategory.EDUCATION.bit}")
    _close(cast.lead, dossier)

    granted, ended = Entry.objects.filter(object_type=TRIAL, object_id=1).order_by("id")
    assert (granted.kind, granted.act, granted.recipients, granted.legal_basis) == (
        "disclose",
        "grant.opened",
        [cast.recipient.institution_id],
        "consent",
    )
    assert granted.details == {"categories": WORK, "power": 1, "staff": None}
    assert (ended.kind, ended.act, ended.recipients) == ("change", "grant.ended", [cast.recipient.institution_id])
    assert ended.details == {"categories": DataCategory.EDUCATION.bit, "staff": None}
    assert {granted.dossier_id, ended.dossier_id} == {dossier.pk}


def test_a_day_in_switzerland_begins_and_ends_at_its_own_midnight() -> None:
    zurich = ZoneInfo("Europe/Zurich")

    assert start_of(date(2026, 3, 29)) == datetime(2026, 3, 29, tzinfo=zurich)
    assert end_of(date(2026, 3, 29)) - start_of(date(2026, 3, 29)) == timedelta(hours=24)
    # The clocks go forward on this day: seen from elsewhere it has 23 hours.
    utc = ZoneInfo("UTC")
    assert end_of(date(2026, 3, 29)).astimezone(utc) - start_of(date(2026, 3, 29)).astimezone(utc) == timedelta(
        hours=23
    )
