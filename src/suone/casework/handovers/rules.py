"""The four constellations, the facts to enter, and when a hand-over may be proposed. Pure: no clock, no database."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.canton.procedures.facts import Fact, Shape, Source, word
from suone.canton.procedures.rules import (
    AvailableMove,
    Facts,
    Phase,
    Procedure,
    Requirement,
    applies,
    condition_holds,
    fact_of,
    phase_status,
)
from suone.ground.access.categories import ALL_BUT_HEALTH, HEALTH_BIT, DataCategory, mask_of
from suone.ground.access.errors import Refused
from suone.organisation.institutions.kinds import InstitutionKind as Kind

# What every hand-over needs: identity, employment, and administrative data for the procedure. Whoever hands over selects
# what else is passed on (default of this product).
LEAST = mask_of([DataCategory.IDENTITY, DataCategory.EMPLOYMENT, DataCategory.ADMINISTRATIVE])


class Follows(models.TextChoices):
    """The first question: who continues to follow the person?"""

    BOTH = "both", gettext_lazy("both institutions, side by side")
    THEY = "they", gettext_lazy("the other institution alone: we hand over and stop")
    WE = "we", gettext_lazy("we alone: the other institution stopped earlier")


class Constellation(models.TextChoices):
    """The four constellations of the agreement SMZ–IV, which serves as the model for all."""

    REFERS = "1", gettext_lazy("1: referral, both continue to follow the person")
    COMES = "2", gettext_lazy("2: the same in the other direction, both continue to follow the person")
    HANDS_OVER = "3", gettext_lazy("3: direct hand-over, one stops")
    STOPS = "4", gettext_lazy("4: one stops without hand-over")


# The agreement or directive by referring and receiving kind of institution; all other pairs count as "other".
# The coordination of social benefits is a kind of its own: it is no party to any of them.
_BETWEEN = {
    (Kind.SOCIAL_ASSISTANCE, Kind.DISABILITY_INSURANCE): "smz_iv",
    (Kind.DISABILITY_INSURANCE, Kind.SOCIAL_ASSISTANCE): "iv_smz",
    (Kind.UNEMPLOYMENT_INSURANCE, Kind.SOCIAL_ASSISTANCE): "rav_smz",
    (Kind.SOCIAL_ASSISTANCE, Kind.UNEMPLOYMENT_INSURANCE): "rav_smz",
    (Kind.ASYLUM, Kind.UNEMPLOYMENT_INSURANCE): "bip_rav",  # BIP is the asylum office's bureau for integration at work
}
# The only kind of institution that may be informed of missed appointments (agreement SMZ–IV).
RECIPIENT_OF_MISSED = Kind.SOCIAL_ASSISTANCE
# Facts that follow from the act itself or from its two questions, and therefore have no field.
_FACTS_OF_THE_ACT = frozenset(
    {
        Fact.HANDOVER_BETWEEN,
        Fact.CONSTELLATION,
        Fact.PARTNER_CONTACTED,
        Fact.COORDINATES_SENT,
        Fact.OVERLAP_SETTLED,
        Fact.HANDOVER_ACCEPTED_ON,
    }
)


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to the two questions, and the kinds of the two institutions."""

    follows: Follows
    is_direct: bool
    own: str
    other: str

    @property
    def between(self) -> str:
        """The code of the agreement; a person who came on their own, or whom the others stopped following, comes from there."""
        comes_to_us = self.follows is Follows.WE or (self.follows is Follows.BOTH and not self.is_direct)
        pair = (self.other, self.own) if comes_to_us else (self.own, self.other)
        return _BETWEEN.get((Kind(pair[0]), Kind(pair[1])), "other")

    @property
    def constellation(self) -> Constellation:
        if self.follows is Follows.BOTH:
            refers = self.is_direct and self.between != "iv_smz"
            return Constellation.REFERS if refers else Constellation.COMES
        if self.follows is Follows.THEY and self.is_direct:
            return Constellation.HANDS_OVER
        return Constellation.STOPS


@dataclass(frozen=True, slots=True)
class AskedFact:
    """A fact to enter; ``requirement`` is ``None`` when other requirements merely depend on it."""

    fact: Fact
    requirement: Requirement | None


