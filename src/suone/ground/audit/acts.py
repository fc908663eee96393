"""Looking up the sentence of an act by its code; each package lists its own acts in its ``acts.py``."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    """What is done to the log itself."""

    LOG_RESTORED = "log.restored", _("a restored backup was declared")
    LOG_DESTROYED = "log.destroyed", _("entries of the log were destroyed")


@cache
def _acts() -> dict[str, models.TextChoices]:
    found: dict[str, models.TextChoices] = {act.value: act for act in Act}
    for config in apps.get_app_configs():
        if config.name.startswith("suone.") and config.name != __package__ and find_spec(f"{config.name}.acts"):
            module = import_module(f"{config.name}.acts")
            found |= {act.value: act for act in module.Act}
    return found


def all_acts() -> list[models.TextChoices]:
    """Every act of every package."""
    return list(_acts().values())


def sentence_of(code: str) -> str:
    """The sentence of an act in the reader's language; an unknown (older) code is returned unchanged."""
    act = _acts().get(code)
    return str(act.label) if act else code
