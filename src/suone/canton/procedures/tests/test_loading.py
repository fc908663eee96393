"""A broken file is refused with sentences that name the file, the line, and what is allowed."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from suone.canton.procedures import schema
from suone.canton.procedures.facts import Fact, word
from suone.canton.procedures.loading import read_kept_procedure, read_procedure
from suone.canton.procedures.models import ProcedureVersion, digest
from suone.canton.procedures.rules import ADDRESSES, FOLLOWING_STATES, PHASE_STATES, RULES, Due, Move, Origin, Receiver
from suone.ground.schemafiles.problems import BrokenFile

GUIDE = Path(__file__).parents[5] / "docs" / "procedures.md"
# The example that the guide gives to a canton's own people.
EXAMPLE = re.findall(r"```toml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)[0]
INTAKE, PLAN, CLOSED = 'id = "intake"', 'id = "plan"', 'id = "closed"'


def problems_of(text: str) -> list[str]:
    with pytest.raises(BrokenFile) as broken:
        read_procedure(text, "small.toml")
    return broken.value.problems


def changed(there: str, instead: str) -> str:
    assert there in EXAMPLE
    return EXAMPLE.replace(there, instead, 1)


def without(begin: str, end: str) -> str:
    """The example without the text from one line to another."""
    start = EXAMPLE.index(begin)
    return EXAMPLE[:start] + EXAMPLE[EXAMPLE.index(end, start) :]


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_the_example_of_the_guide_is_sound() -> None:
    example = read_procedure(EXAMPLE, "example.toml")

    assert (example.identifier, example.version, example.canton) == ("example", "2026.1", "BE")
    assert (example.valid_from, example.valid_until, example.ages, example.levels) == (date(2026, 1, 1), None, None, ())
    assert [phase.id for phase in example.phases] == ["intake", "plan", "closed"]
    assert example.start.requirement("early").severity == "should"
    assert example.start.moves == (Move(to="plan", title=example.start.moves[0].title, needs=("voluntary", "early")),)
    assert example.item("intake", "ask").due == Due(working_days=5, origin=Origin(is_default=True))
    assert example.item("plan", "review").repeats == 3


def test_the_guide_names_every_key_and_every_word() -> None:
    guide = GUIDE.read_text("utf-8")
    tables = (
        schema.Procedure,
        schema.Receiver,
        schema.Convening,
        schema.Phase,
        schema.Requirement,
        schema.Item,
        schema.Move,
    )
    keys = {key for table in tables for key in table.allowed()} - {"phase"}
    headings = {"requirement", "item", "move"}
    words = {*RULES, *ADDRESSES, *PHASE_STATES, *schema.MEETING_KINDS, *schema.SERVICE_KINDS, *schema.PLAN_KINDS}

    assert [word for word in sorted((keys - headings) | words) if f"`{word}`" not in guide] == []
    assert "## `[[convening]]`" in guide
    assert "## `[receiver]`" in guide
    assert [heading for heading in headings if f"## `[[phase.{heading}]]`" not in guide] == []
    assert [key for key in ("working_days", "days", "months") if f"{{ {key} = " not in guide] == []


@pytest.mark.parametrize("fact", Fact)
def test_the_guide_explains_every_fact_as_the_registry_has_it(fact: Fact) -> None:
    with translation.override("en"):
        kind = {"yes": "yes or no"}.get(word(fact).shape.value, word(fact).shape.value)
        codes = ": " + ", ".join(f"`{code}`" for code in word(fact).codes) if word(fact).codes else ""
        source = {"derived": "known"}.get(word(fact).source.value, word(fact).source.value)
        row = f"| `{fact.value}`: {fact.label} | {kind}{codes} | {source} |"

    assert row in GUIDE.read_text("utf-8").splitlines()


@pytest.mark.parametrize("state", FOLLOWING_STATES)
def test_the_guide_says_where_a_state_may_lead(state: str) -> None:
    following = ", ".join(f"`{then}`" for then in FOLLOWING_STATES[state])

    assert re.search(rf"^\| `{state}`.* \| {following} \|$", GUIDE.read_text("utf-8"), re.MULTILINE)


def test_what_may_be_left_out_has_its_usual_meaning() -> None:
    example = read_procedure(changed('needs = ["voluntary", "early"]\n', ""), "example.toml")

    assert example.start.moves[0].needs == ("voluntary", "early")  # all of the phase
    assert example.item("plan", "review").controlling == "lead"
    assert not example.start.requirement("voluntary").chooses


def test_a_procedure_names_the_kind_of_institution_that_receives_or_the_office_does() -> None:
    named = '[receiver]\ninstitution = "youth_transition"\ndefault = true\n\n[[phase]]'

    received = read_procedure(changed("[[phase]]", named), "example.toml").receiver

    assert read_procedure(EXAMPLE, "example.toml").receiver is None
    assert received == Receiver("youth_transition", Origin(is_default=True))


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ('institution = "T1"\ndefault = true', "institution 'T1' is unknown"),
        ('institution = "youth_transition"', "give its source"),
        ("default = true", "institution"),
    ],
)
def test_a_receiver_is_a_kind_with_its_origin(key: str, sentence: str) -> None:
    with pytest.raises(BrokenFile) as broken:
        read_procedure(changed("[[phase]]", f"[receiver]\n{key}\n\n[[phase]]"), "example.toml")

    assert sentence in str(broken.value)


def test_a_move_may_need_nothing_and_an_institution_may_be_named_by_its_kind() -> None:
    text = changed('needs = ["signed"]', "needs = []").replace(
        'addressed = "case_manager"', 'addressed = "unemployment_insurance"'
    )
    example = read_procedure(
        text.replace('fact = "plan_binding_on"', 'fact = "plan_binding_on"\nseverity = "should"'), ""
    )

    assert example.phase("plan").moves[0].needs == ()
    assert example.item("plan", "review").addressed == "unemployment_insurance"


# there, what is there instead, the words of the line that is named, the sentence
ONE_PROBLEM = {
    # words that are not known
    "an unknown entry": (
        'canton = "BE"', 'canton = "BE"\ncolour = "red"', "colour",
        "the procedure: unknown entry colour; allowed are about, ages, canton, convening, identifier,",
    ),
    "an unknown entry of a phase": (
        INTAKE, f"{INTAKE}\nname = 1", "name = 1", "phase intake: unknown entry name; allowed are about, default, id, instruments,",
    ),
    "an unknown entry of a requirement": (
        'id = "early"', 'id = "early"\nlaws = "x"', "laws", "requirement early: unknown entry laws; allowed are any_of, applies, chooses,",
    ),
    "an unknown entry of an item": (
        'id = "ask"', 'id = "ask"\ndone_by = "x"', "done_by", "item ask: unknown entry done_by; allowed are addressed, applies,",
    ),
    "an unknown entry of a move": (
        'to = "plan"', 'to = "plan"\nwhen = "x"', "when", "move to plan: unknown entry when; allowed are automatic, default, needs, roles,",
    ),
    "an unknown entry of a deadline": (
        "{ working_days = 5 }", "{ weeks = 1, days = 1 }", "due =",
        "item ask: due: unknown entry weeks; allowed are days, default, months, source, working_days.",
    ),
    "a requirement of which nothing says where it comes from": (
        'source = "Art. 2 Abs. 1"\n', "", '[[phase.requirement]]\nid = "voluntary"',
        "requirement voluntary: give its source (article, page or number), or default = true where no source says it.",
    ),
    "a phase of which nothing says where it comes from": (
        'source = "Art. 2"\n', "", "[[phase]]",
        "phase intake: give its source (article, page or number), or default = true where no source says it.",
    ),
    "a default with a source": (
        'source = "Art. 4"', 'source = "Art. 4"\ndefault = true', '[[phase.item]]\nid = "review"',
        "item review: default and source exclude each other: either a source says it, or the product proposes it.",
    ),
    "a deadline that the source of its item does not say": (
        "{ months = 3, default = true }", "{ months = 3 }", "due = { months",
        "item review: the source of the item says nothing of its deadline: due needs a source or default = true.",
    ),
    "who may take a way, without a source": (
        'needs = ["voluntary", "early"]', 'needs = ["voluntary", "early"]\nroles = ["regional_coordinator"]', '[[phase.move]]',
        "move to plan: give its source (article, page or number), or default = true where no source says it.",
    ),
    "an unknown canton": (
        'canton = "BE"', 'canton = "XX"', "canton", "the procedure: canton 'XX' is unknown; possible are AG, AI, AR, BE, BL,",
    ),
    "an unknown level": (
        'canton = "BE"', 'canton = "BE"\nlevels = ["hard"]', "levels",
        "the procedure: levels 'hard' is unknown; possible are simple, network, complex.",
    ),
    "an unknown state": (
        'state = "active"', 'state = "open"', 'state = "open"', "phase plan: state 'open' is unknown; possible are notified, in_triage,",
    ),
    "an unknown rule": (
        'rule = "within_months"', 'rule = "since"', 'rule = "since"',
        "requirement early: rule 'since' is unknown; possible are holds, holds_not, within_months,",
    ),
    "an unknown fact": (
        'fact = "registered_rav_on"', 'fact = "registred_on"', "registred",
        "requirement early: fact 'registred_on' is unknown; possible are consent_valid,",
    ),
    "an unknown severity": (
        'severity = "should"', 'severity = "may"', "may", "requirement early: severity 'may' is unknown; possible are must, should.",
    ),
    "an unknown fact that completes": (
        'completed_by = "voluntary"', 'completed_by = "asked"', '"asked"',
        "item ask: completed_by 'asked' is unknown; possible are consent_valid,",
    ),
    "an unknown address": (
        'addressed = "notifier"', 'addressed = "boss"', "boss",
        "item ask: addressed 'boss' is unknown; possible are office, receiver, notifier, lead, case_manager, unemployment_insurance,",
    ),
    "an unknown controller": (
        'controlling = "office"', 'controlling = "boss"', "boss", "item ask: controlling 'boss' is unknown; possible are office,",
    ),
    "an unknown role of an item": (
        'controlling = "office"', 'role = "king"', '"king"', "item ask: role 'king' is unknown; possible are front_line_worker,",
    ),
    "an unknown role of a move": (
        'needs = ["signed"]', 'needs = ["signed"]\nroles = ["king"]', '"king"',
        "move to closed: roles 'king' is unknown; possible are front_line_worker,",
    ),
    "an unknown requirement": (
        'needs = ["signed"]', 'needs = ["signed", "sealed"]', "sealed", "move to closed: needs 'sealed' is unknown; possible are signed.",
    ),
    "an unknown phase to move to": (
        'to = "plan"', 'to = "plans"', 'to = "plans"', "move to plans: to 'plans' is unknown; possible are intake, plan, closed.",
    ),
    "an unknown meeting": (
        'meetings = ["review"]', 'meetings = ["party"]', "party", "phase plan: meetings 'party' is unknown; possible are round_table,",
    ),
    "an unknown service": (
        'meetings = ["review"]', 'services = ["party"]', "party", "phase plan: services 'party' is unknown; possible are round_table,",
    ),
    "an unknown plan": (
        'plans = ["integration_plan"]', 'plans = ["dream"]', "dream", "phase plan: plans 'dream' is unknown; possible are integration_plan,",
    ),
    "an unknown instrument": (
        'meetings = ["review"]', 'instruments = ["violin"]', "violin", "phase plan: instruments 'violin' is unknown; possible are early-detection,",
    ),
    "an unknown language": (
        'title.en = "Intake"', 'title.en = "Intake"\ntitle.rm = "Recepziun"', "title.rm",
        "phase intake: title has unknown languages rm; known are de, fr, it, en.",
    ),
    "an unknown fact of a condition": (
        "number = 6", 'number = 6\napplies = ["!rich"]', "applies", "requirement early: applies 'rich' is unknown; possible are consent_valid,",
    ),
    "an unknown fact of an exception": (
        "number = 6", 'number = 6\nunless = ["rich"]', "unless", "requirement early: unless 'rich' is unknown; possible are consent_valid,",
    ),
    "an unknown code in a condition": (
        "number = 6", 'number = 6\napplies = ["segment=X"]', "applies",
        "requirement early: applies, segment 'X' is unknown; possible are A, V, O, S.",
    ),
    "a code for what has none": (
        "number = 6", 'number = 6\napplies = ["entitled=yes"]', "applies",
        "requirement early: applies: entitled has no codes; write entitled or !entitled.",
    ),
    # what is missing
    "no version": ('version = "2026.1"\n', "", "identifier", "the procedure: version is missing."),
    "an empty source": (
        'source = "Agreement between the partners, 1 January 2026"', 'source = ""', 'source = ""', "the procedure: source is missing.",
    ),
    "no state": ('state = "active"\n', "", '[[phase]]\nid = "plan"', "phase plan: state is missing."),
    "no rule": ('rule = "within_months"\n', "", '[[phase.requirement]]\nid = "early"', "requirement early: rule is missing."),
    "no addressee": ('addressed = "notifier"\n', "", '[[phase.item]]\nid = "ask"', "item ask: addressed is missing."),
    "no deadline": ("due = { working_days = 5 }\n", "", '[[phase.item]]\nid = "ask"', "item ask: due is missing."),
    "a deadline of nothing": (
        "{ working_days = 5 }", "{ working_days = 0 }", "due", "item ask: due needs working_days, days or months.",
    ),
    "no language": ('title.fr = "Admission"\n', "", "title.de = \"Aufnahme\"", "phase intake: title is missing in fr."),
    "an empty text": ('about.en = "Everybody', 'about.en = ""  # "Everybody', "about.de = \"Alle", "phase plan: about is missing in en."),
    "no sentence in two languages": (
        'missing.fr = "Le plan n’est pas encore signé par tout le monde."\nmissing.en = "The plan is not signed by all yet."\n', "",
        "missing.de = \"Der Plan", "requirement signed: missing is missing in fr, en.",
    ),
    "a rule without its number": (
        "number = 6\n", "", '[[phase.requirement]]\nid = "early"', "requirement early: rule within_months needs number.",
    ),
    "a rule without its codes": (
        'rule = "within_months"\nfact = "registered_rav_on"\nnumber = 6', 'rule = "one_of"\nfact = "segment"',
        '[[phase.requirement]]\nid = "early"', "requirement early: rule one_of needs codes.",
    ),
    # what does not fit
    "a number as a text": ("number = 6", 'number = "six"', "number", "requirement early: number must be a whole number."),
    "true as a number": ("number = 6", "number = true", "number", "requirement early: number must be a whole number."),
    "a negative number": ("number = 6", "number = -6", "number", "requirement early: number must be a whole number from 0 to 10000."),
    "a version as a number": (
        'version = "2026.1"', "version = 2026.1", "version", 'the procedure: version must be a text in "quotation marks".',
    ),
    "one text for all languages": (
        'title.de = "Plan"\ntitle.fr = "Plan"\ntitle.en = "Plan"', 'title = "Plan"', 'title = "Plan"',
        'phase plan: title must be one text for each language, such as title.de = "…".',
    ),
    "a word instead of a list": (
        'needs = ["signed"]', 'needs = "signed"', 'needs = "signed"', 'move to closed: needs must be a list of words, such as ["one", "two"].',
    ),
    "a list with a number": (
        'plans = ["integration_plan"]', "plans = [1]", "plans = [1]", "phase plan: plans must be a list of words,",
    ),
    "a text instead of true": (
        'needs = ["signed"]', 'needs = ["signed"]\nautomatic = "yes"', "automatic", "move to closed: automatic must be true or false.",
    ),
    "a day as a text": (
        "valid_from = 2026-01-01", 'valid_from = "1.1.2026"', "valid_from", "the procedure: valid_from must be a day such as 2026-01-01.",
    ),
    "a time instead of a day": (
        "valid_from = 2026-01-01", "valid_from = 2026-01-01T08:00:00", "valid_from", "the procedure: valid_from must be a day such as",
    ),
    "a number instead of a deadline": (
        "{ working_days = 5 }", "5", "due", "item ask: due must be a table such as { working_days = … }.",
    ),
    "half a day": (
        "{ working_days = 5 }", "{ working_days = 0.5, days = 1 }", "due", "item ask: due: working_days must be a whole number.",
    ),
    "ages the wrong way round": (
        'canton = "BE"', 'canton = "BE"\nages = [25, 15]', "ages", "the procedure: ages must be the youngest and the oldest age.",
    ),
    "one age": ('canton = "BE"', 'canton = "BE"\nages = [15]', "ages", "the procedure: ages must be the youngest and the oldest age."),
    "an end before the beginning": (
        "valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_until = 2025-12-31", "valid_until",
        "the procedure: valid_until lies before valid_from.",
    ),
    "a name with spaces": (
        'identifier = "example"', 'identifier = "My example"', "identifier",
        "the procedure: identifier 'My example' may have small letters, digits, - and _ only, at most 40.",
    ),
    "a name that is too long": (
        'id = "early"', f'id = "{"e" * 41}"', "eeee", f"requirement {'e' * 41}: id {'e' * 41!r} may have small letters,",
    ),
    "a fact of the wrong kind": (
        'fact = "registered_rav_on"', 'fact = "voluntary"', 'rule = "within_months"',
        "requirement early: rule within_months asks a fact of the kind day; voluntary is yes.",
    ),
    "a number that the rule does not take": (
        'fact = "plan_binding_on"', 'fact = "plan_binding_on"\nnumber = 3', "number = 3", "requirement signed: rule holds takes no number.",
    ),
    "codes that the rule does not take": (
        'fact = "plan_binding_on"', 'fact = "plan_binding_on"\ncodes = ["A"]', "codes", "requirement signed: rule holds takes no codes.",
    ),
    "a code that the fact does not have": (
        'rule = "within_months"\nfact = "registered_rav_on"\nnumber = 6', 'rule = "one_of"\nfact = "segment"\ncodes = ["A", "Z"]',
        "codes", "requirement early: codes 'Z' is unknown; possible are A, V, O, S.",
    ),
    # ways that cannot be gone
    "a first phase that is not notified": (
        'state = "notified"', 'state = "active"', "[[phase]]", "phase intake: the first phase must be notified.",
    ),
    "a step that the states forbid": (
        'to = "plan"', 'to = "closed"', 'to = "closed"',
        "move to closed: a case that is notified cannot become closed; possible are in_triage, active, rejected, withdrawn.",
    ),
    "a move by itself that needs nothing": (
        'needs = ["signed"]', 'needs = []\nautomatic = true\ndefault = true', '[[phase.move]]\nto = "closed"',
        "move to closed: a move that is made by itself needs a requirement: it would be made at once.",
    ),
    "a must that no move needs": (
        'needs = ["signed"]', "needs = []", '[[phase.requirement]]\nid = "signed"',
        'requirement signed: no move needs it: name it in needs, or write severity = "should".',
    ),
    "a choice that leaves none": (
        'fact = "plan_binding_on"', 'fact = "plan_binding_on"\nchooses = true', "chooses",
        "requirement signed: it chooses between the moves, yet all of them need it.",
    ),
    "an end with moves": (
        'state = "active"', 'state = "closed"', '[[phase]]\nid = "plan"',
        "phase plan: a phase that is closed has no moves: reopening is an act of the case.",
    ),
    "a requirement that occurs twice": (
        'id = "early"', 'id = "voluntary"', "[[phase]]", "phase intake: requirement voluntary occurs twice.",
    ),
    "a phase that occurs twice": (CLOSED, PLAN, "identifier", "the procedure: phase plan occurs twice."),
    # what would hang or break what reads it
    "a deadline beyond all lives": (
        "{ working_days = 5 }", "{ working_days = 1_000_000_000 }", "due =",
        "item ask: due: working_days must be a whole number from 0 to 500.",
    ),
    "a deadline in days beyond sense": (
        "{ working_days = 5 }", "{ days = 1_000_000 }", "due =", "item ask: due: days must be a whole number from 0 to 3660.",
    ),
    "a deadline of a million months": (
        "{ months = 3, default = true }", "{ months = 1_000_000, default = true }", "due = { months",
        "item review: due: months must be a whole number from 0 to 120.",
    ),
    "a repetition after a million months": (
        "repeats_after_months = 3", "repeats_after_months = 1_000_000", "repeats_after",
        "item review: repeats_after_months must be a whole number from 0 to 120.",
    ),
    "a number of twelve zeros": (
        "number = 6", "number = 1_000_000_000_000", "number", "requirement early: number must be a whole number from 0 to 10000.",
    ),
    "a region without end": (
        'canton = "BE"', f'canton = "BE"\nregions = ["{"r" * 31}"]', "regions",
        "the procedure: regions",
    ),
    "a further fact of another kind": (
        'id = "early"', 'id = "early"\nany_of = ["voluntary"]', "any_of",
        "requirement early: any_of: voluntary is of another kind than registered_rav_on.",
    ),
    "judged on what is no day": (
        'id = "early"', 'id = "early"\njudged_on = "voluntary"', "judged_on",
        "requirement early: judged_on: voluntary is no day.",
    ),
    "a title that fills a book": (
        'title.de = "Beispiel"', f'title.de = "{"B" * 100_000}"', "BBB",
        "the procedure: title in de has 100000 characters; at most 150 are allowed.",
    ),
    "a version that fits no column": (
        'version = "2026.1"', f'version = "{"1" * 21}"', "version =", "the procedure: version has 21 characters; at most 20 are allowed.",
    ),
    "a number that is none": ("number = 6", "number = nan", "number", "requirement early: number must be a whole number."),
    "a day before all offices": (
        "valid_from = 2026-01-01", "valid_from = 0001-01-01", "valid_from",
        "the procedure: valid_from must be a day between 1900-01-01 and 2199-12-31.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE_PROBLEM, ids=lambda case: case.replace(" ", "_"))
def test_a_mistake_is_named_with_its_line_and_what_is_allowed(case: str) -> None:
    there, instead, at, sentence = ONE_PROBLEM[case]
    text = changed(there, instead)

    begin = f"small.toml, line {line_of(text, at)}, {sentence}"
    assert [problem for problem in problems_of(text) if problem.startswith(begin)] != []


def test_a_phase_without_a_way_out_is_a_dead_end() -> None:
    text = without('[[phase.move]]\nto = "closed"', f"[[phase]]\n{CLOSED}").replace(
        'fact = "plan_binding_on"', 'fact = "plan_binding_on"\nseverity = "should"'
    )

    assert problems_of(text) == [
        f"small.toml, line {line_of(text, PLAN) - 1}, phase plan: no move leads out of it: a dead end."
    ]


def test_a_phase_to_which_no_way_leads_is_refused() -> None:
    lonely = EXAMPLE[EXAMPLE.index(f"[[phase]]\n{PLAN}") : EXAMPLE.index(f"[[phase]]\n{CLOSED}")]
    text = EXAMPLE + lonely.replace(PLAN, 'id = "lonely"', 1)

    assert problems_of(text) == [
        f"small.toml, line {line_of(text, 'lonely') - 1}, phase lonely: no way leads to it from the first phase."
    ]


def test_a_circle_without_an_end_is_refused() -> None:
    text = changed('to = "closed"', 'to = "plan"')

    assert f"small.toml, line {line_of(text, PLAN) - 1}, phase plan: no way leads from it to an end." in problems_of(
        text
    )


def test_without_a_closed_phase_a_case_could_never_end() -> None:
    text = changed('state = "closed"', 'state = "active"')

    assert problems_of(text)[0] == "small.toml, line 1, the procedure: no phase is closed: a case could never end."


def test_all_mistakes_are_reported_at_once() -> None:
    text = (
        changed('canton = "BE"', 'canton = "XX"')
        .replace('rule = "holds"', 'rule = "hold"')
        .replace("{ months = 3, default = true }", "{ weeks = 3 }")
    )

    assert [problem.split(":")[0].split(", ", 2)[2] for problem in problems_of(text)] == [
        "the procedure",
        "requirement voluntary",
        "requirement signed",
        "item review",
    ]


def test_what_is_no_toml_is_named_with_its_line() -> None:
    text = changed('canton = "BE"', "canton = BE")

    assert problems_of(text) == [
        f"small.toml, line {line_of(text, 'canton')}, column 10: this cannot be read (Invalid value): "
        "look for a missing quotation mark, bracket or equals sign, or a key that occurs twice."
    ]


def test_phases_that_are_no_list_are_reported() -> None:
    assert problems_of('phase = "none"\n')[-1] == (
        "small.toml, line 1, the procedure: phase must be entries that each begin with their heading in [[double brackets]]."
    )


def test_an_empty_file_names_all_that_it_needs() -> None:
    needed = ["identifier", "version", "canton", "source", "retention", "valid_from", "title", "about", "phase"]

    assert problems_of("") == [f"small.toml, line 1, the procedure: {key} is missing." for key in needed]


def test_a_line_is_found_behind_remarks_and_spaces_in_its_heading() -> None:
    text = changed(
        '[[phase.requirement]]\nid = "early"', '[[ phase.requirement ]]  # not too late\nid = "early"'
    ).replace('rule = "within_months"', 'rule = "since"')

    assert problems_of(text)[0].startswith(f"small.toml, line {line_of(text, 'since')}, requirement early: ")


def test_a_text_is_read_once() -> None:
    one, same = (ProcedureVersion(text=EXAMPLE, sha256=digest(EXAMPLE)) for _ in range(2))

    assert one.procedure is same.procedure


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read_procedure(f"\ufeff{EXAMPLE}", "example.toml") == read_procedure(EXAMPLE, "example.toml")


def test_a_kept_version_is_read_whatever_the_limits_and_words_are_now() -> None:
    kept = (
        changed('meetings = ["review"]', 'meetings = ["party"]')
        .replace("{ working_days = 5 }", "{ working_days = 501 }")
        .replace('canton = "BE"', 'canton = "BE"\nlegacy = true')
    )
    assert len(problems_of(kept)) == 3

    assert read_kept_procedure(kept, "example 2026.1").phase("plan").meetings == ("party",)
    assert ProcedureVersion(text=kept, sha256=digest(kept)).procedure.item("intake", "ask").due.working_days == 501
    assert read_kept_procedure(EXAMPLE, "example 2026.1") == read_procedure(EXAMPLE, "example.toml")


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_until = 2025-12-31"),
        ('to = "closed"', 'to = "plan"'),
        ("number = 6\n", ""),
        ("{ working_days = 5 }", "{ working_days = 0 }"),
    ],
)
def test_of_a_kept_version_nobody_asks_whether_it_hangs_together_now(there: str, instead: str) -> None:
    kept = changed(there, instead)
    assert problems_of(kept) != []

    assert read_kept_procedure(kept, "example 2026.1").identifier == "example"


def test_a_kept_version_of_another_shape_is_still_refused() -> None:
    with pytest.raises(BrokenFile, match=r"example 2026\.1, line 38, requirement early: number must be a whole number"):
        read_kept_procedure(changed("number = 6", 'number = "6"'), "example 2026.1")
