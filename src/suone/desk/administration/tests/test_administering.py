"""Appointing, inviting, giving and approving roles, ending: who may, what is kept and what the log says."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import ProgrammingError, connection
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from suone.desk.administration import services
from suone.desk.administration.queries import appointments_of
from suone.ground.access.acting import acting_for_guest
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.ground.entrances.bound_forms import digest
from suone.ground.entrances.models import Shared
from suone.ground.mail.services import send_waiting
from suone.organisation.appointments import appointing
from suone.organisation.appointments.appointing import Post
from suone.organisation.appointments.models import Appointment, HeldRole, Invitation
from suone.organisation.appointments.services import create_partner_system
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff
from suone.organisation.institutions.models import Office
from suone.organisation.signin.models import Letter
from suone.records.inbox.models import Message

pytestmark = pytest.mark.django_db


@dataclass
class World:
    office: Appointment
    delegate: Appointment
    admin: Appointment
    second: Appointment
    worker: Appointment
    stranger: Appointment


@pytest.fixture(autouse=True)
def _in_english(settings: Any) -> Iterator[None]:
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@kept
def world() -> World:
    iiz, smz, rav = make_institution("IIZ", is_iiz_office=True), make_institution("SMZ"), make_institution("RAV")
    own = Role.INSTITUTION_ADMINISTRATOR
    return World(
        office=make_staff(iiz, Role.OFFICE_ADMINISTRATOR, last_name="Office"),
        delegate=make_staff(iiz, Role.CANTONAL_DELEGATE, last_name="Delegate"),
        admin=make_staff(smz, own, last_name="Admin"),
        second=make_staff(smz, own, last_name="Second"),
        worker=make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Worker"),
        stranger=make_staff(rav, own, last_name="Stranger"),
    )


def do(by: Appointment, act: Callable[..., Any], **arguments: Any) -> Any:
    who = acting(by)
    with acting_as(who):
        return act(who, **arguments)


def _appoint(world: World, address: str = "Nina.New@Example.ORG", **fields: Any) -> tuple[Appointment, str]:
    found: tuple[Appointment, str] = do(
        world.admin,
        appointing.appoint,
        institution=world.worker.institution,
        post=Post(first_name="Nina", last_name="New", **fields),
        address=address,
    )
    return found


def _join(token: str, **fields: str) -> Any:
    typed = {"first_name": "Nina", "last_name": "New", "password": "long-enough-4711", "again": "long-enough-4711"}
    return Client().post(f"/join/{token}", typed | fields)


def _details(act: str) -> dict[str, Any]:
    found: dict[str, Any] = Entry.objects.filter(act=act).latest("pk").details
    return found


def test_whoever_is_invited_makes_an_account_by_a_link_that_works_once(world: World) -> None:
    appointment, token = _appoint(world, percentage=60)
    do(world.admin, appointing.give_role, appointment=appointment, role=Role.TANDEM, valid_from=timezone.localdate())

    shown = Client().get(f"/join/{token}")
    taken = _join(token)
    again = _join(token)

    assert shown.status_code == 200
    assert "nina.new@example.org" in shown.content.decode()
    assert (taken.status_code, again.status_code) == (302, 404)
    appointment.refresh_from_db()
    account = User.objects.get(email="nina.new@example.org")
    assert (appointment.user, appointment.given_by, appointment.percentage) == (account, world.admin, 60)
    assert account.check_password("long-enough-4711")
    assert acting(appointment).roles == {Role.TANDEM}
    assert client_of(appointment).get("/").status_code == 200
    assert _details("appointment.accepted") == {"account": account.pk}


def test_the_form_of_whoever_joins_acts_once_and_its_password_is_kept_nowhere(world: World) -> None:
    _appointment, token = _appoint(world)
    key = str(uuid.uuid4())
    short = _join(token, idempotency_key=key, password="short", again="short")

    taken, again = _join(token, idempotency_key=key), _join(token, idempotency_key=key)
    other = _join(token, idempotency_key=key, password="another-long-4711", again="another-long-4711")

    assert short.status_code == 422
    assert [each.headers["Location"] for each in (taken, again)] == ["/accounts/login/"] * 2
    assert other.status_code == 422
    account = User.objects.get(email="nina.new@example.org")
    assert account.check_password("long-enough-4711")
    typed = {"first_name": "Nina", "last_name": "New", "password": "long-enough-4711", "again": "long-enough-4711"}
    assert digest(RequestFactory().post("/", typed)) not in str(Shared.objects.values())  # could be tried out


def test_the_mail_holds_a_link_and_neither_a_name_nor_a_password(world: World) -> None:
    form = {"first_name": "Nina", "last_name": "New", "address": "NINA@example.org", "language": "de"}

    answer = client_of(world.admin).post(f"/appointments/of/{world.admin.institution_id}/add", form)
    send_waiting()

    assert answer.status_code == 302
    [sent] = mail.outbox
    assert sent.to == ["nina@example.org"]
    assert "/join/" in sent.body
    assert "New" not in sent.body
    token = sent.body.split("/join/")[1].split()[0]
    assert Client().get(f"/join/{token}").status_code == 200
    assert token not in str(list(Entry.objects.values_list("details", flat=True)))


def test_invited_twice_in_another_spelling_is_one_invitation_and_one_account(world: World) -> None:
    first, old = _appoint(world, "Nina.New@example.org")
    second, new = _appoint(world, " NINA.NEW@EXAMPLE.org ")

    assert first == second
    assert Invitation.objects.count() == 1
    assert Client().get(f"/join/{old}").status_code == 404
    assert _join(new).status_code == 302
    assert User.objects.filter(email__iexact="nina.new@example.org").count() == 1
    with pytest.raises(Refused, match="already works"):
        _appoint(world, "nina.new@example.org")


def test_an_existing_account_takes_an_appointment_up_once_it_has_logged_in(world: World) -> None:
    assert world.stranger.user is not None
    appointment, token = _appoint(world, world.stranger.user.email.upper())
    other = client_of(world.worker)

    asked = Client().get(f"/join/{token}", headers={"accept-language": "en"}).content.decode()
    assert "Log in with it first" in asked
    assert other.post(f"/join/{token}").status_code == 200
    appointment.refresh_from_db()
    assert appointment.user is None
    assert client_of(world.stranger).post(f"/join/{token}").status_code == 302
    appointment.refresh_from_db()
    assert appointment.user == world.stranger.user


def test_the_database_gives_an_appointment_to_the_account_of_the_invited_address_alone(world: World) -> None:
    appointment, token = _appoint(world)
    taking_up = "SELECT appointments_accept_invitation(%s, %s)"

    with acting_as(acting_for_guest()), connection.cursor() as cursor:
        cursor.execute(taking_up, [token, world.stranger.user_id])
        assert cursor.fetchone() == (None,)
        cursor.execute(taking_up, ["forged", world.stranger.user_id])
        assert cursor.fetchone() == (None,)

    appointment.refresh_from_db()
    assert appointment.user is None


def test_whoever_made_an_invitation_does_not_take_it_up_for_the_invited(world: World) -> None:
    """Neither with the link, as the administrator, nor as a guest with the hash that the administrator can read."""
    appointment, token = _appoint(world, address=world.stranger.user.email)
    account = world.stranger.user_id
    readable = Invitation.objects.values_list("token_hash", flat=True).get(appointment=appointment)
    taking_up = "SELECT appointments_accept_invitation(%s, %s)"

    with (
        pytest.raises(ProgrammingError, match="whoever has its link"),
        acting_as(acting(world.admin)),
        connection.cursor() as cursor,
    ):
        cursor.execute(taking_up, [token, account])
    with acting_as(acting_for_guest()), connection.cursor() as cursor:
        cursor.execute(taking_up, [readable, account])
        assert cursor.fetchone() == (None,)
        cursor.execute(taking_up, [token, account])
        assert cursor.fetchone() == (appointment.pk,)


@pytest.mark.parametrize("change", ["expires", "ended", "withdrawn"])
def test_a_link_that_is_over_opens_nothing(world: World, change: str) -> None:
    appointment, token = _appoint(world)
    if change == "expires":
        Invitation.objects.update(expires_at=timezone.now())
    elif change == "withdrawn":
        Invitation.objects.update(withdrawn_at=timezone.now())
    else:
        do(world.admin, services.end_appointment, appointment=appointment, last_day=None)

    answer = Client().get(f"/join/{token}")
    assert answer.status_code == 404
    assert "replaced by a newer one" in answer.content.decode()
    assert _join(token).status_code == 404
    assert not User.objects.filter(email="nina.new@example.org").exists()


def test_passwords_that_differ_make_no_account(world: World) -> None:
    _appointment, token = _appoint(world)

    assert _join(token, again="something-else").status_code == 422
    assert not User.objects.filter(email="nina.new@example.org").exists()


def test_giving_and_approving_log_before_and_after_and_ask_those_who_approve(world: World) -> None:
    today = timezone.localdate()

    held = do(world.admin, services.give_role, appointment=world.worker, role=Role.MEDICAL_OFFICER, valid_from=today)
    given = _details("appointment.role_given")
    asked = list(Message.objects.filter(act="appointment.approval_asked").values_list("staff_id", flat=True))
    do(world.second, appointing.approve_role, held=held)

    assert asked == [world.second.pk]  # never the giver, the holder, or a stranger
    assert given["before"] == given["after"] == ["front_line_worker"]
    assert _details("appointment.role_approved") == {
        "role": "medical_officer",
        "held": held.pk,
        "before": ["front_line_worker"],
        "after": ["front_line_worker", "medical_officer"],
    }


def test_somebody_may_not_approve_what_they_gave_or_hold(world: World) -> None:
    today = timezone.localdate()
    held = do(world.admin, services.give_role, appointment=world.second, role=Role.MEDICAL_OFFICER, valid_from=today)

    for who in (world.admin, world.second, world.stranger, world.worker):
        with pytest.raises(Refused, match="You may not approve"):
            do(who, appointing.approve_role, held=held)
    assert set(Message.objects.filter(act="appointment.approval_asked").values_list("staff_id", flat=True)) == {
        world.office.pk,
        world.delegate.pk,
    }
    do(world.office, appointing.approve_role, held=held)
    with pytest.raises(Refused, match="no longer waits"):
        do(world.delegate, appointing.approve_role, held=held)


def test_a_role_ends_at_once_or_with_its_day_and_who_approves_may_decline(world: World) -> None:
    today = timezone.localdate()
    own = HeldRole.objects.get(appointment=world.worker)
    waiting = do(world.admin, services.give_role, appointment=world.worker, role=Role.MEDICAL_OFFICER, valid_from=today)

    for who in (world.worker, world.stranger, world.office):
        with pytest.raises(Refused, match="may not end this role"):
            do(who, appointing.end_role, held=own)
    do(world.second, appointing.end_role, held=waiting)
    do(world.admin, appointing.end_role, held=own, last_day=today)
    assert acting(world.worker).roles == {Role.FRONT_LINE_WORKER}
    do(world.admin, appointing.end_role, held=own)

    assert acting(world.worker).roles == frozenset()
    assert _details("appointment.role_ended")["before"] == ["front_line_worker"]
    assert _details("appointment.role_ended")["after"] == []
    with pytest.raises(Refused, match="already ended"):
        do(world.admin, appointing.end_role, held=own)


@pytest.mark.parametrize("way", ["form", "last day", "locked"])
def test_every_way_of_ending_refuses_the_next_request(world: World, way: str) -> None:
    client = client_of(world.worker)
    assert client.get("/").status_code == 200

    if way == "form":
        client_of(world.admin).post(f"/appointments/{world.worker.pk}/end", {"last_day": ""})
    elif way == "last day":
        Appointment.objects.filter(pk=world.worker.pk).update(active_until=timezone.localdate() - timedelta(days=1))
    else:
        User.objects.filter(pk=world.worker.user_id).update(is_active=False)

    assert client.get("/").status_code in (302, 403)
    assert client.post("/directory/absences", {}).status_code in (302, 403)


def test_an_end_is_logged_with_before_and_after_and_nobody_ends_their_own(world: World) -> None:
    until = timezone.localdate() + timedelta(days=30)

    for who in (world.worker, world.stranger, world.office):
        with pytest.raises(Refused, match="not for themselves"):
            do(who, services.end_appointment, appointment=world.worker, last_day=until)
    do(world.admin, services.end_appointment, appointment=world.worker, last_day=until)

    details = _details("appointment.ended")
    assert (details["before"]["until"], details["after"]["until"]) == (None, until.isoformat())
    assert details["after"]["account"] == world.worker.user_id


def test_office_region_and_percentage_change_and_the_log_says_before_and_after(world: World) -> None:
    own = Office.objects.create(institution=world.worker.institution, name_de="SMZ Siders", name_fr="CMS Sierre")
    foreign = Office.objects.create(institution=world.stranger.institution, name_de="RAV", name_fr="ORP")
    address = f"/appointments/{world.worker.pk}/change"

    changed = client_of(world.admin).post(address, {"office": own.pk, "percentage": 60, "institution": foreign.pk})
    elsewhere = client_of(world.admin).post(address, {"office": foreign.pk})
    own_one = client_of(world.admin).post(f"/appointments/{world.admin.pk}/change", {"percentage": 100})
    strange = client_of(world.stranger).post(address, {"percentage": 100})

    assert (changed.status_code, elsewhere.status_code, own_one.status_code, strange.status_code) == (
        302,
        422,
        422,
        404,
    )
    world.worker.refresh_from_db()
    assert (world.worker.office, world.worker.percentage) == (own, 60)
    details = _details("appointment.changed")
    assert (details["before"]["office"], details["before"]["percentage"]) == (None, None)
    assert (details["after"]["office"], details["after"]["percentage"]) == (own.pk, 60)
    assert details["before"]["institution"] == details["after"]["institution"] == world.worker.institution_id
    with pytest.raises(Refused, match="of the institution"):
        do(world.admin, appointing.change_post, appointment=world.worker, office=foreign, region=None, percentage=60)
    with pytest.raises(Refused, match="Nothing was changed"):
        do(world.admin, appointing.change_post, appointment=world.worker, office=own, region=None, percentage=60)
    with pytest.raises(Refused, match="not for themselves"):
        do(world.worker, appointing.change_post, appointment=world.worker, office=None, region=None, percentage=60)


def test_the_administrator_changes_the_address_of_a_log_in_and_unlocks_it(world: World) -> None:
    assert world.worker.user is not None
    for _try in range(5):
        Client().post("/accounts/login/", {"login": "ada.worker@example.org", "password": "wrong"})
    admin, at = client_of(world.admin), f"/appointments/{world.worker.pk}"

    paused = admin.get(at).content.decode()
    unlocked = admin.post(f"{at}/unlock")
    again = admin.post(f"{at}/unlock")
    changed = admin.post(f"{at}/log-in", {"address": "Ada.Muster@example.org"})
    taken = admin.post(f"{at}/log-in", {"address": "ada.second@example.org"})

    assert "log-in paused after failures" in paused
    assert (unlocked.status_code, again.status_code) == (302, 422)
    assert (changed.status_code, taken.status_code) == (302, 422)
    account = User.objects.get(pk=world.worker.user_id)
    assert account.email == "ada.muster@example.org"
    entries = Entry.objects.filter(act__in=["account.unlocked", "account.address_changed"]).order_by("pk")
    assert [(one.act, one.staff_id, one.object_id) for one in entries] == [
        ("account.unlocked", world.admin.pk, account.pk),
        ("account.address_changed", world.admin.pk, account.pk),
    ]
    assert Letter.objects.filter(kind=Letter.Kind.MOVED, address="ada.worker@example.org").count() == 1


def test_a_new_link_goes_where_the_first_one_went_whatever_the_directory_says(world: World) -> None:
    appointment, _token = _appoint(world)
    coordinator = make_staff(world.office.institution, Role.REGIONAL_COORDINATOR, last_name="Coordinator")
    client_of(coordinator).post(
        f"/directory/edit/staff/{appointment.pk}",
        {"first_name": "Nina", "last_name": "New", "email": "mine@example.org"},
    )
    again = f"/appointments/{appointment.pk}/invite"

    client_of(world.admin).post(again)
    Invitation.objects.update(withdrawn_at=timezone.now())
    client_of(world.admin).post(again)
    send_waiting()

    assert Appointment.objects.get(pk=appointment.pk).email == "mine@example.org"
    assert [to for sent in mail.outbox for to in sent.to] == ["nina.new@example.org"] * 2
    assert set(Invitation.objects.values_list("address", flat=True)) == {"nina.new@example.org"}


def test_nobody_takes_over_an_account_that_also_works_elsewhere(world: World) -> None:
    Appointment.objects.create(
        user=world.worker.user, institution=world.stranger.institution, first_name="Ada", last_name="Worker"
    )
    change = services.change_log_in_address

    with pytest.raises(Refused, match="also works elsewhere"):
        do(world.admin, change, appointment=world.worker, address="mine@example.org")
    with pytest.raises(Refused, match="not for themselves"):
        do(world.admin, change, appointment=world.admin, address="mine@example.org")
    with pytest.raises(Refused, match="not for themselves"):
        do(world.stranger, services.unlock_log_in, appointment=world.worker)
    appointment, _token = _appoint(world)
    with pytest.raises(Refused, match="Nobody has taken up"):
        do(world.admin, change, appointment=appointment, address="mine@example.org")
    assert User.objects.get(pk=world.worker.user_id).email == "ada.worker@example.org"


def test_the_list_shows_stale_accounts_keys_of_leavers_and_who_gave_what(world: World) -> None:
    assert world.worker.user is not None
    long_ago = timezone.now() - timedelta(days=100)
    User.objects.filter(pk=world.worker.user.pk).update(last_login=long_ago)
    do(world.admin, create_partner_system, institution=world.worker.institution, name="Key", responsible=world.worker)
    Appointment.objects.filter(pk=world.worker.pk).update(active_until=timezone.localdate() - timedelta(days=1))
    do(world.admin, appointing.give_role, appointment=world.second, role=Role.TANDEM, valid_from=timezone.localdate())

    held = do(
        world.admin,
        appointing.give_role,
        appointment=world.second,
        role=Role.MEDICAL_OFFICER,
        valid_from=timezone.localdate(),
    )
    do(world.office, appointing.approve_role, held=held)

    page = client_of(world.admin).get("/appointments/").content.decode()

    assert "given by Ada Admin, approved by Ada Office" in page
    assert re.search(rf"since [^<]*{timezone.localdate().year}", page)
    assert "has not logged in for a long while" in page
    assert "has left" in page
    assert "Key" in page
    assert "given by Ada Admin" in page
    who = acting(world.admin)
    with acting_as(who):
        stale = {entry.appointment.pk for entry in appointments_of(who, world.admin.institution) if entry.is_stale}
    assert world.worker.pk in stale
    assert world.admin.pk not in stale


def test_an_administrator_sees_their_own_institution_and_whoever_oversees_sees_all(world: World) -> None:
    foreign = f"/appointments/{world.stranger.pk}"

    assert client_of(world.admin).get(foreign).status_code == 404
    assert client_of(world.admin).get(f"/appointments/of/{world.stranger.institution_id}").status_code == 403
    assert client_of(world.worker).get("/appointments/").status_code == 403
    assert client_of(world.delegate).get(foreign).status_code == 200
    assert client_of(world.office).get(f"/appointments/of/{world.stranger.institution_id}").status_code == 200


def test_an_approval_waits_on_the_page_of_whoever_approves(world: World) -> None:
    client = client_of(world.admin)
    today = timezone.localdate().isoformat()
    given = client.post(
        f"/appointments/{world.worker.pk}/role", {"role": "medical_officer", "valid_from": today}, follow=True
    )
    held = HeldRole.objects.get(role="medical_officer")

    own = client.get("/appointments/").content.decode()
    refused = client.post(f"/appointments/roles/{held.pk}/approve").status_code
    other = client_of(world.second).get("/appointments/").content.decode()
    approved = client_of(world.second).post(f"/appointments/roles/{held.pk}/approve").status_code

    assert "The role waits for a second person" in given.content.decode()
    assert "Waiting for your approval" not in own
    assert refused == 422
    assert "Waiting for your approval" in other
    assert approved == 302
    assert Role.MEDICAL_OFFICER in acting(world.worker).roles


def test_the_page_offers_nobody_what_they_may_not_do_to_their_own_appointment(world: World) -> None:
    client = client_of(world.admin)
    acts = ("change", "role", "log-in", "pass-on", "end")

    own = client.get(f"/appointments/{world.admin.pk}").content.decode()
    other = client.get(f"/appointments/{world.worker.pk}").content.decode()

    assert [act for act in acts if f"/appointments/{world.admin.pk}/{act}" in own] == []
    assert "/appointments/roles/" not in own
    assert [act for act in acts if f"/appointments/{world.worker.pk}/{act}" in other] == list(acts)


def test_a_foreign_office_is_refused(world: World) -> None:
    foreign = Office.objects.create(institution=world.stranger.institution, name_de="RAV", name_fr="ORP")

    with pytest.raises(Refused, match="Choose an office"):
        _appoint(world, office=foreign)
