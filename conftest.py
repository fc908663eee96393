"""What every test stands on: an embedded server without durability, and a connection as the owner.

Code inside ``acting_as`` runs as the app's role, bound by every policy; code outside it (factories) as the owner.
"""

import gc
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from suone.ground.access.tests import worlds


def pytest_configure() -> None:
    from django.conf import settings
    from django.utils.translation.reloader import translation_file_changed
    from hypothesis import HealthCheck
    from hypothesis import settings as of_examples

    from suone.config import embedded, prepare
    from suone.config.translations import compile_catalogues

    # No collected files: pages find pictures and styles where they lie. Each client would look through all of them anew,
    # which took a seventh of the time of tests that ask for pages, so that those of the browser's server lie elsewhere.
    settings.STATIC_ROOT = settings.VAR / "none-collected"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.DOUBTS_LAW = "Invented Act, Art. 5"  # without one files are not compared, which its own test tries
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # for the speed of log-ins
    default, owner = settings.DATABASES["default"], settings.DATABASES["owner"]
    default.update({part: owner[part] for part in ("HOST", "PORT", "NAME", "USER", "PASSWORD") if part in owner})
    compile_catalogues()
    translation_file_changed(None, Path("django.mo"))  # what was read before, in a fresh tree without a catalogue, goes
    # How long an example takes says how busy the machine is.
    of_examples.register_profile(
        "any load",
        deadline=None,
        max_examples=int(os.environ.get("SUONE_EXAMPLES", "50")),  # make soak tries more
        suppress_health_check=[HealthCheck.too_slow],
    )
    of_examples.load_profile("any load")
    _let_forced_log_ins_be_like_real_ones()
    _let_forms_come_from_a_page()
    if os.environ.get("DATABASE_URL"):
        return
    embedded.start(settings.VAR, durable=False)
    prepare.prepare_embedded(settings.VAR)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, pytestconfig: pytest.Config
) -> Iterator[None]:
    """In place of the plugin's: a clone of what is migrated already, instead of migrating in every process."""
    from django.db import connections

    from suone.config.tests import databases

    # A name of its own, so that two runs at once do not take each other's database away.
    name = f"test_suone_{os.getpid()}"
    with django_db_blocker.unblock():
        databases.make_migrated(name)
        before = {alias: connections[alias].settings_dict["NAME"] for alias in connections}
        connections["default"].settings_dict["NAME"] = name
        connections["owner"].creation.set_as_test_mirror(connections["default"].settings_dict)
    yield
    worlds.leave(pytestconfig)
    with django_db_blocker.unblock():
        for alias, original in before.items():
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = original
        databases.drop(name)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Each test starts in English, whatever language the test before it left behind."""
    from django.utils import translation

    with translation.override("en"):
        yield


def _let_forced_log_ins_be_like_real_ones() -> None:
    """``force_login`` stands for somebody who has just typed the password: sensitive pages do not ask again."""
    from django.test import Client

    forced = Client.force_login

    def force_login(client: Client, user: Any, backend: str | None = None) -> None:
        forced(client, user, backend)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()

    Client.force_login = force_login  # type: ignore[method-assign]


def _let_forms_come_from_a_page() -> None:
    """What a test posts carries the mark of whoever acts, as every form of a page does; an empty one is none."""
    from django.conf import settings
    from django.test import Client

    from suone.ground.web.bound import FIELD, seal
    from suone.organisation.appointments.acting import SESSION_KEY, current_staff_entries

    posted = Client.post

    def mark(client: Client) -> str:
        session = client.session if settings.SESSION_COOKIE_NAME in client.cookies else {}
        user = session.get("_auth_user_id")
        entries = current_staff_entries(int(user)) if user else []
        chosen = next((one for one in entries if one.pk == session.get(SESSION_KEY)), *entries[:1] or [None])
        return seal(chosen.user_id or 0, chosen.pk) if chosen else ""

    def post(client: Client, path: str, data: Any = None, *rest: Any, **how: Any) -> Any:
        if not rest and "content_type" not in how and (data is None or (isinstance(data, dict) and FIELD not in data)):
            data = {FIELD: mark(client)} | (data or {})
        return posted(client, path, data, *rest, **how)

    Client.post = post  # type: ignore[method-assign,assignment]
