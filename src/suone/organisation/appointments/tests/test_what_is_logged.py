"""Whole entries: what is logged of appointments, roles, absences and partners' keys; and what is refused."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from suone.ground.access.acting import acting_for_guest, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.tests.entries import log_of, logged
from suone.organisation.appointments import appointing, services
from suone.organisation.appointments.appointing import Post
from suone.organisation.appointments.models import Absence, Appointment, HeldRole, Invitation
from suone.organisation.appointments.tests.factories import acting, make_institution, make_staff
from suone.organisation.institutions.models import Institution, Office

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@kept
def smz() -> Institution:
    return make_institution("SMZ")


@kept
def admin(smz: Institution) -> Appointment:
    return make_staff(smz, Role.INSTITUTION_ADMINISTRATOR, last_name="Admin")


@kept
def worker(smz: Institution) -> Appointment:
    return make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Worker")


def do(by: Appointment, act: Callable[..., Any], **arguments: Any) -> Any:
    who = acting(by)
    with acting_as(who):
        return act(who, **arguments)


def appoint(admin: Appointment, address: str = "nina@example.org", **fields: Any) -> tuple[Appointment, str]:
    post = Post(first_name="Nina", last_name="New", **fields)
    found: tuple[Appointment, str] = do(
        admin, appointing.appoint, institution=admin.institution, post=post, address=address, roles=[Role.TANDEM]
    )
    return found


def facts(appointment: Appointment, **changes: Any) -> dict[str, Any]:
    usual = dict.fromkeys(("account", "office", "region", "percentage", "from", "until"))
    return usual | {"institution": appointment.institution_id, "ended": False} | changes


def test_log_of_an_appointment_its_invitation_and_its_role(admin: Appointment) -> None:
    first_day = timezone.localdate() + 9 * DAY
    appointment, _token = appoint(admin, active_from=first_day, active_until=first_day)
    again, _new = appoint(admin)
    invitation, held = Invitation.objects.get(), HeldRole.objects.get(appointment=appointment)

    words: dict[str, Any] = {"about": ("appointment", appointment.pk), "to": [admin.institution_id]}
    invited = logged("change", **words, details={"invitation": invitation.pk})
    after = facts(appointment, **{"from": first_day.isoformat(), "until": first_day.isoformat()})
    role = {"role": "tandem", "held": held.pk, "before": [], "after": []}
    assert again == appointment
    assert log_of("appointment.given") == [logged("store", **words, details={"after": after})]
    assert log_of("appointment.invited") == [invited, invited]
    assert log_of("appointment.role_given") == [logged("change", **words, details=role)]
    assert (held.valid_from, invitation.sent_by_id) == (first_day, admin.pk)


def test_log_of_an_invitation_accepted(admin: Appointment) -> None:
    appointment, token = appoint(admin)
    account = User.objects.create_user(email="nina@example.org")
    stranger = User.objects.create_user(email="somebody@example.org")
    guest = acting_for_guest()

    with acting_as(guest):
        for wrong, whose in ((token, stranger), ("forged", account)):
            with pytest.raises(Refused, match="for another address"):
                appointing.accept_invitation(guest, token=wrong, account=whose)
        appointing.accept_invitation(guest, token=token, account=account)

    words: dict[str, Any] = {"about": ("appointment", appointment.pk), "to": [admin.institution_id]}
    assert log_of("appointment.accepted") == [logged("change", **words, details={"account": account.pk})]
    with pytest.raises(Refused, match="has been accepted"):
        do(admin, appointing.invite, appointment=Appointment.objects.get(pk=appointment.pk), address="nina@example.org")


def test_an_appointment_that_cannot_be_is_refused(admin: Appointment) -> None:
    foreign = Office.objects.create(institution=make_institution("RAV"), name_de="RAV", name_fr="ORP")

    with pytest.raises(Refused, match="an office of the institution"):
        appoint(admin, office=foreign)
    with pytest.raises(Refused, match="must not be before"):
        appoint(admin, active_from=timezone.localdate(), active_until=timezone.localdate() - DAY)
    appoint(admin, active_until=timezone.localdate())  # either day alone is enough
    appoint(admin, "other@example.org", active_from=timezone.localdate())

    assert Appointment.objects.filter(last_name="New").count() == 2


def test_log_of_another_post_and_of_its_end(admin: Appointment, worker: Appointment) -> None:
    office = Office.objects.create(institution=admin.institution, name_de="SMZ", name_fr="CMS")
    invited, _token = appoint(admin)
    words: dict[str, Any] = {"about": ("appointment", worker.pk), "to": [admin.institution_id]}
    before, later = facts(worker, account=worker.user_id), timezone.localdate() + DAY

    do(admin, appointing.change_post, appointment=worker, office=office, region=None, percentage=60)
    do(admin, appointing.end_days, appointment=worker, last_day=later)
    do(admin, appointing.end_days, appointment=worker, last_day=None)
    do(admin, appointing.end_days, appointment=invited, last_day=timezone.localdate())

    changed = before | {"office": office.pk, "percentage": 60}
    dated = changed | {"until": later.isoformat()}
    assert log_of("appointment.changed") == [logged("change", **words, details={"before": before, "after": changed})]
    assert log_of("appointment.ended")[:2] == [
        logged("change", **words, details={"before": changed, "after": dated}),
        logged("change", **words, details={"before": dated, "after": dated | {"ended": True}}),
    ]
    worker.refresh_from_db()
    assert worker.ended_by_id == admin.pk
    assert Invitation.objects.get().withdrawn_at is not None
    for act in (
        lambda: do(admin, appointing.end_days, appointment=worker, last_day=None),
        lambda: do(admin, appointing.change_post, appointment=worker, office=None, region=None, percentage=1),
    ):
        with pytest.raises(Refused, match="has already ended"):
            act()


def test_an_end_lies_ahead_and_not_before_the_beginning(admin: Appointment, worker: Appointment) -> None:
    Appointment.objects.filter(pk=worker.pk).update(active_from=timezone.localdate() + 5 * DAY)
    worker.refresh_from_db()

    with pytest.raises(Refused, match="not in the past"):
        do(admin, appointing.end_days, appointment=worker, last_day=timezone.localdate() - DAY)
    with pytest.raises(Refused, match="must not be before"):
        do(admin, appointing.end_days, appointment=worker, last_day=timezone.localdate() + 4 * DAY)
    do(admin, appointing.end_days, appointment=worker, last_day=timezone.localdate() + 5 * DAY)


def test_log_of_a_role_that_ends(admin: Appointment, worker: Appointment) -> None:
    held = HeldRole.objects.get(appointment=worker)
    with pytest.raises(Refused, match="not in the past"):
        do(admin, appointing.end_role, held=held, last_day=timezone.localdate() - DAY)
    do(admin, appointing.end_role, held=held)

    details = {"role": "front_line_worker", "held": held.pk, "before": ["front_line_worker"], "after": []}
    words: dict[str, Any] = {"about": ("appointment", worker.pk), "to": [admin.institution_id]}
    assert log_of("appointment.role_ended") == [logged("change", **words, details=details)]
    with pytest.raises(Refused, match="must not be before"):
        do(
            admin,
            appointing.give_role,
            appointment=worker,
            role=Role.TANDEM,
            valid_from=timezone.localdate(),
            valid_until=timezone.localdate() - DAY,
        )
    do(
        admin,
        appointing.give_role,
        appointment=worker,
        role=Role.TANDEM,
        valid_from=timezone.localdate(),
        valid_until=timezone.localdate(),
    )
    with pytest.raises(Refused, match="already given for some of these days"):
        do(admin, appointing.give_role, appointment=worker, role=Role.TANDEM, valid_from=timezone.localdate())


def test_who_asked_for_a_role_is_not_the_one_who_declines_it(admin: Appointment, worker: Appointment) -> None:
    """What waits is declined by whoever could approve it; what is approved ends by whoever administers it."""
    second = make_staff(admin.institution, Role.INSTITUTION_ADMINISTRATOR, last_name="Second")
    delegate = make_staff(make_institution("IIZ", is_iiz_office=True), Role.CANTONAL_DELEGATE, last_name="Delegate")
    held = do(
        admin, appointing.give_role, appointment=second, role=Role.MEDICAL_OFFICER, valid_from=timezone.localdate()
    )

    for who in (second, worker):
        with pytest.raises(Refused, match="may not end this role"):
            do(who, appointing.end_role, held=held)
    do(delegate, appointing.approve_role, held=held)
    held.refresh_from_db()
    with pytest.raises(Refused, match="may not end this role"):
        do(delegate, appointing.end_role, held=held)
    do(admin, appointing.end_role, held=held)


def test_log_of_an_absence_and_of_its_end(worker: Appointment, admin: Appointment) -> None:
    absence = do(
        worker,
        services.enter_absence,
        staff=worker,
        first_day=timezone.localdate(),
        last_day=timezone.localdate(),
        deputy=admin,
    )
    do(worker, services.remove_absence, absence=Absence.objects.get(pk=absence.pk))
    do(
        worker,
        services.enter_absence,
        staff=worker,
        first_day=timezone.localdate(),
        last_day=timezone.localdate() + DAY,
    )

    about, day = ("staff", worker.pk), timezone.localdate().isoformat()
    assert log_of("absence.entered") == [
        logged("store", about=about, details={"from": day, "until": day, "deputy": admin.pk}),
        logged(
            "store",
            about=about,
            details={"from": day, "until": (timezone.localdate() + DAY).isoformat(), "deputy": None},
        ),
    ]
    assert log_of("absence.removed") == [logged("delete", about=about)]
    elsewhere = make_staff(make_institution("RAV"), last_name="Elsewhere")
    for days, deputy, sentence in (
        ((timezone.localdate(), timezone.localdate() - DAY), None, "must not be before"),
        ((timezone.localdate() + 9 * DAY, timezone.localdate() + 9 * DAY), worker, "can be their own deputy"),
        ((timezone.localdate() + 9 * DAY, timezone.localdate() + 9 * DAY), elsewhere, "can be their own deputy"),
        ((timezone.localdate() + DAY, timezone.localdate() + 9 * DAY), None, "already recorded"),
    ):
        with pytest.raises(Refused, match=sentence):
            do(worker, services.enter_absence, staff=worker, first_day=days[0], last_day=days[1], deputy=deputy)
    assert Absence.objects.count() == 1


def test_log_of_a_partners_key(worker: Appointment) -> None:
    job = acting_for_job("a test")
    with acting_as(job):
        system, _key = services.create_partner_system(
            job, institution=worker.institution, name="Files", responsible=worker, valid_until=timezone.localdate()
        )
        services.end_partner_system(job, system=system)

    about = ("partnersystem", system.pk)
    assert log_of("partner.created") == [logged("store", about=about, purpose="a test")]
    assert log_of("partner.ended") == [logged("change", about=about, purpose="a test")]
