"""What of a person's particulars can be offered to another file. Pure: no clock, no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from suone.records.dossiers.rules import Birth


class Field(models.TextChoices):
    """What is true or false of the person; how they are reached is each institution's own."""

    LAST_NAME = "last_name", _("Last name")
    FIRST_NAME = "first_name", _("First name")
    BIRTH = "birth", _("Date of birth")
    SEX = "sex", _("Sex as recorded")
    DIED_ON = "died_on", _("Died on")
    AHV_NUMBER = "ahv_number", _("AHV number")


@dataclass(frozen=True, slots=True)
class Difference:
    """What one file has and what another one says."""

    field: Field
    here: str
    there: str


def differences(here: Mapping[Field, Any], there: Mapping[Field, Any]) -> list[Difference]:
    """Where ``there`` knows something else; what it does not know is no difference."""
    return [
        Difference(field, here.get(field, ""), there[field])
        for field in Field
        if there.get(field) and there[field] != here.get(field, "")
    ]


def birth_in(kept: Mapping[str, Any]) -> Birth | None:
    """The date of birth as an offer keeps it, in three numbers."""
    year = kept.get("birth_year")
    return Birth(year, kept.get("birth_month"), kept.get("birth_day")) if year else None
