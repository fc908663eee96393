from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class InboxConfig(AppConfig):
    name = "suone.records.inbox"
    label = "inbox"

    def ready(self) -> None:
        post_migrate.connect(_keep_acts, sender=self)


def _keep_acts(*, using: str, **_others: Any) -> None:
    """Store the codes of all acts in the database, which lets no message be of another."""
    from suone.records.inbox.services import keep_acts

    keep_acts(using=using)
