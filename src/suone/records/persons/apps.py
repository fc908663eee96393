from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PersonsConfig(AppConfig):
    name = "suone.records.persons"
    label = "persons"

    def ready(self) -> None:
        post_migrate.connect(_keep_doubts_law, sender=self)


def _keep_doubts_law(*, using: str, **_others: Any) -> None:
    """Store the law for clearing doubts, as the settings name it now, in the database."""
    from suone.records.persons.services import keep_doubts_law

    keep_doubts_law(using=using)
