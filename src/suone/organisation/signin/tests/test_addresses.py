"""The address of a log-in: confirmed by a link, announced to the old one, named by number in the log."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db.models import F
from django.test import Client
from django.utils import timezone

from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff
from suone.organisation.signin import services
from suone.organisation.signin.letters import send_letters
from suone.organisation.signin.models import AddressChange

pytestmark = pytest.mark.django_db

OLD, NEW, PASSWORD = "ada.risi@example.org", "ada.neu@example.org", "Demo-only-4711"
PAGE = "/accounts/email/"


@kept
def staff() -> Appointment:
    return make_staff(make_institution("RAV"), Role.FRONT_LINE_WORKER, last_name="Risi", password=PASSWORD)


def link() -> str:
    send_letters()
    found = re.search(r"http://[^/]+(/account/address/\S+)", str(mail.outbox[-1].body))
    assert found
    return found.group(1)


def address_of(staff: Appointment) -> str:
    return User.objects.get(pk=staff.user_id).email


def log_in(address: str) -> bool:
    return Client().post("/accounts/login/", {"login": address, "password": PASSWORD}).status_code == 302


def test_nothing_changes_before_the_link_is_followed(staff: Appointment) -> None:
    client = client_of(staff)
    client.post(PAGE, {"address": "  Ada.NEU@example.org"})
    address = link()

    opened = client.get(address)  # as a mail scanner does

    assert opened.status_code == 200
    assert [letter.to for letter in mail.outbox] == [[NEW]]
    assert address_of(staff) == OLD


def test_with_the_link_the_new_address_counts_and_the_old_one_no_longer(staff: Appointment) -> None:
    EmailAddress.objects.create(user=staff.user, email=OLD, verified=True, primary=True)
    client, elsewhere = client_of(staff), client_of(staff)
    client.post(PAGE, {"address": NEW})

    client.post(link())
    send_letters()

    assert (log_in(OLD), log_in(NEW)) == (False, True)
    assert client.get(PAGE).status_code == 200
    assert elsewhere.get(PAGE)["Location"].startswith("/accounts/login/")
    assert mail.outbox[-1].to == [OLD]
    assert NEW not in str(mail.outbox[-1].body)


def test_the_log_names_the_account_and_no_address(staff: Appointment) -> None:
    client = client_of(staff)
    client.post(PAGE, {"address": NEW})
    client.post(link())

    entries = list(Entry.objects.filter(act__startswith="account.address").order_by("id"))

    assert [entry.act for entry in entries] == ["account.address_asked", "account.address_changed"]
    assert {(entry.object_type, entry.object_id, entry.user_id) for entry in entries} == {
        ("account", staff.user_id, staff.user_id)
    }
    # The digest and the salt are bytes by chance: they may spell anything.
    words = [value for entry in entries for value in vars(entry).values() if not isinstance(value, bytes | memoryview)]
    assert not any(part in str(words) for part in ("@", "neu", "risi"))


def test_a_link_works_once_for_a_day_and_for_whoever_asked(staff: Appointment) -> None:
    other = make_staff(staff.institution, Role.FRONT_LINE_WORKER, first_name="Beat", last_name="Abgottspon")
    client = client_of(staff)
    client.post(PAGE, {"address": NEW})
    address = link()

    assert client_of(other).post(address).status_code == 422
    AddressChange.objects.update(at=F("at") - timedelta(hours=25))
    assert client.post(address).status_code == 422
    AddressChange.objects.update(at=timezone.now())
    assert client.post(address).status_code == 302
    assert client.post(address).status_code == 422
    assert address_of(other) != NEW


@pytest.mark.parametrize("spelling", ["beat.abgottspon@example.org", "BEAT.Abgottspon@Example.org"])
def test_an_address_that_another_account_has_is_answered_alike_and_not_taken(staff: Appointment, spelling: str) -> None:
    make_staff(staff.institution, Role.FRONT_LINE_WORKER, first_name="Beat", last_name="Abgottspon")
    client = client_of(staff)

    free, taken = client.post(PAGE, {"address": NEW}), client.post(PAGE, {"address": spelling})
    send_letters()

    assert (free.status_code, free["Location"]) == (taken.status_code, taken["Location"])
    assert "/account/address/" not in str(mail.outbox[-1].body)
    with acting_as(acting(staff)), pytest.raises(Refused):
        services.change_address(acting(staff), user=staff.user, address=spelling)
    assert address_of(staff) == OLD


def test_nobody_sends_more_than_a_few_mails_a_day(staff: Appointment) -> None:
    client = client_of(staff)

    answers = [client.post(PAGE, {"address": f"a{number}@example.org"}).status_code for number in range(6)]

    assert answers == [302] * 5 + [422]


def test_it_asks_again_who_is_there(staff: Appointment) -> None:
    client = client_of(staff)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 3600
    session.save()

    assert client.post(PAGE, {"address": NEW}).status_code == 403
    assert not AddressChange.objects.exists()


def test_an_administrator_changes_it_for_somebody(staff: Appointment) -> None:
    administrator = make_staff(staff.institution, Role.INSTITUTION_ADMINISTRATOR, first_name="Eva", last_name="Zen")

    with acting_as(acting(administrator)):
        services.change_address(acting(administrator), user=staff.user, address=NEW)

    entry = Entry.objects.get(act="account.address_changed")
    assert log_in(NEW)
    assert (entry.user_id, entry.object_id) == (administrator.user_id, staff.user_id)


def test_links_that_hold_no_longer_are_forgotten(staff: Appointment) -> None:
    client_of(staff).post(PAGE, {"address": NEW})
    services.forget_links()
    assert AddressChange.objects.count() == 1

    AddressChange.objects.update(at=F("at") - timedelta(hours=25))
    services.forget_links()
    assert not AddressChange.objects.exists()
