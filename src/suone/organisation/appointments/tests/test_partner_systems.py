"""Keys of partners' systems: what is kept of them, and what they open."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import STAFF_ROLES, Permission, Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry, RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments import services
from suone.organisation.appointments.acting import ActingMiddleware, acting_of_key
from suone.organisation.appointments.models import Appointment, PartnerSystem
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff

pytestmark = pytest.mark.django_db


@kept
def responsible() -> Appointment:
    return make_staff(make_institution("SMZ"), Role.CONTACT_PERSON, last_name="Amacker")


def _create(responsible: Appointment, **fields: object) -> tuple[PartnerSystem, str]:
    job = acting_for_job("test")
    with acting_as(job):
        return services.create_partner_system(
            job, institution=responsible.institution, name="Dossier system", responsible=responsible, **fields
        )


def test_a_key_lets_its_institutions_system_in_and_nothing_readable_is_kept_of_it(responsible: Appointment) -> None:
    system, key = _create(responsible)

    found = acting_of_key(key)

    assert found is not None
    assert (found.kind, found.institution_id, found.system_id) == (Kind.SYSTEM, responsible.institution_id, system.pk)
    assert {permission for permission in Permission if found.may(permission)} == {
        Permission.REGISTER_USE,
        Permission.REGISTER_DELIVER,
    }
    kept = PartnerSystem.objects.values_list().get()
    assert key not in str(kept)
    assert key.removeprefix("suone_") not in str(kept)
    assert len(key) >= 48


def test_making_and_ending_a_key_are_logged(responsible: Appointment) -> None:
    system, key = _create(responsible)
    job = acting_for_job("test")
    with acting_as(job):
        services.end_partner_system(job, system=system)

    entries = Entry.objects.order_by("id").values_list("act", "object_type", "object_id")
    assert list(entries) == [
        ("partner.created", "partnersystem", system.pk),
        ("partner.ended", "partnersystem", system.pk),
    ]
    assert acting_of_key(key) is None


def test_a_key_is_stored_only_if_it_is_logged(responsible: Appointment, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*args: object, **kwargs: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(services, "record", full_disk)

    with pytest.raises(OSError, match="no space"), transaction.atomic():
        _create(responsible)

    assert not PartnerSystem.objects.exists()


def test_an_ended_key_cannot_be_ended_again(responsible: Appointment) -> None:
    system, _key = _create(responsible)
    job = acting_for_job("test")
    with acting_as(job):
        services.end_partner_system(job, system=system)
        with pytest.raises(Refused, match="already"):
            services.end_partner_system(job, system=system)


def test_a_key_opens_from_its_first_to_its_last_day(responsible: Appointment) -> None:
    today = timezone.localdate()
    system, key = _create(responsible, valid_until=today)

    assert acting_of_key(key) is not None
    PartnerSystem.objects.filter(pk=system.pk).update(
        valid_from=today - timedelta(days=3), valid_until=today - timedelta(days=1)
    )
    assert acting_of_key(key) is None
    PartnerSystem.objects.filter(pk=system.pk).update(valid_from=today + timedelta(days=1), valid_until=None)
    assert acting_of_key(key) is None


def test_a_key_cannot_end_before_it_begins(responsible: Appointment) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(Refused, match="expire before"):
        _create(responsible, valid_until=yesterday)
    system, _key = _create(responsible)

    with pytest.raises(IntegrityError, match="partner_system_runs_forward"), transaction.atomic():
        PartnerSystem.objects.filter(pk=system.pk).update(valid_until=yesterday)


def test_whoever_answers_for_a_system_works_for_its_institution(responsible: Appointment) -> None:
    job = acting_for_job("test")
    other = make_institution("RAV")

    with acting_as(job), pytest.raises(Refused, match="must work there"):
        services.create_partner_system(job, institution=other, name="x", responsible=responsible)


def test_the_last_use_is_noted_and_not_with_each_request(responsible: Appointment) -> None:
    system, key = _create(responsible)

    acting_of_key(key)
    first = PartnerSystem.objects.get(pk=system.pk).last_used_at
    acting_of_key(key)

    assert first is not None
    assert PartnerSystem.objects.get(pk=system.pk).last_used_at == first


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_only_whoever_oversees_sees_the_systems_of_others(responsible: Appointment, role: Role) -> None:
    _create(responsible)
    who = acting(make_staff(make_institution("X"), role, last_name="Other"))

    with acting_as(who):
        assert PartnerSystem.objects.exists() == who.may(Permission.APPOINTMENT_OVERSEE)


def test_a_system_sees_no_systems(responsible: Appointment) -> None:
    _system, key = _create(responsible)
    found = acting_of_key(key)
    assert found is not None

    with acting_as(found):
        assert not PartnerSystem.objects.exists()


def test_the_log_names_the_system(responsible: Appointment) -> None:
    system, key = _create(responsible)
    found = acting_of_key(key)
    assert found is not None
    with acting_as(found):
        record(found, kind=RecordKind.READ, act="register.listed", details={"rows": 3})

    entry = Entry.objects.get(act="register.listed")
    assert (entry.acting_kind, entry.institution_id) == ("system", responsible.institution_id)
    assert (entry.system_id, entry.details) == (system.pk, {"rows": 3})
    assert entry.roles == ["partner_system"]


def test_below_api_a_session_counts_for_nothing_and_elsewhere_a_key(responsible: Appointment) -> None:
    _system, key = _create(responsible)
    heard: list[Acting | None] = []
    middleware = ActingMiddleware(lambda request: heard.append(request.acting))  # type: ignore[attr-defined,arg-type,return-value]
    client = client_of(responsible)
    for path in ("/api/v1/x", "/cases/"):
        for headers in ({}, {"authorization": f"Bearer {key}"}, {"authorization": "Bearer suone_wrong"}):
            request = RequestFactory().get(path, headers=headers)
            request.user, request.session = responsible.user, client.session
            middleware(request)

    assert [who and who.kind for who in heard] == [None, Kind.SYSTEM, None, Kind.STAFF, Kind.STAFF, Kind.STAFF]


def test_the_function_behind_a_key_is_for_the_apps_role(responsible: Appointment) -> None:
    _system, key = _create(responsible)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE suone_app")
        assert acting_of_key(key) is not None
        assert acting_of_key("suone_wrong") is None
        cursor.execute("RESET ROLE")
