from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class YouthConfig(AppConfig):
    name = "suone.casework.youth"
    label = "youth"

    def ready(self) -> None:
        post_migrate.connect(_keep_law, sender=self)


def _keep_law(*, using: str, **_others: Any) -> None:
    """Store the law for notifying young people before a consent, as the settings name it now, in the database."""
    from suone.casework.youth.services import keep_law

    keep_law(using=using)
