"""The constellations, the facts to enter, and when a hand-over may be proposed. Pure: no clock, no database."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.canton.procedures.conditions import Facts, applies, condition_holds, fact_of
from suone.canton.procedures.facts import Fact, Shape, Source, word
from suone.canton.procedures.rules import AvailableMove, Phase, Procedure, Requirement, phase_status
from suone.ground.access.categories import ALL_BUT_HEALTH, HEALTH_BIT, DataCategory, mask_of
from suone.ground.access.errors import Refused
from suone.organisation.institutions.kinds import InstitutionKind as Kind

# What every hand-over needs: identity, employment, and administrative data for the procedure. Whoever hands over selects
# what else is passed on (default of this product).
LEAST = mask_of([DataCategory.IDENTITY, DataCategory.EMPLOYMENT, DataCategory.ADMINISTRATIVE])


class Direction(models.TextChoices):
    """What happens with the person; the constellation and the agreement follow from this one choice.

    Whoever stops without handing over (constellation 4) sends nothing, and closes the case instead.
    """

    REFERS = "refers", gettext_lazy("We refer the person to them and continue to follow them ourselves.")
    COMES = "comes", gettext_lazy("The person came to us from them, and both follow them.")
    HANDS_OVER = "hands_over", gettext_lazy("We hand the person over to them and stop.")


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
# Who tells whom of uncooperative behaviour and missed appointments: IV the social assistance, and nobody else (agreement
# SMZ–IV, no. 2).
GIVER_OF_MISSED = Kind.DISABILITY_INSURANCE
RECIPIENT_OF_MISSED = Kind.SOCIAL_ASSISTANCE
# The legal bases that IV has towards social assistance.
USUAL_BASIS_OF_MISSED = "ivg-68bis-3"  # proposed where no consent covers it (default of this product)
BASES_OF_MISSED = frozenset({"consent", USUAL_BASIS_OF_MISSED, "ivg-68bis-5"})
# Facts that follow from the act itself or from its direction, and therefore have no field.
_FACTS_OF_THE_ACT = frozenset(
    {
        Fact.HANDOVER_BETWEEN,
        Fact.CONSTELLATION,
        Fact.PARTNER_CONTACTED,
        Fact.COORDINATES_SENT,
        Fact.HANDOVER_ACCEPTED_ON,
    }
)


class NoticeKind(models.TextChoices):
    """The two things of which IV notifies the social worker (agreement SMZ–IV, no. 2)."""

    UNCOOPERATIVE = "uncooperative", gettext_lazy("uncooperative behaviour")
    MISSED = "missed", gettext_lazy("missed appointments")


@dataclass(frozen=True, slots=True)
class Answers:
    """The direction, and the kinds of the two institutions."""

    direction: Direction
    own: str
    other: str

    @property
    def between(self) -> str:
        """The code of the agreement, from whom to whom."""
        pair = (self.other, self.own) if self.direction is Direction.COMES else (self.own, self.other)
        return _BETWEEN.get((Kind(pair[0]), Kind(pair[1])), "other")

    @property
    def constellation(self) -> Constellation:
        """Between SMZ and IV the agreement numbers the directions; for others 1 is a referral by us."""
        if self.direction is Direction.HANDS_OVER:
            return Constellation.HANDS_OVER
        if self.between in ("smz_iv", "iv_smz"):
            return Constellation.REFERS if self.between == "smz_iv" else Constellation.COMES
        return Constellation(Constellation.REFERS if self.direction is Direction.REFERS else Constellation.COMES)


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
        if "=" not in condition:
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
