"""What is known of a case on its course page: who may correct it, where acts are corrected, and what was corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.services import said_of, sentence_of
from suone.casework.cases.models import Case
from suone.casework.leading.models import KnownFact, Passage
from suone.casework.leading.queries import corrections_of, recorded_facts
from suone.casework.leading.rules import check_can_correct
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused

_MEETING = (gettext_lazy("Corrected with the meeting and its minutes"), "case")
_PLAN = (gettext_lazy("Corrected with the plan"), "plans")
_SERVICE = (gettext_lazy("Corrected with the service"), "case")
_HANDOVER = (gettext_lazy("Corrected by a new request to the institution"), "case")
_ASSESSMENT = (gettext_lazy("Corrected by a new assessment"), "assessments")
# Where what an act reported is corrected; whatever is not named follows from an assessment.
CORRECTED_AT: dict[Fact, tuple[object, str]] = {
    Fact.TRIAGED_ON: (gettext_lazy("Corrected by a new triage or level"), "case"),
    Fact.REGISTER_CHECKED: (gettext_lazy("Corrected by asking the register again"), "case"),
    Fact.WRITTEN_REQUEST: (gettext_lazy("Corrected by removing the document"), "case"),
    Fact.ROUND_TABLE_HELD_ON: _MEETING,
    Fact.ASSESSMENT_HELD_ON: _MEETING,
    Fact.JOINT_INTERVIEW_HELD_ON: _MEETING,
    Fact.REVIEW_HELD_ON: _MEETING,
    Fact.NETWORK_MEETING_HELD_ON: _MEETING,
    Fact.BOTH_ADVISERS_MET_ON: _MEETING,
    Fact.INTERVISION_HELD_ON: _MEETING,
    Fact.SESSION_DISCUSSED_ON: _MEETING,
    Fact.CONTRIBUTIONS_IN: _MEETING,
    Fact.MEETING_CONVENED: _MEETING,
    Fact.PERSON_ATTENDED: _MEETING,
    Fact.RAD_ATTENDED: _MEETING,
    Fact.PLAN_DRAFTED: _PLAN,
    Fact.PLAN_BINDING_ON: _PLAN,
    Fact.PLAN_REVIEW_ON: _PLAN,
    Fact.TARGET_AGREEMENT_BINDING_ON: _PLAN,
    Fact.LABOUR_MEASURES: _PLAN,
    Fact.SERVICE_ORDERED: _SERVICE,
    Fact.SERVICES_RUNNING: _SERVICE,
    Fact.COACHING_KIND: _SERVICE,
    Fact.COACHING_CLOSED_ON: _SERVICE,
    Fact.MEDICAL_MANDATE_GIVEN: _SERVICE,
    Fact.MEDICAL_REPORT_ON: _SERVICE,
    Fact.HANDOVER_BETWEEN: _HANDOVER,
    Fact.CONSTELLATION: _HANDOVER,
    Fact.PARTNER_CONTACTED: _HANDOVER,
    Fact.COORDINATES_SENT: _HANDOVER,
    Fact.HANDOVER_ACCEPTED_ON: _HANDOVER,
}


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A recorded fact that applies: whether the acting person may correct it here, or else where an act corrects it."""

    row: KnownFact
    sentence: str
    may_correct: bool
    elsewhere: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """A correction: what was recorded, what applies instead, and whether the case has taken a step in between."""

    row: KnownFact
    before: str
    now: str
    has_moved: bool


def known_lines(acting: Acting, case: Case, *, works: bool, leads: bool) -> list[KnownLine]:
    """List what is known of a case; ``works`` and ``leads`` say what the acting person may do there."""
    return [_known_line(acting, case, row, works, leads) for row in recorded_facts(acting, case.dossier)]


def _known_line(acting: Acting, case: Case, row: KnownFact, works: bool, leads: bool) -> KnownLine:
    fact = Fact(row.fact)
    sentence = sentence_of(fact, row.scalar)
    if not row.is_stated:
        where, page = CORRECTED_AT.get(fact, _ASSESSMENT)
        return KnownLine(row, sentence, False, str(where), reverse(page, args=[case.pk]))
    return KnownLine(row, sentence, works and _may_correct(acting, case, row, leads))


def _may_correct(acting: Acting, case: Case, row: KnownFact, leads: bool) -> bool:
    try:
        check_can_correct(
            is_stated=row.is_stated,
            is_own=row.institution_id == acting.institution_id,
            leads=leads,
            is_open=case.is_open,
        )
    except Refused:
        return False
    return True


def correction_lines(acting: Acting, case: Case, passages: Sequence[Passage]) -> list[CorrectionLine]:
    """List what was corrected or taken back, newest first."""
    return [_correction_line(row, passages) for row in corrections_of(acting, case.dossier)]


def _correction_line(row: KnownFact, passages: Sequence[Passage]) -> CorrectionLine:
    fact = Fact(row.fact)
    before = row.replaces
    assert before is not None  # only corrections are listed
    return CorrectionLine(
        row,
        sentence_of(fact, before.scalar),
        _("taken back") if row.value is None else said_of(fact, row.scalar),
        any(_is_between(passage.at, before.at, row.at) for passage in passages),
    )


def _is_between(moment: datetime, since: datetime, until: datetime) -> bool:
    return since <= moment < until
