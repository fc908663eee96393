"""The smallest assessments: begun, answered section by section, finished, decided."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from suone.casework.assessments import services
from suone.casework.assessments.models import Assessment, SectionAnswers
from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import do
from suone.organisation.appointments.models import Appointment

TO_STABILISE = {
    "prospects": {"chances": "none", "with_measures": "no"},
    "support": {"release_expected": "no", "needs_social_work": "yes"},
}
TO_CHANGE = {
    "prospects": {"chances": "some", "with_measures": "yes"},
    "support": {"release_expected": "no", "needs_social_work": "yes"},
}
INTAKE = {
    "need": {"need_clarified": "yes", "subsidiarity_checked": "yes", "entitled": "yes", "need": "A way back to work"},
    "work": {"wants_work": "4"},
}


def begin(by: Appointment, case: Case, identifier: str) -> Assessment:
    this: Assessment = do(by, services.start_assessment, case=again(case), identifier=identifier)
    return this


def save(
    by: Appointment, this: Assessment, section: str, answers: Mapping[str, str], version: int | None = None
) -> Any:
    kept = SectionAnswers.objects.filter(assessment=this, section=section).first()
    before = kept.version if kept else 0
    return do(
        by,
        services.save_section,
        assessment=this,
        section=section,
        answers=answers,
        version=before if version is None else version,
    )


def finished(
    by: Appointment, case: Case, identifier: str = "segmentation", answers: Mapping[str, Any] = TO_CHANGE
) -> Assessment:
    this = begin(by, case, identifier)
    for section, given in answers.items():
        save(by, this, section, given)
    done: Assessment = do(by, services.finish_assessment, assessment=this)
    return done


def decided(by: Appointment, case: Case, band: str = "", reason: str = "", **changes: Any) -> Assessment:
    """A segment: as proposed, or another one with a reason."""
    this = finished(by, case, **changes)
    result: Assessment = do(
        by, services.decide_assessment, assessment=this, band=band or this.score.proposed, reason=reason
    )
    return result


def due_on(this: Assessment, day: date) -> None:
    """Let time pass until it is due again on this day."""
    Assessment.objects.filter(pk=this.pk).update(again_on=day)


def again(case: Case) -> Case:
    return Case.objects.select_related("dossier").get(pk=case.pk)
