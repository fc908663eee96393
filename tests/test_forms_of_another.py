"""A form is bound to its actor: opened as one, sent as another is asked, never done unasked."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from suone.casework.cases.models import Case, Draft, Note
from suone.casework.leading.tests.factories import activate
from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.ground.web.bound import seal
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import give
from suone.records.consents.tests.factories import Cast, make_cast
from tests.sweep.addresses import LIBRARIES, all_addresses

pytestmark = pytest.mark.django_db
TEXT = "Called at nine, sounds better."


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@kept
def case(cast: Cast) -> Case:
    return activate(cast)


@kept
def second(cast: Cast) -> Appointment:
    """Where the worker works too: at the adviser's institution."""
    staff = Appointment.objects.create(
        user=cast.worker.user, institution=cast.adviser.institution, first_name="Ada", last_name="Worker"
    )
    give(staff, Role.FRONT_LINE_WORKER)
    return staff


def _client(user: User | None, **how: Any) -> Client:
    assert user is not None
    client = Client(**how)
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[1])
    return client


def _page(client: Client, case: Case) -> dict[str, str]:
    """What the form of a note would send."""
    page = client.get(f"/dossiers/{case.pk}/notes").content.decode()
    names = ("csrfmiddlewaretoken", "idempotency_key", "opened_as")
    found = {name: re.findall(f'name="{name}" value="([^"]+)"', page)[-1] for name in names}
    return found | {"text": TEXT, "kind": "note", "category": "10"}


def test_opened_as_one_and_sent_as_another_is_asked_and_can_be_sent_after_changing_back(
    cast: Cast, case: Case, second: Appointment
) -> None:
    client = _client(cast.worker.user)
    form = _page(client, case)
    client.post("/acting", {"staff": second.pk})

    asked = client.post(f"/dossiers/{case.pk}/notes", form)
    kept = Note.objects.filter(text=TEXT).count()
    sent = client.post(f"/dossiers/{case.pk}/notes", form | {"change_back": "1"})

    page = asked.content.decode()
    assert (asked.status_code, kept) == (409, 0)
    assert TEXT in page
    assert cast.worker.institution.name in page
    assert second.institution.name in page
    assert sent.status_code == 302
    assert Note.objects.get(text=TEXT).staff_id == cast.worker.pk
    assert client.session["acting_staff_id"] == cast.worker.pk
    assert Entry.objects.filter(act="acting.switched", object_id=cast.worker.pk).count() == 1


def test_it_can_be_sent_on_purpose_as_the_other(cast: Cast, case: Case, second: Appointment) -> None:
    client = _client(cast.worker.user)
    form = _page(client, case)
    client.post("/acting", {"staff": second.pk})
    on_purpose = form | {"opened_as": seal(second.user_id or 0, second.pk)}

    answer = client.post(f"/dossiers/{case.pk}/notes", on_purpose)

    # The question is not put a second time; whether this institution may write there is asked as ever.
    assert answer.status_code == 404


@pytest.mark.parametrize("forged", [False, True])
def test_another_account_never_gets_the_text(forged: bool, cast: Cast, case: Case) -> None:
    form = _page(_client(cast.worker.user), case)
    if forged:
        form["opened_as"] = form["opened_as"].replace(str(cast.worker.pk), str(cast.coordinator.pk))

    answer = _client(cast.coordinator.user).post(f"/dossiers/{case.pk}/notes", form)

    assert answer.status_code == 409
    assert TEXT not in answer.content.decode()
    assert not Note.objects.filter(text=TEXT).exists()


def test_what_was_typed_survives_the_end_of_the_log_in_for_the_same_account_alone(cast: Cast, case: Case) -> None:
    form = _page(_client(cast.worker.user, enforce_csrf_checks=True), case)

    same = _client(cast.worker.user, enforce_csrf_checks=True).post(f"/dossiers/{case.pk}/notes", form)
    other = _client(cast.coordinator.user, enforce_csrf_checks=True).post(f"/dossiers/{case.pk}/notes", form)

    assert same.status_code == 409
    assert TEXT in same.content.decode()
    assert TEXT not in other.content.decode()
    assert not Note.objects.filter(text=TEXT).exists()


def test_a_draft_is_not_saved_for_another(cast: Cast, second: Appointment) -> None:
    client = _client(cast.worker.user)
    client.post("/acting", {"staff": second.pk})
    mark = seal(cast.worker.user_id or 0, cast.worker.pk)

    answer = client.post(reverse("keep_draft"), {"last_name": "Somebody", "opened_as": mark})

    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#main"  # the script tells it from a draft that was changed elsewhere
    assert not Draft.objects.exists()


def test_a_part_that_htmx_exchanges_gives_way_to_the_question(cast: Cast, case: Case, second: Appointment) -> None:
    client = _client(cast.worker.user, headers={"HX-Request": "true"})
    client.post("/acting", {"staff": second.pk})

    answer = client.post(
        reverse("hand_over", args=[case.pk]), {"opened_as": seal(cast.worker.user_id or 0, cast.worker.pk)}
    )

    assert answer.status_code == 409
    assert answer.headers["HX-Reselect"] == "#main"


# Addresses that take a form without the mark, and why; besides, the API for partners' systems, which asks for a key, and the
# pages about the account itself, which belong to a library: an account is the same under whatever appointment.
UNMARKED = {
    "set_language": "keeps a language in a cookie, before a log-in too",
    "switch_acting": "is how somebody acts under another appointment",
    "join": "a one-time link: nobody acts yet",
    "invitation": "a guest's link: nobody acts",
    "invitation_calendar": "a guest's link, to be read",
    "healthz": "takes no form",
    "robots": "takes no form",
}


def test_a_form_without_the_mark_is_not_done_and_its_text_is_not_lost(cast: Cast, case: Case) -> None:
    client = _client(cast.worker.user)
    form = _page(client, case)

    asked = client.post(f"/dossiers/{case.pk}/notes", form | {"opened_as": ""})
    kept = Note.objects.filter(text=TEXT).count()
    page = asked.content.decode()
    mark = re.findall(r'name="opened_as" value="([^"]+)"', page)[-1]
    sent = client.post(f"/dossiers/{case.pk}/notes", form | {"opened_as": mark})

    assert (asked.status_code, kept) == (409, 0)
    assert TEXT in page
    assert cast.worker.institution.name in page
    assert sent.status_code == 302
    assert Note.objects.filter(text=TEXT).count() == 1


@pytest.mark.parametrize("marked", [True, False])
def test_every_address_that_acts_asks(cast: Cast, second: Appointment, marked: bool) -> None:
    client = _client(cast.worker.user)
    client.post("/acting", {"staff": second.pk})
    mark = seal(cast.worker.user_id or 0, cast.worker.pk) if marked else ""
    own = [address for address in all_addresses() if not address.pattern.startswith(LIBRARIES)]
    bound = [address for address in own if any(getattr(view, "binds", False) for view in address.views)]

    unasked = []
    for address in bound:
        example = {name: 1 if f"<int:{name}>" in address.pattern else "x" for name in address.parameters}
        answer = client.post(reverse(address.name, kwargs=example), {"opened_as": mark, "text": TEXT})
        if answer.status_code not in (405, 409):
            unasked.append(f"{address.name}: {answer.status_code}")

    assert len(bound) > 100
    assert unasked == []
    unbound = {one.name for one in own if one not in bound and not one.name.startswith("api:")}
    assert unbound == set(UNMARKED), "Decorate the view with @reads or @acts, or name it in UNMARKED with the reason."
