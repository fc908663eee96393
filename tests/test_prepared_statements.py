"""From the sixth time on the server runs what it prepared: every page must still answer then.

With real commits: a rollback, as it ends other tests, makes psycopg forget what is prepared.
"""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from tests.sweep import world as worlds
from tests.sweep.addresses import swept_addresses

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_page_answers_the_seventh_time_as_the_first(settings: Settings, tmp_path: Path) -> None:
    # Keys of its own: a run that breaks off leaves nothing behind.
    settings.REGISTER_KEYS_FOLDER = str(tmp_path / "register")
    world = worlds.build()
    user = User.objects.filter(
        staff_entries__institution__is_iiz_office=True, staff_entries__held_roles__role=Role.REGIONAL_COORDINATOR
    ).first()
    assert user is not None
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    objects = world.objects[0]

    broken = []
    for address in swept_addresses():
        url = reverse(address.name, kwargs={name: objects[name] for name in address.parameters})
        broken += [url for _ in range(7) if client.get(url, worlds.question(objects)).status_code >= 500]

    assert settings.DATABASES["default"]["OPTIONS"]["prepare_threshold"] < 7
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        prepared = cursor.fetchone()
    assert broken == []
    assert prepared is not None
    assert prepared[0] > 0  # a page that refuses rolls back, and what was prepared is forgotten
