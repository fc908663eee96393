from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class InstrumentsConfig(AppConfig):
    name = "suone.canton.instruments"
    label = "instruments"

    def ready(self) -> None:
        post_migrate.connect(_keep_shipped, sender=self)


def _keep_shipped(*, using: str, **_others: Any) -> None:
    """The instruments that come with the product are there once the database is at this version."""
    from suone.canton.instruments.services import keep_shipped

    keep_shipped(using=using)
