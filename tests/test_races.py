"""Many at once through the pages: one winner for each version, nobody's text is lost, and a form sent twice acts once."""

import os
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from suone.casework.cases.models import Case, Note
from suone.casework.cases.rules import NoteKind
from suone.casework.cases.services import write_note
from suone.casework.leading.tests.factories import activate
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.models import User
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast, make_cast
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.services import change_number, open_dossier
from suone.records.dossiers.tests.factories import open_file
from suone.records.workitems.models import WorkItem
from suone.records.workitems.services import add_work_item

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 8
ROUNDS = 25 if os.environ.get("SUONE_SWEEP") == "full" else 10


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return activate(cast)


@pytest.fixture
def crowd(cast: Cast) -> Iterator[Callable[[Callable[[Client, int], HttpResponse]], list[HttpResponse]]]:
    """The same worker at eight machines, all pressing the button at the same moment."""
    user = cast.worker.user or User.objects.create(email="worker@example.org", password=make_password(None))
    type(cast.worker).objects.filter(pk=cast.worker.pk).update(user=user)
    clients = [Client(HTTP_ACCEPT_LANGUAGE="en") for _number in range(WRITERS)]
    for client in clients:
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[1])
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    barrier = Barrier(WRITERS)

    def press(number: int, act: Callable[[Client, int], HttpResponse]) -> HttpResponse:
        barrier.wait(timeout=20)
        try:
            return act(clients[number], number)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as threads:
        yield lambda act: list(threads.map(press, range(WRITERS), [act] * WRITERS))


def test_of_eight_writers_one_wins_each_round_and_the_others_get_both_texts(
    cast: Cast, case: Case, crowd: Callable[..., list[HttpResponse]]
) -> None:
    who = acting(cast.worker)
    with acting_as(who):
        note = write_note(
            who, dossier=case.dossier, text="before", category=DataCategory.ADMINISTRATIVE, kind=NoteKind.NOTE
        )
    address = f"/dossiers/{case.pk}/notes/{note.pk}/correct"

    for version in range(1, ROUNDS + 1):
        answers = crowd(
            lambda client, number, version=version: client.post(
                address, {"text": f"round {version} writer {number}", "version": version}
            )
        )

        kept = Note.objects.get(pk=note.pk)
        winners = [number for number, answer in enumerate(answers) if answer.status_code == 302]
        assert sorted(answer.status_code for answer in answers) == [302] + [409] * (WRITERS - 1)
        assert kept.version == version + 1
        assert kept.text == f"round {version} writer {winners[0]}"
        for number, answer in enumerate(answers):
            if answer.status_code == 409:
                page = answer.content.decode()
                assert kept.text in page
                assert f"round {version} writer {number}" in page


def test_a_form_sent_eight_times_at_once_acts_once(case: Case, crowd: Callable[..., list[HttpResponse]]) -> None:
    before = Note.objects.count()
    form = {"text": "only once", "kind": "note", "category": "10", "idempotency_key": str(uuid.uuid4())}

    answers = crowd(lambda client, number: client.post(f"/dossiers/{case.pk}/notes", form))

    assert {(answer.status_code, answer.headers.get("Location")) for answer in answers} == {
        (302, f"/dossiers/{case.pk}/")
    }
    assert Note.objects.count() == before + 1


def test_of_eight_who_postpone_a_work_item_one_does_and_the_others_get_both_days(
    cast: Cast, case: Case, crowd: Callable[..., list[HttpResponse]]
) -> None:
    who = acting(cast.worker)
    with acting_as(who):
        item = add_work_item(
            who, dossier=case.dossier, title="Call", due_on=who.today, addressed_id=cast.worker.institution_id
        )
    days = [who.today + timedelta(days=7 + number) for number in range(WRITERS)]

    answers = crowd(
        lambda client, number: client.post(
            reverse("postpone_workitem", args=[case.pk, item.pk]), {"until": days[number].isoformat(), "version": 1}
        )
    )

    kept = WorkItem.objects.get(pk=item.pk)
    assert sorted(answer.status_code for answer in answers) == [302] + [409] * (WRITERS - 1)
    assert (kept.due_on, kept.version) == (days[[answer.status_code for answer in answers].index(302)], 2)
    for number, answer in enumerate(answers):
        if answer.status_code == 409:
            page = answer.content.decode()
            assert f"{kept.due_on:%d.%m.%Y}" in page
            assert f"{days[number]:%d.%m.%Y}" in page


def _types(by: Any, number: str, file: Dossier | None) -> None:
    """Somebody opens a file, or changes the number of one, as far as the end of the act: nothing is kept."""
    who = acting(by)
    with acting_as(who):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '150ms'")
        if file is not None:
            change_number(who, dossier=file, ahv_number=number, reason="Mistyped")
        else:
            open_dossier(
                who,
                ahv_number=number,
                ahv_missing_reason="" if number else "not known yet",
                last_name="Muster",
                first_name="Peter",
                birth=None,
                language="de",
            )
        transaction.set_rollback(True)


def _waits(by: Any, number: str, file: Dossier | None) -> bool:
    try:
        _types(by, number, file)
    except OperationalError:
        return True
    finally:
        connection.close()
    return False


@pytest.mark.parametrize("first_changes", [False, True])
def test_a_number_that_is_just_typed_elsewhere_keeps_nobody_waiting_longer_than_another(
    cast: Cast, first_changes: bool
) -> None:
    """Whoever opens a file or changes its number waits for whoever does, so that the wait reveals nothing about the number."""
    number, other = "756.9217.0769.85", "756.1234.5678.97"
    mine, theirs = open_file(cast.worker), open_file(cast.adviser)
    seconds = [(typed, file) for typed in (number, other, "") for file in (None, theirs) if typed or file is None]
    who = acting(cast.worker)
    with ThreadPoolExecutor(1) as elsewhere:
        with acting_as(who):
            if first_changes:
                change_number(who, dossier=mine, ahv_number=number, reason="")
            else:
                open_file(cast.worker, ahv_number=number)
            waiting = [elsewhere.submit(_waits, cast.adviser, *second).result(20) for second in seconds]
        after = [elsewhere.submit(_waits, cast.adviser, *second).result(20) for second in seconds]

    assert waiting == [True] * len(seconds)
    assert after == [False] * len(seconds)
