"""Under which appointments an account acts is asked anew with each request, for the day of the request."""

from datetime import date

import pytest

from suone.ground.access.permissions import Role
from suone.organisation.appointments import acting
from suone.organisation.appointments.models import Appointment, HeldRole
from suone.organisation.appointments.tests.factories import give, make_institution, make_staff


@pytest.mark.django_db
def test_appointments_and_roles_are_those_of_the_day_and_of_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    institution = make_institution("RAV")
    staff = make_staff(institution, Role.FRONT_LINE_WORKER, first_name="Thomas", last_name="Pfammatter")
    other = make_staff(institution, Role.FRONT_LINE_WORKER, first_name="Rahel", last_name="Kalbermatten")
    Appointment.objects.filter(pk=staff.pk).update(active_from=date(2031, 5, 2))
    give(staff, Role.CASE_MANAGER)
    HeldRole.objects.filter(appointment=staff, role=Role.CASE_MANAGER).update(valid_from=date(2031, 5, 3))

    def on(day: date, account: Appointment) -> list[tuple[int, list[str]]]:
        monkeypatch.setattr(acting.timezone, "localdate", lambda: day)
        found = acting.current_staff_entries(account.user_id or 0)
        return [(entry.pk, sorted(entry.roles_in_force)) for entry in found]  # type: ignore[attr-defined]

    assert on(date(2031, 5, 1), staff) == []
    assert on(date(2031, 5, 2), staff) == [(staff.pk, [Role.FRONT_LINE_WORKER])]
    assert on(date(2031, 5, 3), staff) == [(staff.pk, sorted([Role.CASE_MANAGER, Role.FRONT_LINE_WORKER]))]
    assert on(date(2031, 5, 3), other) == [(other.pk, [Role.FRONT_LINE_WORKER])]
    Appointment.objects.filter(pk=staff.pk).update(active_until=date(2031, 5, 2))
    assert on(date(2031, 5, 3), staff) == []
