"""What was assessed: a severity index twice, a segment that waits for a decision, one that is overdue, one begun."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from suone.casework.assessments import services
from suone.casework.assessments.models import Assessment
from suone.casework.assessments.queries import answers_of
from suone.casework.cases.models import Case
from suone.ground.access.acting import Acting
from suone.organisation.appointments.models import Appointment

_Answers = Mapping[str, dict[str, str]]
_LONG_OUT: _Answers = {"work": {"last_work": "longer"}}
_AT_WORK: _Answers = {
    "work": {"last_work": "within_six_months"},
    "risk_factors": {"health": "yes", "isolation": "yes", "education": "yes", "finances": "no", "family": "no"},
}
_UNCLEAR: _Answers = {
    "prospects": {"chances": "some", "with_measures": "unclear"},
    "support": {"release_expected": "no", "needs_social_work": "yes"},
}
_REACHABLE: _Answers = {
    "prospects": {"chances": "some", "with_measures": "yes"},
    "support": {"release_expected": "no", "needs_social_work": "yes"},
}
_BEGUN: _Answers = {"work": {"wants_work": "4", "capacity": "part"}}


def play_assessments(act: Any, case: Case, *, leader: Appointment, today: date) -> None:
    """The bus inspector: the index has improved, the segment is proposed, the short assessment is begun."""
    first = act(leader, lambda acting: _finish(acting, case, "severity-index", _LONG_OUT))
    _let_pass(first, today - timedelta(days=150))
    act(leader, lambda acting: _finish(acting, case, "severity-index", _AT_WORK))
    act(leader, lambda acting: _finish(acting, case, "segmentation", _UNCLEAR))
    act(leader, lambda acting: _answer(acting, case, "short-assessment", _BEGUN))


def play_overdue(act: Any, case: Case, *, leader: Appointment, today: date) -> None:
    """Of Peter: a segment was decided seven months ago, and nobody has looked at it again."""

    def decide(acting: Acting) -> Assessment:
        segmented = _finish(acting, case, "segmentation", _REACHABLE)
        return services.decide_assessment(acting, assessment=segmented, band=segmented.score.proposed)

    _let_pass(act(leader, decide), today - timedelta(days=210))


def _finish(acting: Acting, case: Case, identifier: str, answers: _Answers) -> Assessment:
    return services.finish_assessment(acting, assessment=_answer(acting, case, identifier, answers))


def _answer(acting: Acting, case: Case, identifier: str, answers: _Answers) -> Assessment:
    """Begin an instrument and save these sections, over what is known already."""
    assessment = services.start_assessment(acting, case=case, identifier=identifier)
    known = answers_of(acting, assessment)
    for section, given in answers.items():
        before = known.get(section)
        services.save_section(
            acting,
            assessment=assessment,
            section=section,
            answers=(before.answers if before else {}) | given,
            version=before.version if before else 0,
        )
    return assessment


def _let_pass(assessment: Assessment, finished_on: date) -> None:
    # No service can let time pass.
    assert assessment.finished_on is not None
    earlier = assessment.finished_on - finished_on
    Assessment.objects.filter(pk=assessment.pk).update(
        finished_on=finished_on,
        decided_on=assessment.decided_on and finished_on,
        again_on=assessment.again_on and assessment.again_on - earlier,
    )
