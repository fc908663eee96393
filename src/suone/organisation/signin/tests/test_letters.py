"""Mails about a log-in: nothing in the answer reveals whether there is an account."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from suone.ground.access.acting import Acting, Kind
from suone.ground.access.database import acting_as
from suone.ground.access.models import User
from suone.ground.audit.models import Entry
from suone.organisation.signin.letters import send_letters
from suone.organisation.signin.models import Letter

pytestmark = pytest.mark.django_db

ADA, NOBODY = "ada@example.org", "nobody@example.org"


@pytest.fixture(autouse=True)
def account() -> User:
    return User.objects.create_user(email=ADA, password="Demo-only-4711", first_name="Ada", language="fr")


def ask_for_a_reset(address: str) -> tuple[int, str, list[str]]:
    with CaptureQueriesContext(connection) as queries:
        answer = Client().post("/accounts/password/reset/", {"email": address})
    statements = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries]
    return answer.status_code, answer["Location"], statements


def test_a_reset_is_answered_alike_for_known_and_unknown() -> None:
    known, unknown = ask_for_a_reset(ADA), ask_for_a_reset(NOBODY)

    assert known == unknown
    assert known[0] == 302
    assert any("signin_letter" in statement for statement in known[2])
    assert not any("access_user" in statement for statement in known[2])
    assert mail.outbox == []  # the job sends


@pytest.mark.parametrize("spelling", [ADA, "ADA@Example.org", "Ada@example.ORG"])
def test_the_mail_reaches_the_account_however_its_address_was_typed(spelling: str) -> None:
    ask_for_a_reset(spelling)

    assert send_letters() == 1
    assert [letter.to for letter in mail.outbox] == [[ADA]]
    assert not Letter.objects.exists()
    assert send_letters() == 0


def test_the_link_of_the_mail_sets_a_new_password(account: User) -> None:
    ask_for_a_reset(ADA)
    send_letters()
    link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link

    client = Client()
    shown = client.get(link.group(1), follow=True)
    client.post(shown.redirect_chain[-1][0], {"password1": "Ein-neues-2026!", "password2": "Ein-neues-2026!"})

    account.refresh_from_db()
    assert account.check_password("Ein-neues-2026!")


def test_the_link_of_a_reset_works_once(account: User) -> None:
    ask_for_a_reset(ADA)
    send_letters()
    found = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert found
    mine, whoever_has_it_too = Client(), Client()
    form = mine.get(found[1], follow=True).redirect_chain[-1][0]
    other_form = whoever_has_it_too.get(found[1], follow=True).redirect_chain[-1][0]  # opened before it was used
    mine.post(form, {"password1": "Ein-neues-2026!", "password2": "Ein-neues-2026!"})

    for client, address in ((Client(), found[1]), (mine, form), (whoever_has_it_too, other_form)):
        page = client.get(address, follow=True)
        assert "password1" not in page.content.decode()
        client.post(address, {"password1": "Ein-drittes-2026!", "password2": "Ein-drittes-2026!"})

    account.refresh_from_db()
    assert account.check_password("Ein-neues-2026!")


def test_nobody_is_written_to_where_there_is_no_account_or_none_that_is_active(account: User) -> None:
    User.objects.filter(pk=account.pk).update(is_active=False)
    ask_for_a_reset(ADA)
    ask_for_a_reset(NOBODY)

    assert send_letters() == 0
    assert not Letter.objects.exists()


def test_the_log_names_the_account_by_its_number_and_no_address(account: User) -> None:
    ask_for_a_reset(ADA)
    send_letters()

    entry = Entry.objects.get(act="account.reset_sent")
    assert (entry.object_type, entry.object_id) == ("account", account.pk)
    assert ADA not in str(vars(entry))


@pytest.mark.parametrize(("address", "mails"), [(ADA, 1), (NOBODY, 0)])
def test_the_owner_of_a_paused_account_is_notified_once(address: str, mails: int) -> None:
    for number in range(8):
        Client().post("/accounts/login/", {"login": address, "password": f"wrong-{number}"})

    assert Letter.objects.count() == 1
    assert send_letters() == mails
    assert Entry.objects.filter(act="account.paused").count() == mails


def test_the_mail_is_in_the_owners_language_and_names_nobody() -> None:
    for number in range(5):
        Client().post("/accounts/login/", {"login": ADA, "password": f"wrong-{number}"})
    send_letters()

    text = str(mail.outbox[0].body)
    assert text.startswith("Bonjour")
    assert "Ada" not in text
    assert ADA not in text


def test_whoever_is_not_a_job_reads_no_letter() -> None:
    ask_for_a_reset(ADA)

    with acting_as(Acting(kind=Kind.PUBLIC, today=timezone.localdate())):
        assert Letter.objects.count() == 0
        assert Letter.objects.all().delete()[0] == 0
