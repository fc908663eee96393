"""The application's own filters, as the statements they become: the first of the two locks."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.utils import timezone

from suone.ground.access.acting import Acting, Kind
from suone.ground.access.permissions import Role
from suone.records.dossiers.models import CaseBoundQuerySet
from tests.reference.model import Actor

# Filters that know more than grants (an invitation opens a meeting) are in the tests of their package.
_KNOW_MORE = ("meetings_meeting", "meetings_invitee", "meetings_agendapoint", "meetings_entry", "meetings_reason")


def filtered_models() -> Iterator[type[models.Model]]:
    """Every model whose rows the application filters by grants."""
    for model in apps.get_models():
        manager = getattr(model, "objects", None)
        if (
            manager is not None
            and isinstance(manager.all(), CaseBoundQuerySet)
            and model._meta.db_table not in _KNOW_MORE
        ):
            yield model


def filter_of(model: type[models.Model], actor: Actor) -> tuple[str, tuple[Any, ...]]:
    """The statement that the application asks for this actor, with its values."""
    names = {field.attname for field in model._meta.concrete_fields}
    rows = model.objects.readable_by(  # type: ignore[attr-defined]
        _acting(actor), **({"category_column": "category"} if "category" in names else {})
    )
    try:
        found: tuple[str, tuple[Any, ...]] = rows.order_by().values_list("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT 0 WHERE false", ()
    return found


def _acting(actor: Actor) -> Acting:
    return Acting(
        kind=Kind(actor.kind),
        today=timezone.localdate(),
        institution_id=actor.institution,
        staff_id=actor.staff,
        roles=frozenset[Role](),
    )
