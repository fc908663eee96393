"""The facts a procedure needs about a case, derived from its records or read from what was recorded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils import timezone

from suone.canton.procedures.conditions import FactsOfRound, fact_of, with_implied
from suone.canton.procedures.facts import Fact, Scalar
from suone.canton.procedures.rules import Phase
from suone.casework.cases.models import Assignment, Case, Function, Participant, ParticipantState
from suone.casework.cases.queries import BackgroundCounts, background_counts
from suone.casework.cases.rules import notified_early
from suone.casework.leading.queries import every_fact
from suone.ground.access.acting import Acting
from suone.organisation.institutions.kinds import InstitutionKind
from suone.records.consents.models import Consent
from suone.records.dossiers.models import Particulars
from suone.records.persons.models import Number
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem


@dataclass(frozen=True)
class _FactContext:
    acting: Acting
    case: Case
    on: date

    @cached_property
    def counted(self) -> BackgroundCounts:
        return background_counts(self.case.pk)


def facts_of(acting: Acting, case: Case, *phases: Phase) -> FactsOfRound:
    """Return the facts that these phases depend on, by code, and which are of an earlier round; unknown ones are left out.

    Recorded facts are read in every data category, so that the procedure proceeds the same way whoever acts.
    """
    asked = _FactContext(acting, case, acting.today)
    words = _asked_by(phases)
    facts = with_implied(every_fact(case.pk)) if words - _DERIVED.keys() else FactsOfRound()
    for fact in words & _DERIVED.keys():
        value = _DERIVED[fact](asked)
        if value is not None:
            facts[fact] = value
    return facts


def _asked_by(phases: Iterable[Phase]) -> set[str]:
    words: set[str] = set()
    for phase in phases:
        for requirement in phase.requirements:
            words |= {requirement.fact, *requirement.any_of, requirement.judged_on}
            words |= {fact_of(condition) for condition in (*requirement.applies, *requirement.unless)}
        for item in phase.items:
            words |= {item.completed_by, *(fact_of(condition) for condition in item.applies)}
    return words - {""}


def _age(asked: _FactContext) -> int | None:
    """Unknown when the acting person may not read the identity."""
    known = Particulars.objects.filter(pk=asked.case.pk).first()
    return known.age_on(asked.on) if known else None


def _ahv_known(asked: _FactContext) -> bool | None:
    """Unknown when the acting person may not read the identity."""
    number = Number.objects.filter(dossier_id=asked.case.pk, until=None).first()
    return None if number is None else number.digits is not None


def _is_named(function: Function) -> Callable[[_FactContext], bool]:
    def named(asked: _FactContext) -> bool:
        current = Assignment.objects.filter(
            dossier_id=asked.case.pk, function=function, valid_until=None, is_named=True
        )
        return current.exists()

    return named


def _lead_kind(asked: _FactContext) -> str | None:
    leads = Assignment.objects.filter(dossier_id=asked.case.pk, function=Function.LEAD, valid_until=None)
    return leads.values_list("staff__institution__kind", flat=True).first()


def _institutions(asked: _FactContext) -> int:
    return Participant.objects.filter(dossier_id=asked.case.pk, state=ParticipantState.TAKING_PART).count()


def _take_rav_and_smz_part(asked: _FactContext) -> bool:
    """Whether both sides of a coaching take part, by the kinds of their institutions, whatever these are called."""
    taking_part = Participant.objects.filter(dossier_id=asked.case.pk, state=ParticipantState.TAKING_PART)
    kinds = set(taking_part.values_list("institution__kind", flat=True))
    return kinds >= {InstitutionKind.UNEMPLOYMENT_INSURANCE, InstitutionKind.SOCIAL_ASSISTANCE}


def _is_consent_valid(asked: _FactContext) -> bool:
    return Consent.objects.valid(on=asked.on).filter(dossier_id=asked.case.pk).exists()


def _open_items(asked: _FactContext) -> int:
    return WorkItem.objects.filter(dossier_id=asked.case.pk, state=ItemState.OPEN).count()


_DERIVED: dict[str, Callable[[_FactContext], Scalar | None]] = {
    Fact.CONSENT_VALID: _is_consent_valid,
    Fact.QUESTION_RECORDED: lambda asked: asked.counted.has_question,
    Fact.RISK_FACTORS: lambda asked: asked.counted.risk_factors,
    Fact.FIRST_CONTACT_ON: lambda asked: asked.case.first_contact_on,
    Fact.NOTIFIED_EARLY: lambda asked: notified_early(asked.case.first_contact_on, asked.case.notified_on),
    Fact.LEVEL: lambda asked: asked.case.level or None,
    Fact.AGE: _age,
    Fact.INSTITUTIONS: _institutions,
    Fact.RAV_AND_SMZ: _take_rav_and_smz_part,
    Fact.LEAD_NAMED: _is_named(Function.LEAD),
    Fact.CASE_MANAGER_NAMED: _is_named(Function.CASE_MANAGER),
    Fact.NOTIFIER_CIRCLE: lambda asked: asked.case.notifier.circle,
    Fact.NOTIFIED_ON: lambda asked: timezone.localdate(asked.case.notified_at),
    Fact.LEAD_KIND: _lead_kind,
    Fact.OPEN_ITEMS: _open_items,
    Fact.AHV_KNOWN: _ahv_known,
}
