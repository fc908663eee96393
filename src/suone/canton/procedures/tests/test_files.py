"""The shipped procedures: complete, translated, walkable, and holding what the cantons' papers ask for."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from suone.canton.procedures.conditions import fact_of
from suone.canton.procedures.days import months_before
from suone.canton.procedures.facts import Fact, Scalar, Shape, word
from suone.canton.procedures.in_words import address_words
from suone.canton.procedures.loading import FOLDER, read_procedure, shipped
from suone.canton.procedures.rules import (
    ADDRESSES,
    Move,
    Phase,
    Procedure,
    Requirement,
    Texts,
    automatic_move,
    phase_status,
)
from suone.ground.schemafiles.checks import LANGUAGES

TODAY = date(2026, 6, 15)
PROCEDURES = shipped()
SHIPPED = {
    "vs-complex", "vs-youth", "vs-coaching-rav-smz", "vs-smz-iv", "lu-iiz", "zh-network", "so-iim", "so-cm-office", "so-rav-iv",
}  # fmt: skip
# Words that no file asks for.
UNUSED = {
    Fact.OPEN_ITEMS: "closing a case looks at them by itself; a canton may ask for it earlier",
    Fact.PLAN_DRAFTED: "all cantons wait for the signed plan; a canton may ask for the draft",
    Fact.PLAN_REVIEW_ON: "a plan reminds of its review by itself",
}
every_procedure = pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=list(PROCEDURES))


def texts_of(procedure: Procedure) -> Iterator[tuple[str, Texts]]:
    """Every text of a file, by its place."""
    yield "title", procedure.title
    yield "about", procedure.about
    for phase in procedure.phases:
        yield f"{phase.id} title", phase.title
        yield f"{phase.id} about", phase.about
        yield from ((f"{phase.id}/{requirement.id}", requirement.missing) for requirement in phase.requirements)
        yield from ((f"{phase.id}/{item.id}", item.title) for item in phase.items)
        yield from ((f"{phase.id} → {move.to}", move.title) for move in phase.moves)


def test_these_procedures_are_shipped() -> None:
    assert set(PROCEDURES) == SHIPPED, "Name a new file in SHIPPED."


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_file_is_sound_and_named_like_its_identifier(path: Path) -> None:
    procedure = read_procedure(path.read_text("utf-8"), path.name)

    assert procedure.identifier == path.stem
    assert path.stem.startswith(procedure.canton.lower())
    assert procedure.source
    assert procedure.levels


# Language


@every_procedure
def test_every_text_is_in_german_french_and_english_and_titles_in_italian(procedure: Procedure) -> None:
    for place, texts in texts_of(procedure):
        assert set(texts) >= set(LANGUAGES), place
    assert procedure.title["it"]
    assert [phase.id for phase in procedure.phases if not phase.title.get("it")] == []


@every_procedure
def test_german_is_written_as_in_switzerland(procedure: Procedure) -> None:
    for place, texts in texts_of(procedure):
        assert not re.search("[ß„“”\"'\u202f\u00a0]|« | »|  | [:;!?]", texts["de"]), (place, texts["de"])


@every_procedure
def test_french_has_its_narrow_spaces(procedure: Procedure) -> None:
    for place, texts in texts_of(procedure):
        assert not re.search("[^\u202f][:;!?»]|«[^\u202f]|['\"\u00a0]|  ", texts["fr"]), (place, texts["fr"])


def test_every_missing_thing_has_a_sentence_of_its_own() -> None:
    for language in LANGUAGES:
        sentences = Counter(
            requirement.missing[language]
            for procedure in PROCEDURES.values()
            for phase in procedure.phases
            for requirement in phase.requirements
        )
        found = [sentence for sentence, count in sentences.items() if count > 1]
        assert found == [], "Two requirements have this sentence: say in each what is missing there."


@every_procedure
def test_what_is_missing_is_explained_in_whole_sentences(procedure: Procedure) -> None:
    for phase in procedure.phases:
        for requirement in phase.requirements:
            assert all(text.endswith((".", "?")) for text in requirement.missing.values()), requirement.id
        for item in phase.items:
            assert all(not text.endswith(".") for text in item.title.values()), item.id
            assert all(len(text) <= 150 for text in item.title.values()), item.id


@every_procedure
def test_two_work_items_of_a_phase_do_not_read_alike(procedure: Procedure) -> None:
    for phase in procedure.phases:
        for language in LANGUAGES:
            assert len({item.title[language] for item in phase.items}) == len(phase.items), phase.id


# Words


def test_every_fact_is_used_or_has_a_reason() -> None:
    asked = set()
    for procedure in PROCEDURES.values():
        for phase in procedure.phases:
            for requirement in phase.requirements:
                asked |= {
                    requirement.fact,
                    *requirement.any_of,
                    requirement.judged_on,
                    *map(fact_of, (*requirement.applies, *requirement.unless)),
                }
            for item in phase.items:
                asked |= {item.completed_by, *map(fact_of, item.applies)}

    assert set(Fact.values) - asked == {fact.value for fact in UNUSED}


# Ways


def facts_for(phase: Phase, move: Move) -> dict[str, Scalar]:
    """Facts under which everything the move needs holds."""
    facts: dict[str, Scalar] = {}
    for requirement in map(phase.requirement, move.needs):
        if requirement.rule == "one_of":
            facts[requirement.fact] = requirement.codes[0]
        elif requirement.rule != "holds_not":
            facts.setdefault(requirement.fact, _value(requirement))
    return facts


def _value(requirement: Requirement) -> Scalar:
    known = word(requirement.fact)
    if requirement.rule == "months_passed":
        return months_before(TODAY, 12)
    if requirement.rule in ("at_least", "at_most"):
        return requirement.number
    values: dict[Shape, Scalar] = {Shape.YES: True, Shape.DAY: TODAY, Shape.NUMBER: 1}
    return known.codes[0] if known.codes else values[known.shape]


@every_procedure
def test_every_move_can_be_made_without_a_warning(procedure: Procedure) -> None:
    for phase in procedure.phases:
        for move in phase.moves:
            ways = phase_status(phase, facts_for(phase, move), on=TODAY).ways
            way = next(way for way in ways if way.move is move)
            assert (way.lacking, way.warnings) == ((), ()), f"{phase.id} → {move.to}"


@every_procedure
def test_a_case_whose_facts_come_true_walks_to_its_end(procedure: Procedure) -> None:
    """Over each phase by the shortest way, every step made with what has become true so far."""
    for phase in procedure.phases:
        facts: dict[str, Scalar] = {}
        for place, move in _way(procedure, phase):
            facts |= facts_for(place, move)
            ways = phase_status(place, facts, on=TODAY).ways
            assert next(way for way in ways if way.move is move).is_open, f"{place.id} → {move.to}"


def _way(procedure: Procedure, goal: Phase) -> list[tuple[Phase, Move]]:
    """The moves from the first phase over another one to the closing."""
    return _shortest(procedure, procedure.start, goal.id) + (
        [] if goal.is_end else _shortest(procedure, goal, "closed")
    )


def _shortest(procedure: Procedure, start: Phase, goal: str) -> list[tuple[Phase, Move]]:
    ways: dict[str, list[tuple[Phase, Move]]] = {start.id: []}
    waiting = [start]
    while waiting and goal not in ways:
        place = waiting.pop(0)
        for move in place.moves:
            if move.to not in ways:
                ways[move.to] = [*ways[place.id], (place, move)]
                waiting.append(procedure.phase(move.to))
    return ways[goal]


@every_procedure
def test_a_case_can_be_refused_withdrawn_and_closed_in_any_phase(procedure: Procedure) -> None:
    for phase in procedure.phases:
        leads_to = {procedure.phase(move.to).state for move in phase.moves}
        if phase.state in ("notified", "in_triage"):
            assert leads_to >= {"rejected", "withdrawn"}, phase.id
        elif not phase.is_end:
            assert "closed" in leads_to, phase.id


@every_procedure
def test_nobody_is_sent_straight_back_by_a_move_that_makes_itself(procedure: Procedure) -> None:
    for phase in procedure.phases:
        for move in phase.moves:
            if not move.automatic:
                target = procedure.phase(move.to)
                back = automatic_move(target, facts_for(phase, move), on=TODAY)
                assert back is None or back.to != phase.id, f"{phase.id} → {move.to}"


@every_procedure
def test_every_phase_that_is_worked_in_says_what_to_do(procedure: Procedure) -> None:
    assert [phase.id for phase in procedure.phases if not phase.is_end and not phase.items] == []


# What the papers of the cantons ask for: procedure, phase, requirement (its severity in front where it only warns)
ASKED_FOR = {
    "simple and network: hand-overs": {
        "1, 2: contact, or own coordinates to the contact person": "vs-smz-iv contact partner_contacted",
        "3: contact, or own coordinates to the contact person": "vs-smz-iv contact transfer_coordinated",
        "the kind of contact with the IV": "vs-smz-iv contact iv_contact_kind",
        "the leading institution: simple": "vs-smz-iv parallel leading",
        "the leading institution: network": "vs-smz-iv network leading",
        "a physician attests a health problem": "vs-smz-iv contact health_attested",
        "new medical facts after an earlier application": "vs-smz-iv contact new_medical_facts",
        "the pause of three months": "should vs-smz-iv contact pause",
        "the pause of up to six months": "should vs-smz-iv contact pause_full",
        "a written request in any case": "vs-smz-iv contact written_request",
        "contact with the former workplace adviser": "vs-smz-iv contact former_adviser",
        "a network meeting in any case": "vs-smz-iv contact network_meeting_first",
        "which considers a joint target agreement": "vs-smz-iv contact joint_agreement_considered",
        "the AHV number is recommended": "should vs-smz-iv contact ahv_number",
        "BIP judges the fitness for work": "vs-smz-iv contact fit_for_work",
        "registration with RAV: in parallel": "vs-smz-iv parallel rav_registration",
        "registration with RAV: before a hand-over": "vs-smz-iv transfer rav_registration",
        "complex: notify to the IIZ office": "should vs-smz-iv contact not_complex",
    },
    "complex cases in Valais": {
        "a valid consent": "vs-complex notification consent",
        "the first circle notifies": "should vs-complex notification first_circle",
        "risk factors": "should vs-complex notification risk_factors",
        "the first contact": "should vs-complex notification first_contact",
        "early detection within six months": "should vs-complex notification early_detection",
        "the question asked": "should vs-complex notification question",
        "triage": "vs-complex notification triaged",
        "one or several services": "vs-complex support service",
        "assessment with the person": "vs-complex support assessment_with_person",
        "assessment with a physician of the RAD": "vs-complex support assessment_with_rad",
        "which ends in a target agreement": "vs-complex support target_agreement",
        "medical mandate": "should vs-complex support medical_report",
        "one case manager": "should vs-complex support case_manager",
        "legal commission": "should vs-complex support legal_commission",
        "a binding plan": "vs-complex support plan",
        "coaching closes with its outcome": "vs-complex implementation coaching_outcome",
        "expired authorisations warn": "should vs-complex implementation consent",
        "case follow-up": "should vs-complex implementation review",
        "coaching: tandem or intensive": "vs-coaching-rav-smz notification kind",
        "intensive: benefits exhausted": "vs-coaching-rav-smz notification benefits_exhausted",
        "tandem: adviser and social worker": "vs-coaching-rav-smz tandem tandem_named",
        "tandem: they analyse the dossier": "vs-coaching-rav-smz tandem dossier_analysed",
        "tandem: they write an integration plan": "vs-coaching-rav-smz tandem plan",
        "unemployment insurance and social assistance together": "vs-coaching-rav-smz tandem both_institutions",
        "intervision of the tandems": "should vs-coaching-rav-smz carrying_out intervision",
        "the coaching's outcome": "vs-coaching-rav-smz carrying_out outcome",
    },
    "Luzern": {
        "out of work": "lu-iiz entry out_of_work",
        "registered with at least one partner": "lu-iiz entry registered",
        "registered for no longer than six months": "lu-iiz entry registered_recently",
        "voluntary": "lu-iiz entry voluntary",
        "several institutions, or too much for one": "lu-iiz entry several_involved",
        "consent signed": "lu-iiz entry consent",
        "registration with the coordination office, which checks": "lu-iiz entry examined",
        "the office organises the interview": "lu-iiz preparation convened",
        "exchange of the data there are": "should lu-iiz preparation exchanged",
        "joint interview": "lu-iiz interview interview_held",
        "its second part with the person": "lu-iiz interview person_in_second_part",
        "binding action plan, signed by the person too": "lu-iiz interview action_plan",
        "one professional becomes case manager": "lu-iiz interview case_manager",
        "review meetings": "lu-iiz support review_held",
        "everybody is informed": "should lu-iiz support informed",
    },
    "Zürich": {
        "six life situations": "zh-network screening life_situation",
        "1: youth up to 25": "should zh-network screening youth_age",
        "2: certified unfit": "should zh-network screening certified_unfit",
        "2 to 4: without a job": "should zh-network screening out_of_work",
        "5: over 55": "should zh-network screening older_age",
        "6: certified absences": "should zh-network screening certified_absences",
        "voluntary": "zh-network screening voluntary",
        "quick clarification": "zh-network clarification clarified",
        "one integration plan": "zh-network planning plan",
        "case lead by one professional": "zh-network planning case_lead",
        "structured communication against the revolving door": "zh-network integration everybody_informed",
    },
    "Solothurn": {
        "clarification of need": "so-iim intake need",
        "subsidiarity": "so-iim intake subsidiarity",
        "short assessment": "so-iim intake short_assessment",
        "outside social assistance: an increased integration need": "so-iim intake entitled",
        "preventive advice without entitlement": "so-iim intake not_entitled",
        "preventive advice if it prevents benefits": "so-iim intake prevention_useful",
        "segmentation": "so-iim segmentation segment",
        "A reassessed every six months": "so-iim release reassessed",
        "V reassessed every six months": "so-iim change reassessed",
        "O reassessed every six months": "so-iim orient reassessed",
        "S reassessed every six months": "so-iim stabilise reassessed",
        "V: integration plan with the measures": "so-iim change plan",
        "O: practice assessment": "should so-iim orient practice_assessment",
        "O: in-depth potential assessment": "should so-iim orient potential_assessment",
        "S: no labour-market measures or placement": "so-iim stabilise no_labour_measures",
        "aftercare of six months": "should so-iim aftercare six_months",
        "the finding of lasting integration": "so-iim aftercare lasting",
        "first advice": "so-cm-office first_advice need",
        "multiple problems": "so-cm-office first_advice multiple_problems",
        "more than two years": "so-cm-office first_advice over_two_years",
        "placed in the primary labour market": "so-cm-office placement placed",
    },
    "Youth": {
        "15 to": "should vs-youth notification old_enough",
        "25": "should vs-youth notification young_enough",
        "first and second circle, private": "vs-youth notification notifier",
        "fixed sessions every two months": "vs-youth session discussed",
        "directed to the right institution": "vs-youth session directed",
        "convention T1–IV": "vs-youth session t1_convention",
    },
}


@pytest.mark.parametrize(
    ("asked", "address"),
    [(f"{part}: {asked}", address) for part, entries in ASKED_FOR.items() for asked, address in entries.items()],
)
def test_what_the_cantons_ask_for_is_a_rule_of_a_file(asked: str, address: str) -> None:
    *severity, identifier, phase, name = address.split()

    requirement = PROCEDURES[identifier].phase(phase).requirement(name)

    assert [requirement.severity] == (severity or ["must"])


@pytest.mark.parametrize(
    ("address", "law"),
    [
        ("vs-smz-iv parallel rav_registration", "AIG Art. 53 Abs. 5"),
        ("vs-smz-iv parallel leading", "Weisung RAV–SMZ 2021"),
        ("vs-complex notification consent", "AVIG Art. 85f"),
        ("vs-complex notification consent", "IVG Art. 68bis"),
        ("vs-complex support medical_report", "ATSG Art. 47 Abs. 2"),
        ("lu-iiz entry consent", "AVIG Art. 85f"),
        ("vs-youth session t1_convention", "T1–IV"),
    ],
)
def test_a_rule_that_law_or_agreement_makes_names_it(address: str, law: str) -> None:
    identifier, phase, name = address.split()

    assert law in PROCEDURES[identifier].phase(phase).requirement(name).law


def test_everybody_to_whom_a_work_item_may_go_has_a_word_for_the_pages() -> None:
    assert set(address_words()) == set(ADDRESSES)
