"""The files a correction can be offered to, the differences, and offered corrections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.http import Http404

from suone.casework.corrections.models import Correction, State
from suone.casework.corrections.rules import Difference, Field, birth_in, differences, fields_in
from suone.ground.access.acting import Acting
from suone.organisation.institutions.models import Institution
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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A correction that the office may pass on to a file whose lead knows nothing of the corrected one, without values."""

    file_id: int
    target_id: int
    corrected_at: datetime
    fields: Sequence[Field]
    corrected_by: str
    led_by: str

    @property
    def code(self) -> str:
        """The value of the form."""
        return f"{self.file_id}-{self.target_id}"


@dataclass(frozen=True, slots=True)
class Passed:
    """A correction that the office passed on, and its answer, without the case."""

    number: int
    passed_at: datetime
    state: State
    answered_at: datetime | None


def waiting_corrections() -> list[Waiting]:
    """List the corrections that the office may pass on, oldest first, at most a hundred; none without a law for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM corrections_waiting()")
        rows = cursor.fetchall()
    ids = {institution_id for row in rows for institution_id in row[4:]}
    names = {one.pk: one.name for one in Institution.objects.filter(pk__in=ids)}
    return [
        Waiting(file_id, target_id, at, fields_in(keys), names.get(corrected_by, "–"), names.get(led_by, "–"))
        for file_id, target_id, at, keys, corrected_by, led_by in rows
    ]


def passed_corrections() -> list[Passed]:
    """List what the office passed on, newest first, at most a hundred."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM corrections_passed_on()")
        return [Passed(number, at, State(state), answered) for number, at, state, answered in cursor.fetchall()]
