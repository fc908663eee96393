"""The embedded PostgreSQL server that every benchmark with a database measures on."""

from typing import Any

_PARTS = ("HOST", "PORT", "USER", "PASSWORD")


def start() -> None:
    """Set up Django, start the embedded server of this tree and create its roles."""
    import django

    django.setup()
    from django.conf import settings

    from suone.config import embedded, prepare

    embedded.start(settings.VAR)
    prepare.prepare_embedded(settings.VAR)


def owner_settings() -> dict[str, Any]:
    """Where the owner of the database connects, and as whom: parts of a connection's ``settings_dict``."""
    from django.conf import settings

    owner = settings.DATABASES["owner"]
    return {part: owner[part] for part in _PARTS if part in owner}


def connect_as_owner() -> None:
    """Let the default connection belong to the owner, whom no row policy binds."""
    from django.db import connection

    connection.settings_dict.update(owner_settings())
