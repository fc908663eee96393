"""What every test stands on: an embedded server without durability, and a connection as the owner.

Code inside ``acting_as`` runs as the app's role, bound by every policy; code outside it (factories) as the owner.
"""

import os
from pathlib import Path

os.environ.setdefault("SUONE_VAR", str(Path(__file__).parent / "var" / "test"))
os.environ.setdefault("SUONE_LOG_LEVEL", "ERROR")


def pytest_configure() -> None:
    from django.conf import settings

    if os.environ.get("DATABASE_URL"):
        settings.DATABASES["default"] = settings.DATABASES["owner"]
        return
    from suone.config import embedded, prepare
    from suone.config.translations import compile_catalogues

    embedded.start(settings.VAR, durable=False)
    prepare.prepare_embedded(settings.VAR)
    settings.DATABASES["default"]["USER"] = "suone_owner"
    compile_catalogues()