def way_for(phase: Phase, facts: Facts, procedure: Procedure, *, on: date) -> AvailableMove | None:
    """Return the move that this constellation selects, ``None`` when the case stays in its phase."""
    for way in phase_status(phase, facts, on=on).ways:
        chosen_by = [phase.requirement(need) for need in way.move.needs if phase.requirement(need).chooses]
        if chosen_by and not procedure.phase(way.move.to).is_end and not any(r.chooses for r in way.lacking):
            return way
    return None


def asked_facts(phase: Phase, next_phase: Phase, needs: Collection[str], facts: Facts) -> list[AskedFact]:
    """List the facts to enter: first those that must hold for the move, then those on which requirements depend.

    ``needs`` are the requirement ids of the move. Facts on which ``next_phase`` depends are included, so that its work
    items are set at once.
    """
    on_the_way = [phase.requirement(need) for need in needs if not phase.requirement(need).chooses]
    found: dict[str, AskedFact] = {}
    for requirement in on_the_way:
        if requirement.rule == "holds" and applies(requirement.applies, facts) and not _is_excepted(requirement, facts):
            found.setdefault(requirement.fact, AskedFact(Fact(requirement.fact), requirement))
    for requirement in next_phase.requirements:
        if requirement.applies and applies(requirement.applies, facts):
            found.setdefault(requirement.fact, AskedFact(Fact(requirement.fact), requirement))
    for requirement in [*on_the_way, *(r for r in next_phase.requirements if r.applies)]:
        for fact in _open_conditions(requirement, facts):
            found.setdefault(fact, AskedFact(Fact(fact), None))
    return [asked for fact, asked in found.items() if _is_entered_by_hand(fact)]


def _open_conditions(requirement: Requirement, facts: Facts) -> Iterable[str]:
    """Yield the facts that still decide whether a requirement applies or an exception settles it."""
    for place, condition in enumerate(requirement.applies):
        others = [other for index, other in enumerate(requirement.applies) if index != place]
        if applies(others, facts) and word(fact_of(condition)).shape is not Shape.CHOICE:
            yield fact_of(condition)
    if not applies(requirement.applies, facts):
        return
    if requirement.rule != "holds":  # a waiting period requires the day it began
        yield requirement.fact
        if not facts.get(requirement.fact):
            return
    for condition in requirement.unless:
        if word(fact_of(condition)).shape is not Shape.CHOICE:
            yield fact_of(condition)


def _is_entered_by_hand(fact: str) -> bool:
    return word(fact).source is Source.STATED and fact not in _FACTS_OF_THE_ACT


def _is_excepted(requirement: Requirement, facts: Facts) -> bool:
    return any(condition_holds(condition, facts) for condition in requirement.unless)


def categories_for(chosen: int, consented: int | None) -> int:
    """Return the category mask for the receiver: ``chosen`` or the minimum, within the consent if one names them.

    Never health; ``consented`` is the mask of the consent, ``None`` without one.
    """
    wanted = chosen or LEAST
    return wanted & ALL_BUT_HEALTH if consented is None else wanted & consented & ~HEALTH_BIT


def check_can_propose(
    *,
    level: str,
    is_open: bool,
    own_institution: bool,
    is_pending: bool,
    agrees: bool,
    categories: int,
    overlap_until: date | None,
    on: date,
) -> None:
    """Check that a hand-over may be proposed: not in a complex or closed case, one at a time, and with the person's agreement.

    ``categories`` is the mask to pass on. Raises ``Refused`` otherwise.
    """
    if level == "complex":
        raise Refused(_("This case is complex: its partners are asked to take part, and the office names the lead."))
    if not is_open:
        raise Refused(_("This case is closed: reopen it first."))
    if own_institution:
        raise Refused(_("Choose an institution other than your own."))
    if is_pending:
        raise Refused(_("A hand-over is already proposed and not yet answered: wait for the answer, or withdraw it."))
    if not agrees:
        raise Refused(
            _(
                "Ask the person first: a hand-over passes data, and without a consent that names the receiver it needs their agreement in this case."
            )
        )
    if not categories:
        raise Refused(_("The consent does not let the receiver read any of this: ask the person to sign a new one."))
    if overlap_until is not None and overlap_until < on:
        raise Refused(_("Choose a day for the overlap that is not in the past."))
