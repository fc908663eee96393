"""What every test stands on: an embedded server without durability, and a connection as the owner.

Code inside ``acting_as`` runs as the app's role, bound by every policy; code outside it (factories) as the owner.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_configure() -> None:
    from django.conf import settings

    from suone.config import embedded, prepare
    from suone.config.translations import compile_catalogues

    # No collected files: pages find pictures and styles where they lie.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # for the speed of log-ins
    # A name of its own, so that two runs at once do not take each other's database away.
    default, owner = settings.DATABASES["default"], settings.DATABASES["owner"]
    default.setdefault("TEST", {})["NAME"] = f"test_suone_{os.getpid()}"
    default.update({part: owner[part] for part in ("HOST", "PORT", "NAME", "USER", "PASSWORD") if part in owner})
    compile_catalogues()
    if os.environ.get("DATABASE_URL"):
        return
    embedded.start(settings.VAR, durable=False)
    prepare.prepare_embedded(settings.VAR)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Each test starts in English, whatever language the test before it left behind."""
    from django.utils import translation

    with translation.override("en"):
        yield
