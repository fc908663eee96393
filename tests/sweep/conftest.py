"""One world for all the tests of this folder: to build it takes longer than most of them."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from pytest_django import DjangoDbBlocker

from suone.organisation.appointments import acting
from tests.sweep import world as worlds
from tests.sweep.world import World


@pytest.fixture(scope="package")
def built(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Path]]:
    """The world, and where the keys of its register lie. Each test ends at a savepoint inside this transaction."""
    folder, before = tmp_path_factory.mktemp("register"), django_settings.REGISTER_KEYS_FOLDER
    with django_db_blocker.unblock(), transaction.atomic():
        django_settings.REGISTER_KEYS_FOLDER = str(folder)
        try:
            world = worlds.build()
        finally:
            django_settings.REGISTER_KEYS_FOLDER = before
        yield world, folder
        transaction.set_rollback(True)


@pytest.fixture
def world(built: tuple[World, Path], db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    # Half of a request's time: sessions stay in memory, and who acts is asked of the database once for each account.
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    monkeypatch.setattr(acting, "current_staff_entries", cache(acting.current_staff_entries))
    settings.API_REQUESTS_A_MINUTE = 10**9
    settings.CONFIRM_MINUTES = 10**6  # else a long sweep meets the question who is there in place of the views
    settings.REGISTER_KEYS_FOLDER = str(built[1])
    return built[0]
