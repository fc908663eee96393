from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate


class ConsentsConfig(AppConfig):
    name = "suone.records.consents"
    label = "consents"

    def ready(self) -> None:
        post_migrate.connect(keep_limit, sender=self)


def keep_limit(*, using: str, **_others: Any) -> None:
    """How long a consent, and access on another basis, last at most are settings; the database refuses what is longer."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('consents_limit')")
        if cursor.fetchone() != (None,):  # else not yet migrated so far
            cursor.execute(
                "UPDATE consents_limit SET months = %s, access_months = %s",
                [settings.CONSENT_AT_MOST_MONTHS, settings.ACCESS_AT_MOST_MONTHS],
            )
