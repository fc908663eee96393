"""The particulars that can be offered to another file, and how files differ. Pure: no clock, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from suone.records.dossiers.rules import Birth


class Field(models.TextChoices):
    """Facts about the person. Contact details are not included: each institution has its own."""

    LAST_NAME = "last_name", _("Last name")
    FIRST_NAME = "first_name", _("First name")
    BIRTH = "birth", _("Date of birth")
    SEX = "sex", _("Sex as recorded")
    DIED_ON = "died_on", _("Died on")
    AHV_NUMBER = "ahv_number", _("AHV number")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field with its value in this file and in the other."""

    field: Field
    here: str
    there: str


def differences(here: Mapping[Field, Any], there: Mapping[Field, Any]) -> list[Difference]:
    """List the fields for which ``there`` has another value; missing values there are no difference."""
    return [
        Difference(field, here.get(field, ""), there[field])
        for field in Field
        if there.get(field) and there[field] != here.get(field, "")
    ]


def birth_in(kept: Mapping[str, Any]) -> Birth | None:
    """Return the date of birth from an offer, which stores it as year, month and day."""
    year = kept.get("birth_year")
    return Birth(year, kept.get("birth_month"), kept.get("birth_day")) if year else None


def fields_in(keys: Iterable[str]) -> list[Field]:
    """Return the fields that an offer with these keys is about, in their order."""
    found = {Field.BIRTH if key.startswith("birth_") else Field(key) for key in keys}
    return [field for field in Field if field in found]
