"""After some times the server runs what it prepared, with a plan for all values: every page must still answer then.

Here it prepares each statement the second time, and uses such a plan at once. With real commits: a rollback, as it
ends other tests, makes psycopg forget what is prepared.
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


def test_every_page_answers_with_prepared_statements_and_plans_for_all_values(
    settings: Settings, tmp_path: Path
) -> None:
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

    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
    connection.connection.prepare_threshold = 1

    broken = []
    for address in swept_addresses():
        url = reverse(address.name, kwargs={name: objects[name] for name in address.parameters})
        broken += [url for _ in range(2) if client.get(url, worlds.question(objects)).status_code >= 500]

    assert settings.DATABASES["default"]["OPTIONS"]["prepare_threshold"] is not None  # in service it is on
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements")
        generic, custom = cursor.fetchone()
        cursor.execute("RESET plan_cache_mode")
    connection.close()
    assert broken == []
    assert generic > 0  # a page that refuses rolls back, and what was prepared is forgotten
    assert custom == 0
