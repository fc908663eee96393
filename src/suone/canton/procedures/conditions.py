"""What is known of a case, and the conditions of a file that are asked of it. Pure."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from suone.canton.procedures.facts import Fact, Scalar, Source, word

Facts = Mapping[str, Scalar]


class FactsOfRound(dict[str, Scalar]):
    """Facts of a case; ``earlier`` are those that became true before the present round and say nothing of it.

    A round begins when a case enters a phase that it has been in already since the last round began. The first has no
    ``earlier``.
    """

    earlier: frozenset[str]

    def __init__(self, facts: Facts = MappingProxyType({}), earlier: Iterable[str] = ()) -> None:
        super().__init__(facts)
        self.earlier = frozenset(fact for fact in earlier if fact in Fact.values and word(fact).belongs_to_round)


def in_new_round(facts: Facts) -> FactsOfRound:
    """The same facts as a new round begins: whatever happened, happened before it."""
    return FactsOfRound(facts, facts)


def earlier_in(facts: Facts) -> frozenset[str]:
    """The facts that became true before the present round."""
    return facts.earlier if isinstance(facts, FactsOfRound) else frozenset()


def with_implied(facts: Facts) -> FactsOfRound:
    """The facts with those that follow from them: before a worsening or an ended placement was an earlier application."""
    found = FactsOfRound(facts, earlier_in(facts))
    if facts.get(Fact.IV_CONTACT_KIND) == "worsening" or facts.get(Fact.IV_PLACEMENT_ENDED_ON):
        found[Fact.EARLIER_IV_APPLICATION.value] = True
    return found


def applies(conditions: Iterable[str], facts: Facts) -> bool:
    """Whether every condition holds: a fact (``health_attested``), its negation (``!entitled``) or a value (``segment=S``)."""
    return all(condition_holds(condition, facts) for condition in conditions)


def condition_holds(condition: str, facts: Facts) -> bool:
    """Whether one condition holds; an unknown fact counts as false.

    What an act established counts in its round. What was stated describes the case, until something else is stated.
    """
    if condition.startswith("!"):
        return not condition_holds(condition[1:], facts)
    fact, _, wanted = condition.partition("=")
    is_over = fact in earlier_in(facts) and word(fact).source is Source.RECORDED
    value = None if is_over else facts.get(fact)
    return bool(value) if not wanted else str(value) == wanted


def fact_of(condition: str) -> str:
    """The fact that a condition asks about."""
    return condition.removeprefix("!").partition("=")[0]
