"""``suone init`` and ``suone account``: what they print, what they keep, and that both are logged."""

from pathlib import Path

import pytest
from click.testing import Result
from django.test import Client
from django.utils import timezone

from suone.desk.administration.commands import account, init
from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.ground.console.tests.running import run
from suone.organisation.appointments.models import Appointment, HeldRole
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff
from suone.organisation.institutions.models import Institution, Office

pytestmark = pytest.mark.django_db

INIT = [
    "init", "vs", "--administrator", "Ada.Admin@example.org", "--administrator-name", "Ada Admin",
    "--delegate", "dora.delegate@example.org", "--delegate-name", "Dora Delegate",
]  # fmt: skip


def _run(name: str, *words: str) -> Result:
    return run(init if name == "init" else account, *words)


def test_init_makes_the_directory_and_two_people_approved_by_nobody() -> None:
    made = _run(*INIT)

    assert made.exit_code == 0, made.output
    assert Institution.objects.filter(is_iiz_office=True).count() == 1
    assert Office.objects.exists()
    held = {one.role: one for one in HeldRole.objects.select_related("appointment")}
    assert set(held) == {"office_administrator", "cantonal_delegate"}
    assert all(one.is_beginning and one.approved_at is None and one.given_by is None for one in held.values())
    assert held["office_administrator"].appointment.email == "ada.admin@example.org"
    entries = Entry.objects.filter(act="installation.begun")
    assert [(one.acting_kind, one.details["approved_by"]) for one in entries] == [("job", None), ("job", None)]

    links = [line.split()[1] for line in made.stdout.splitlines() if "/join/" in line]
    typed = {"first_name": "A", "last_name": "B", "password": "long-enough-4711", "again": "long-enough-4711"}
    for link in links:
        assert Client().post(link[link.index("/join/") :], typed).status_code == 302
    administrator = Appointment.objects.get(email="ada.admin@example.org")
    assert acting(administrator).roles == {Role.OFFICE_ADMINISTRATOR}
    page = client_of(administrator).get("/appointments/", headers={"accept-language": "en"}).content.decode()
    assert "approved by nobody" in page or "von niemandem genehmigt" in page


def test_init_begins_once_and_says_what_is_wrong() -> None:
    same = _run(*INIT[:7], "ADA.admin@example.org", *INIT[8:])
    unknown = _run("init", "xx", *INIT[2:])
    nameless = _run(*INIT[:5], "Ada", *INIT[6:])
    _run(*INIT)
    again = _run(*INIT)

    assert "give two addresses" in same.output
    assert "There is no directory xx" in unknown.output
    assert "Give first and last name" in nameless.output
    assert "has begun" in again.output
    assert HeldRole.objects.count() == 2


def test_init_names_every_mistake_of_a_directory_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "be.toml"
    own.write_text(
        '\ufeffcanton = "BE"\n[[institution]]\ncode = "IIZ"\nkind = "boss"\ncircle = "first"\nname_de = "A"\n'
    )

    broken = _run("init", str(own), *INIT[2:])

    assert broken.exit_code == 1
    assert (
        "be.toml, line 2, institution IIZ: name_fr is missing.\nbe.toml, line 4, institution IIZ: kind" in broken.output
    )
    assert not Institution.objects.exists()


def test_where_one_of_the_two_is_lost_without_a_successor_it_begins_anew() -> None:
    _run(*INIT)
    lost = Appointment.objects.get(email="ada.admin@example.org")
    Appointment.objects.filter(pk=lost.pk).update(ended_at=timezone.now())

    again = _run(*INIT[:3], "next@example.org", *INIT[4:])

    assert again.exit_code == 0, again.output
    assert again.stdout.count("/join/") == 1
    assert "next@example.org" in again.stdout
    begun = HeldRole.objects.filter(role="office_administrator").values_list("appointment__email", flat=True)
    assert list(begun) == ["ada.admin@example.org", "next@example.org"]


def test_an_account_is_locked_and_unlocked_on_the_server() -> None:
    staff = make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker")
    client = client_of(staff)
    address = "ADA.Worker@example.org"

    locked = _run("account", "lock", address)
    refused = client.get("/").status_code
    listed = _run("account", "list")
    twice = _run("account", "lock", address)
    unlocked = _run("account", "unlock", address)

    assert (locked.exit_code, unlocked.exit_code) == (0, 0)
    assert refused == 302
    assert "ada.worker@example.org  " in listed.output
    assert "locked" in listed.output
    assert "is already in this state" in twice.output
    entry = Entry.objects.get(act="account.blocked")
    assert (entry.acting_kind, entry.purpose, entry.object_id) == ("job", "accounts: lock", staff.user_id)
    assert entry.details == {"before": {"active": True}, "after": {"active": False}}
    assert User.objects.get(pk=staff.user_id).is_active
    assert "There is no account" in _run("account", "lock", "nobody@example.org").output


def test_a_pause_ends_and_an_address_changes_on_the_server() -> None:
    staff = make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker")
    for _try in range(5):
        Client().post("/accounts/login/", {"login": "ada.worker@example.org", "password": "wrong"})

    unlocked = _run("account", "unlock", "ada.worker@example.org")
    twice = _run("account", "unlock", "ada.worker@example.org")
    changed = _run("account", "change-address", "ada.worker@example.org", "ada.muster@example.org")

    assert (unlocked.exit_code, changed.exit_code) == (0, 0), changed.output
    assert "is already in this state" in twice.output
    assert User.objects.get(pk=staff.user_id).email == "ada.muster@example.org"
    entries = Entry.objects.filter(act__in=["account.unlocked", "account.address_changed"]).order_by("pk")
    assert [(one.act, one.acting_kind, one.object_id) for one in entries] == [
        ("account.unlocked", "job", staff.user_id),
        ("account.address_changed", "job", staff.user_id),
    ]


def test_a_link_for_a_new_password_is_printed_and_logged() -> None:
    staff = make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker")

    printed = _run("account", "reset-link", "ada.worker@example.org")

    address = printed.output.strip()
    assert Client().get(address[address.index("/accounts/") :]).status_code in (200, 302)
    assert Entry.objects.get(act="account.link_made").object_id == staff.user_id


def test_a_new_link_is_printed_for_whoever_has_not_taken_up_the_appointment() -> None:
    _run(*INIT)
    code = Institution.objects.get(is_iiz_office=True).code

    printed = _run("account", "invite", code, "ADA.ADMIN@example.org")
    unknown = _run("account", "invite", code, "nobody@example.org")

    assert Client().get(printed.output[printed.output.index("/join/") :].strip()).status_code == 200
    assert "appoint them first" in unknown.output
