"""The files a correction can be offered to, the differences, and offered corrections."""

from django.db import connection
from django.db.models import QuerySet
from django.http import Http404

from suone.casework.corrections.models import Correction
from suone.casework.corrections.rules import Difference, Field, birth_in, differences
from suone.ground.access.acting import Acting
from suone.records.dossiers.models import Dossier, Particulars, Sex
from suone.records.dossiers.queries import particulars_of
from suone.records.persons import ahv
from suone.records.persons.queries import number_of


def targets_of(acting: Acting, dossier_id: int) -> list[Dossier]:
    """List the other files of the same person to which the acting person contributes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT corrections_targets(%s)", [dossier_id])
        found = [pk for (pk,) in cursor.fetchall()]
    return list(Dossier.objects.readable_by(acting).filter(pk__in=found).order_by("pk"))


def known_in(particulars: Particulars) -> dict[Field, str]:
    """Return the values of a file that can be offered, as shown to readers."""
    number = number_of(particulars.dossier_id)
    return {
        Field.LAST_NAME: particulars.last_name,
        Field.FIRST_NAME: particulars.first_name,
        Field.BIRTH: str(particulars.birth or ""),
        Field.SEX: str(Sex(particulars.sex).label) if particulars.sex else "",
        Field.DIED_ON: f"{particulars.died_on:%d.%m.%Y}" if particulars.died_on else "",
        Field.AHV_NUMBER: number.formatted if number else "",
    }


def offered_in(correction: Correction) -> dict[Field, str]:
    """Return the offered values, as shown to readers."""
    kept = correction.offered
    died_on = kept.get("died_on") or ""
    return {
        Field.LAST_NAME: kept.get("last_name") or "",
        Field.FIRST_NAME: kept.get("first_name") or "",
        Field.BIRTH: str(birth_in(kept) or ""),
        Field.SEX: str(Sex(kept["sex"]).label) if kept.get("sex") else "",
        Field.DIED_ON: ".".join(reversed(died_on.split("-"))),
        Field.AHV_NUMBER: ahv.formatted(kept["ahv_number"]) if kept.get("ahv_number") else "",
    }


def differences_between(acting: Acting, dossier_id: int, other_id: int) -> list[Difference]:
    """List the fields in which this file differs from the other, which can be offered there."""
    mine, theirs = particulars_of(acting, dossier_id), particulars_of(acting, other_id)
    return differences(known_in(theirs), known_in(mine)) if mine and theirs else []


def corrections_of(acting: Acting, dossier_id: int) -> QuerySet[Correction]:
    """List the corrections offered to a file, newest first; none without access to the identity."""
    rows = Correction.objects.readable_by(acting).filter(dossier_id=dossier_id)
    return rows.select_related("dossier", "institution", "offered_by", "answered_by").order_by("-pk")


def readable_correction(acting: Acting, dossier_id: int, correction_id: int) -> Correction:
    """Return an offered correction; raises ``Http404`` when the acting person may not read it."""
    correction = corrections_of(acting, dossier_id).filter(pk=correction_id).first()
    if correction is None:
        raise Http404
    return correction
