"""Who answers for an institution: named by its own administrator, among those who work there now; keys likewise."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments import services
from suone.organisation.appointments.models import Appointment, ContactPerson, PartnerSystem
from suone.organisation.appointments.rules import hash_of_key
from suone.organisation.appointments.services import ContactAssignment
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff
from suone.records.inbox.models import Message

pytestmark = pytest.mark.django_db

_ENTER = "INSERT INTO appointments_contactperson (institution_id, staff_id, topics, position) VALUES (%s, %s, '', 0)"
_KEY = (
    "INSERT INTO appointments_partnersystem (institution_id, name, responsible_id, key_hash, valid_from)"
    " VALUES (%s, 'x', %s, 'hash', current_date)"
)


@dataclass
class World:
    coordinator: Appointment
    office: Appointment
    delegate: Appointment
    admin: Appointment
    worker: Appointment
    colleague: Appointment
    stranger: Appointment  # of an institution that nobody administers


@kept
def world() -> World:
    iiz, smz, rav = make_institution("IIZ", is_iiz_office=True), make_institution("SMZ"), make_institution("RAV")
    found = World(
        coordinator=make_staff(iiz, Role.REGIONAL_COORDINATOR, last_name="Coordinator"),
        office=make_staff(iiz, Role.OFFICE_ADMINISTRATOR, last_name="Office"),
        delegate=make_staff(iiz, Role.CANTONAL_DELEGATE, last_name="Delegate"),
        admin=make_staff(smz, Role.INSTITUTION_ADMINISTRATOR, last_name="Admin"),
        worker=make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Worker"),
        colleague=make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Colleague"),
        stranger=make_staff(rav, Role.FRONT_LINE_WORKER, last_name="Stranger"),
    )
    make_staff(rav, Role.FRONT_LINE_WORKER, last_name="Second")
    ContactPerson.objects.all().delete()
    return found


def do(by: Appointment, act: Callable[..., Any], **arguments: Any) -> Any:
    who = acting(by)
    with acting_as(who):
        return act(who, **arguments)


def sql(by: Appointment, statement: str, *values: object) -> int:
    with transaction.atomic(), acting_as(acting(by)), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def leave(staff: Appointment) -> None:
    Appointment.objects.filter(pk=staff.pk).update(ended_at=timezone.now())


def test_an_administrator_enters_changes_and_removes_a_contact_person_and_each_is_logged(world: World) -> None:
    smz = world.worker.institution
    entry = do(
        world.admin,
        services.enter_contact_person,
        institution=smz,
        assignment=ContactAssignment(staff=world.worker, topics="families"),
    )
    do(
        world.admin,
        services.change_contact_person,
        entry=entry,
        assignment=ContactAssignment(staff=world.colleague, deputy=world.worker),
    )
    kept = ContactPerson.objects.get()
    do(world.admin, services.remove_contact_person, entry=entry)

    assert (kept.staff, kept.deputy, kept.topics) == (world.colleague, world.worker, "")
    assert not ContactPerson.objects.exists()
    first = {"region": None, "staff": world.worker.pk, "deputy": None}
    second = {"region": None, "staff": world.colleague.pk, "deputy": world.worker.pk}
    entries = Entry.objects.filter(object_type="contactperson", object_id=kept.pk).order_by("id")
    assert list(entries.values_list("act", "details", "recipients")) == [
        ("contact.entered", {"after": first}, [smz.pk]),
        ("contact.changed", {"before": first, "after": second}, [smz.pk]),
        ("contact.removed", {"before": second}, [smz.pk]),
    ]


@pytest.mark.parametrize("who", ["coordinator", "office", "delegate", "worker", "stranger"])
def test_nobody_else_says_who_answers(world: World, who: str) -> None:
    entry = ContactPerson.objects.create(institution=world.worker.institution, staff=world.worker)
    by: Appointment = getattr(world, who)
    assignment = ContactAssignment(staff=world.colleague)

    for act, arguments in (
        (services.enter_contact_person, {"institution": world.worker.institution, "assignment": assignment}),
        (services.change_contact_person, {"entry": entry, "assignment": assignment}),
        (services.remove_contact_person, {"entry": entry}),
    ):
        with pytest.raises(Refused, match="Only an administrator of the institution"):
            do(by, act, **arguments)
    with pytest.raises(ProgrammingError, match="row-level security"):
        sql(by, _ENTER, world.worker.institution_id, world.colleague.pk)
    assert sql(by, "UPDATE appointments_contactperson SET topics = 'mine'") == 0
    assert sql(by, "DELETE FROM appointments_contactperson") == 0
    with pytest.raises(ProgrammingError, match="row-level security"):
        sql(by, _KEY, world.worker.institution_id, world.worker.pk)
    assert ContactPerson.objects.get().topics == ""


def test_the_delegate_says_it_where_nobody_administers(world: World) -> None:
    assert sql(world.delegate, _ENTER, world.stranger.institution_id, world.stranger.pk) == 1
    with pytest.raises(ProgrammingError, match="row-level security"):
        sql(world.coordinator, _ENTER, world.stranger.institution_id, world.stranger.pk)


@pytest.mark.parametrize("who", ["coordinator", "admin", "stranger", "leaver", "to_come"])
def test_whoever_answers_works_there_now(world: World, who: str) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    if who == "leaver":
        leave(world.colleague)
    elif who == "to_come":
        Appointment.objects.filter(pk=world.colleague.pk).update(active_from=tomorrow)
    named = world.colleague if who in ("leaver", "to_come") else getattr(world, who)
    entry = ContactPerson.objects.create(institution=world.worker.institution, staff=world.worker)
    if who == "admin":  # works there too
        assert sql(world.admin, _ENTER, world.worker.institution_id, named.pk) == 1
        assert sql(
            world.admin, "UPDATE appointments_contactperson SET deputy_id = %s WHERE id = %s", named.pk, entry.pk
        )
        return

    for statement in (_ENTER, _KEY):
        with pytest.raises(IntegrityError, match="works there"):
            sql(world.admin, statement, world.worker.institution_id, named.pk)
    for column in ("staff_id", "deputy_id"):
        with pytest.raises(IntegrityError, match="works there"):
            sql(world.admin, f"UPDATE appointments_contactperson SET {column} = %s", named.pk)
    for assignment in (ContactAssignment(staff=named), ContactAssignment(staff=world.worker, deputy=named)):
        with pytest.raises(Refused, match="must work there"):
            do(world.admin, services.change_contact_person, entry=entry, assignment=assignment)


def test_an_entry_whose_deputy_has_left_is_still_changed(world: World) -> None:
    entry = ContactPerson.objects.create(
        institution=world.worker.institution, staff=world.worker, deputy=world.colleague
    )
    leave(world.colleague)

    do(
        world.admin,
        services.change_contact_person,
        entry=entry,
        assignment=ContactAssignment(staff=world.worker, deputy=world.colleague, topics="families"),
    )

    assert ContactPerson.objects.get().topics == "families"


def test_the_page_offers_those_who_work_there_and_nobody_else(world: World) -> None:
    gone = make_staff(world.worker.institution, Role.FRONT_LINE_WORKER, last_name="Gone")
    leave(gone)
    address = f"/appointments/of/{world.worker.institution_id}/contact-persons"
    client = client_of(world.admin)

    page = client.get(f"{address}/add").content.decode()
    foreign = client.post(f"{address}/add", {"staff": world.coordinator.pk})
    entered = client.post(f"{address}/add", {"staff": world.worker.pk, "deputy": world.colleague.pk})
    entry = ContactPerson.objects.get(staff=world.worker)
    changed = client.post(f"/appointments/contact-persons/{entry.pk}", {"staff": world.colleague.pk})
    listed = client.get(address).content.decode()
    removed = client.post(f"/appointments/contact-persons/{entry.pk}/remove")

    assert "Ada Worker" in page
    assert not any(f"Ada {name}" in page for name in ("Gone", "Coordinator", "Stranger", "Delegate"))
    assert (foreign.status_code, entered.status_code, changed.status_code, removed.status_code) == (422, 302, 302, 302)
    assert "Ada Colleague" in listed
    assert not ContactPerson.objects.filter(pk=entry.pk).exists()


def test_no_other_page_changes_contact_persons(world: World) -> None:
    entry = ContactPerson.objects.create(institution=world.worker.institution, staff=world.worker)
    of_smz = f"/appointments/of/{world.worker.institution_id}/contact-persons"
    one = f"/appointments/contact-persons/{entry.pk}"
    typed = {"staff": world.colleague.pk}

    for by in (world.coordinator, world.office):
        assert client_of(by).get("/directory/edit/contact-person/").status_code == 404
        assert client_of(by).post(f"/directory/edit/contact-person/{entry.pk}", typed).status_code == 404
    statuses = {
        name: {client_of(getattr(world, name)).post(address, typed).status_code for address in (f"{of_smz}/add", one)}
        for name in ("coordinator", "worker", "office", "delegate")
    }
    removed = client_of(world.office).post(f"{one}/remove").status_code

    assert statuses == {"coordinator": {403}, "worker": {403}, "office": {422}, "delegate": {422}}
    assert removed == 422
    assert ContactPerson.objects.get().staff == world.worker


def test_a_key_ends_by_whoever_administers_its_institution(world: World) -> None:
    system, _key = do(
        world.admin,
        services.create_partner_system,
        institution=world.worker.institution,
        name="x",
        responsible=world.worker,
    )

    for by in (world.coordinator, world.office, world.stranger):
        with pytest.raises((Refused, DatabaseError)):
            do(by, services.end_partner_system, system=system)
        assert sql(by, "UPDATE appointments_partnersystem SET ended_at = now()") == 0
    do(world.admin, services.end_partner_system, system=system)

    assert PartnerSystem.objects.get().ended_at is not None


def test_an_administrator_creates_and_ends_a_key_and_nobody_sees_it_again(world: World) -> None:
    smz, admin = world.worker.institution, client_of(world.admin)
    keys = f"/appointments/of/{smz.pk}/systems"
    typed = {"name": "Dossier system", "responsible": world.worker.pk, "valid_until": ""}

    shown = admin.post(f"{keys}/add", typed)

    system = PartnerSystem.objects.get()
    [key] = re.findall(r"suone_[\w-]+", shown.content.decode())
    assert (system.key_hash, system.responsible, shown["Cache-Control"]) == (hash_of_key(key), world.worker, "no-store")
    assert "Dossier system" in admin.get(keys).content.decode()
    assert key not in admin.get(keys).content.decode()
    assert list(Message.objects.filter(act="partner.notified").values_list("staff", flat=True)) == [world.worker.pk]
    again = admin.post(f"{keys}/add", typed)
    assert (again.status_code, PartnerSystem.objects.count()) == (422, 1)

    admin.post(f"/appointments/systems/{system.pk}/end")

    system.refresh_from_db()
    assert system.ended_at is not None
    logged = Entry.objects.filter(object_type="partnersystem", object_id=system.pk).order_by("id")
    assert [(entry.act, entry.staff_id) for entry in logged] == [
        ("partner.created", world.admin.pk),
        ("partner.ended", world.admin.pk),
    ]
    assert key not in str(list(Entry.objects.values()))
    assert admin.post(f"/appointments/systems/{system.pk}/end").status_code == 422


@pytest.mark.parametrize("who", ["coordinator", "worker", "office", "delegate", "stranger"])
def test_nobody_else_creates_or_ends_a_key(world: World, who: str) -> None:
    smz, other = world.worker.institution, client_of(getattr(world, who))
    typed = {"name": "Mine", "responsible": world.colleague.pk, "valid_until": ""}
    system, _key = do(world.admin, services.create_partner_system, institution=smz, name="x", responsible=world.worker)

    refused = {
        other.post(f"/appointments/of/{smz.pk}/systems/add", typed).status_code,
        other.post(f"/appointments/systems/{system.pk}/end").status_code,
    }

    assert refused <= {403, 404, 422}
    assert [(one.name, one.ended_at) for one in PartnerSystem.objects.all()] == [("x", None)]


def test_nobody_answers_for_a_key_that_they_create_themselves(world: World) -> None:
    smz, elsewhere = world.worker.institution, world.stranger.institution
    offered = client_of(world.admin).get(f"/appointments/of/{smz.pk}/systems/add").content.decode()
    of_delegate = Appointment.objects.create(
        user=world.delegate.user, institution=elsewhere, first_name="Ada", last_name="Twice"
    )

    for by, own in ((world.admin, world.admin), (world.delegate, of_delegate)):
        with pytest.raises(Refused, match="nobody gives access to themselves"):
            do(by, services.create_partner_system, institution=own.institution, name="x", responsible=own)
        with pytest.raises(IntegrityError, match="create themselves"):
            sql(by, _KEY, own.institution_id, own.pk)
    assert f'value="{world.admin.pk}"' not in offered
    assert f'value="{world.worker.pk}"' in offered
