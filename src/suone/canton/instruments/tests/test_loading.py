"""A broken file of an instrument is refused with a sentence that names the place and the remedy."""

import re
from pathlib import Path

import pytest

from suone.canton.instruments import loading, schema
from suone.canton.instruments.loading import instrument, read_instrument, read_kept_instrument
from suone.canton.instruments.models import InstrumentVersion, digest
from suone.ground.schemafiles.problems import BrokenFile

GOOD = """
identifier = "small"
version = "1"
source = "invented"
defaults = ["questions", "points", "bands", "thresholds", "rules", "range", "again_after_months"]
order = ["much", "little"]
title = { de = "Klein", fr = "Petit", en = "Small" }
thresholds = { much = 1 }
[bands.much]
title = { de = "viel", fr = "beaucoup", en = "much" }
explanation = { de = "Viel.", fr = "Beaucoup.", en = "Much." }
[bands.little]
title = { de = "wenig", fr = "peu", en = "little" }
explanation = { de = "Wenig.", fr = "Peu.", en = "Little." }
[[item]]
id = "first"
points = { yes = 1 }
text = { de = "Erstens.", fr = "Premièrement.", en = "First." }
"""


def test_the_guide_names_every_key() -> None:
    guide = (Path(__file__).parents[5] / "docs" / "instruments.md").read_text("utf-8")
    tables = (
        *(schema.Instrument, schema.Section, schema.Dimension, schema.Band, schema.Rule),
        *(schema.Item, schema.Option, schema.Step),
    )
    keys = {key for table in tables for key in table.allowed()} - {"bands", "rule", "section", "dimension", "item"}

    assert [key for key in sorted(keys) if not re.search(rf"`{key}`|\b{key} = ", guide)] == [], "Describe these there."
    assert [name for name in ("[[section]]", "[[dimension]]", "[[item]]", "[[rule]]") if name not in guide] == []


def test_a_good_file_becomes_an_instrument() -> None:
    small = read_instrument(GOOD, "small.toml")

    assert (small.identifier, small.version) == ("small", "1")
    assert [(band.code, band.threshold) for band in small.bands] == [("much", 1), ("little", 0)]
    assert small.item("first").points == {"yes": 1}


@pytest.mark.parametrize("path", sorted(Path(loading.__file__).with_name("files").glob("*.toml")), ids=lambda p: p.stem)
def test_every_shipped_file_can_be_used_and_is_named_like_its_identifier(path: Path) -> None:
    assert read_instrument(path.read_text(), path.name).identifier == path.stem


def test_a_file_is_read_once() -> None:
    assert instrument("level-triage") is instrument("level-triage")


@pytest.mark.parametrize(
    ("there", "instead", "sentence"),
    [
        (
            '"questions", "points"',
            '"questions"',
            "line 1, the instrument: name points in sources with its place, or in defaults where no source says it.",
        ),
        (
            'version = "1"',
            'version = "1"\nsources = { bands = "Art. 3" }',
            "the instrument: bands is in sources and in defaults: either a source says it, or the product proposes it.",
        ),
        ('version = "1"', "", "small.toml, line 1, the instrument: version is missing."),
        (
            'source = "invented"\ndefaults = ["questions", "points", "bands",',
            'sources = { bands = "Art. 3" }\ndefaults = ["questions", "points",',
            "the instrument: sources names places, but source names no paper.",
        ),
        (
            'source = "invented"',
            "source = ",
            "small.toml, line 4, column 10: this cannot be read (Invalid value): look for",
        ),
        ('fr = "Petit", ', "", "small.toml, line 7, the instrument: title is missing in fr."),
        (
            'de = "Erstens.", fr = "Premièrement."',
            'de = ""',
            "small.toml, line 18, item first: text is missing in de, fr.",
        ),
        (', fr = "Beaucoup."', "", "small.toml, line 11, band much: explanation is missing in fr."),
        ('title = { de = "viel", fr = "beaucoup", en = "much" }', "", "line 9, band much: title is missing."),
        ('id = "first"', 'id = "first"\nheavy = 3', "line 17, item first: unknown entry heavy; allowed are between, "),
        ("{ yes = 1 }", "{ perhaps = 1 }", "line 17, item first: points 'perhaps' is unknown; possible are yes, no."),
        ("{ yes = 1 }", "{ yes = -1 }", "line 17, item first: points: yes must be a number from 0 to 1000."),
        ("{ yes = 1 }", "{ yes = true }", "line 17, item first: points: yes must be a number such as 0.5."),
        (
            'id = "first"',
            'id = "First one"',
            "line 16, item First one: id 'First one' may have small letters, digits and _ only",
        ),
        ('id = "first"', 'id = "points"', "items, dimensions and the word points need names of their own"),
        (
            'id = "first"',
            'id = "first"\nkind = "essay"',
            "kind 'essay' is unknown; possible are yes_no, choice, scale,",
        ),
        ('id = "first"', 'id = "first"\nweight = -1', "line 17, item first: weight must be a number from 0 to 1000."),
        ('id = "first"', 'id = "first"\nsection = "two"', "item first: section 'two' is unknown; possible are all."),
        ('id = "first"', 'id = "first"\ndimension = "x"', "item first: dimension 'x' is unknown; possible are none."),
        ('id = "first"', 'id = "first"\nknown = "income"', "item first: known 'income' is unknown; possible are age,"),
        (
            'source = "invented"',
            'source = "invented"\ncategory = "x"',
            "category 'x' is unknown; possible are identity,",
        ),
        (
            'source = "invented"',
            'source = "invented"\nscale = 1',
            "the instrument: unknown entry scale; allowed are about,",
        ),
        (
            'fr = "Petit"',
            'fr = "Petit", rm = "Pitschen"',
            "the instrument: title has unknown languages rm; known are de, fr, it, en.",
        ),
        (
            'source = "invented"',
            'source = "invented"\nrange = { least = 0, most = 6.5 }',
            "the points span 0 to 1, but range says 0 to 6.5: change weights and points, or the range.",
        ),
        (
            '["much", "little"]',
            '["huge", "little"]',
            "line 6, the instrument: order names 'huge', which is no band; bands are much, little.",
        ),
        ("{ much = 1 }", "{ little = 1 }", "thresholds must fall from the first band to the last, which starts at 0."),
        ("{ much = 1 }", "{ }", "thresholds must fall from the first band to the last, which starts at 0."),
    ],
)
def test_a_broken_file_names_the_place_and_the_remedy(there: str, instead: str, sentence: str) -> None:
    assert there in GOOD

    with pytest.raises(BrokenFile) as broken:
        read_instrument(GOOD.replace(there, instead), "small.toml")

    assert sentence in str(broken.value)


SCALE = """
[[item]]
id = "how"
kind = "scale"
least = 1
most = 5
text = { de = "Wie?", fr = "Comment ?", en = "How?" }
"""
CHOICE = """
[[item]]
id = "which"
kind = "choice"
text = { de = "Was?", fr = "Quoi ?", en = "What?" }
options = [
  { code = "a", points = 0.5, text = { de = "A", fr = "A", en = "A" } },
  { code = "b", text = { de = "B", fr = "B", en = "B" } },
]
"""
DAYS = """
[[item]]
id = "from_day"
kind = "day"
text = { de = "Von", fr = "De", en = "From" }
[[item]]
id = "to_day"
kind = "day"
text = { de = "Bis", fr = "Jusqu’à", en = "To" }
[[item]]
id = "months"
kind = "months"
between = ["from_day", "to_day"]
steps = [{ from = 3, points = 1 }, { from = 6, points = 2 }]
text = { de = "Monate", fr = "Mois", en = "Months" }
"""
RULES = """
[[rule]]
band = "much"
when = ["first", "how>=4", "which=a", "!months<=2"]
because = { de = "darum", fr = "voilà", en = "so" }
[[rule]]
band = "little"
because = { de = "sonst", fr = "sinon", en = "else" }
"""
FULL = GOOD.replace("thresholds = { much = 1 }\n", "") + SCALE + CHOICE + DAYS + RULES


def test_a_file_with_every_kind_of_question_becomes_an_instrument() -> None:
    full = read_instrument(FULL, "full.toml")

    assert [item.kind for item in full.items] == ["yes_no", "scale", "choice", "day", "day", "months"]
    assert full.item("how").codes == ("1", "2", "3", "4", "5")
    assert [len(rule.when) for rule in full.rules] == [4, 0]


@pytest.mark.parametrize(
    ("there", "instead", "sentence"),
    [
        ("least = 1", "least = 5", "item how: a scale needs whole numbers least and most, least below most."),
        ("most = 5", "most = 99", "item how: a scale has eleven steps at most."),
        ('code = "b"', 'code = "a"', "item which: every option needs a code of its own."),
        ('code = "b"', 'code = "b c"', "option b c: code 'b c' must be one word of 40 characters at most."),
        (
            'text = { de = "B", fr = "B", en = "B" }',
            'text = { de = "B" }',
            "line 32, item which, option b: text is missing in fr, en.",
        ),
        ('["from_day", "to_day"]', '["from_day"]', "item months: between names two items of the kind day"),
        ('["from_day", "to_day"]', '["from_day", "how"]', "between 'how' is unknown; possible are from_day, to_day."),
        ("{ from = 3, points = 1 }", "{ from = 7, points = 1 }", "item months: the steps must rise"),
        ("{ from = 3, points = 1 }", "{ after = 3 }", "item months, step 1: from is missing."),
        ('band = "much"', 'band = "huge"', "rule 1: band 'huge' is unknown; possible are much, little."),
        ('"how>=4"', '"how>4"', "rule 1: 'how>4' is no condition; write item, !item, item=code, item>=3 or item<=3."),
        ('"how>=4"', '"who>=4"', "rule 1: when 'who' is unknown; possible are first, how, which,"),
        ('"how>=4"', '"which>=4"', "rule 1: 'which>=4' compares what is no number."),
        ('"how>=4"', '"how=9"', "rule 1: when, how '9' is unknown; possible are 1, 2, 3, 4, 5."),
        ('"how>=4"', '"months"', "rule 1: 'months' must compare: write months>=3 or months<=3."),
        ('because = { de = "darum", ', "because = { ", "rule 1: because is missing in de."),
        (
            'band = "little"\nbecause',
            'band = "little"\nwhen = ["first"]\nbecause',
            "the last rule is for whoever no other fits: it has no when.",
        ),
    ],
)
def test_a_broken_question_or_rule_names_the_place_and_the_remedy(there: str, instead: str, sentence: str) -> None:
    assert there in FULL

    with pytest.raises(BrokenFile) as broken:
        read_instrument(FULL.replace(there, instead, 1), "full.toml")

    assert sentence in str(broken.value)


def test_two_items_of_one_name_are_refused() -> None:
    twice = GOOD + GOOD[GOOD.index("[[item]]") :]

    with pytest.raises(BrokenFile, match="item first occurs twice"):
        read_instrument(twice, "small.toml")


def problems_of(text: str, there: str, instead: str) -> list[str]:
    assert there in text
    with pytest.raises(BrokenFile) as broken:
        read_instrument(text.replace(there, instead, 1), "own.toml")
    return broken.value.problems


FIRST = 'id = "first"'
# What once ended in a traceback.
MALFORMED = {
    "not a number": ("{ yes = 1 }", "{ yes = nan }", "line 17, item first: points: yes must be a number such as 0.5."),
    "infinity": ("{ much = 1 }", "{ much = inf }", "line 8, the instrument: thresholds: much must be a number such as 0.5."),
    "less than any": ("{ much = 1 }", "{ much = -inf }", "thresholds: much must be a number such as 0.5."),
    "a power too high": (FIRST, f"{FIRST}\nweight = 1e99999999999999999999", "weight must be a number such as 0.5."),
    "a power": (FIRST, f"{FIRST}\nweight = 1e999999", "item first: weight must be a number from 0 to 1000."),
    "a power too low": (FIRST, f"{FIRST}\nweight = 1e-999999", "item first: weight may have 4 decimals at most."),
    "thousands of digits": (FIRST, f"{FIRST}\nweight = {'9' * 5000}", "line 17: this number is too long to be read"),
    "a title that is a text": (
        'title = { de = "Klein", fr = "Petit", en = "Small" }', 'title = "Small"', "title must be one text for each language",
    ),
    "a title that is a number": ('de = "Klein"', "de = 3", 'line 7, the instrument: title: de must be a text in "quotation marks".'),
    "items that are a text": ("[[item]]", '[thing]\nitem = "x"\n[[item]]', "the instrument: unknown entry thing; allowed are"),
    "an id that is a number": (FIRST, "id = 7", 'line 16, item 1: id must be a text in "quotation marks".'),
    "a dimension that is a number": (FIRST, f"{FIRST}\ndimension = 7", 'dimension must be a text in "quotation marks".'),
    "a kind that is a list": (FIRST, f'{FIRST}\nkind = ["scale"]', 'kind must be a text in "quotation marks".'),
    "an order that is a text": ('["much", "little"]', '"much"', "line 6, the instrument: order must be a list of words,"),
    "thresholds that are a list": ("{ much = 1 }", "[1, 0]", "line 8, the instrument: thresholds must be a table, one line for"),
    "establishes that is a text": ('source = "invented"', 'source = "x"\nestablishes = "x"', "establishes must be a table such as { finished_on = … }."),
    "a range of texts": (
        'source = "invented"', 'source = "x"\nrange = { least = "0", most = "1" }', "range: least must be a number such as 0.5.",
    ),
    "a step that is a number": (FIRST, f"{FIRST}\nkind = 'number'\nleast = 0\nmost = 9\nsteps = [3]", "must be entries that"),
    "nested without end": ('source = "invented"', f"source = {'[' * 5000}", "line 4: brackets and names nest deeper than 8"),
    "names without end": ('source = "invented"', f"{'a.' * 9}a = 1", "line 4: brackets and names nest deeper than 8"),
    "a digit that is none": ("[[item]]", "[[rule]]\nband = 'much'\nwhen = ['points>=²']\nbecause = { de = 'x', fr = 'x', en = 'x' }\n[[item]]",
        "rule 1: 'points>=²' compares what is no number."),
}  # fmt: skip
# What once passed in silence.
SILENT = {
    "an empty identifier": ('identifier = "small"', 'identifier = ""', "line 2, the instrument: identifier is missing."),
    "an identifier of words": ('identifier = "small"', 'identifier = "A small one"', "identifier 'A small one' may have small letters,"),
    "an empty version": ('version = "1"', 'version = ""', "line 3, the instrument: version is missing."),
    "a long version": ('version = "1"', f'version = "{"1" * 21}"', "version has 21 characters; at most 20 are allowed."),
    "a title of spaces": ('de = "Klein"', 'de = "  "', "line 7, the instrument: title is missing in de."),
    "an endless title": ('de = "Klein"', f'de = "{"K" * 100_000}"', "title in de has 100000 characters; at most 300 are allowed."),
    "control characters": ('de = "Klein"', 'de = "Kl\\u0000ein"', "title in de has control characters"),
    "a threshold out of reach": (
        "{ much = 1 }", "{ much = 2 }",
        "line 8, the instrument: no answers have 2 points or more, so the band much is never proposed; the points span 0 to 1.",
    ),
    "a threshold without points": ("points = { yes = 1 }\n", "", "no answers have 1 points or more, so the band much is never"),
    "a band left out": ('["much", "little"]', '["much"]', "line 6, the instrument: order leaves out the band little: it would"),
    "a band that occurs twice": ('["much", "little"]', '["much", "much", "little"]', "in order, band much occurs twice."),
    "bands that overlap": ("{ much = 1 }", "{ much = 0 }", "line 8, the instrument: thresholds must fall from the first band to"),
    "no bands": ("[bands.", "[other.", "the instrument: unknown entry other"),
    "no items": ("[[item]]", "[bands.more]", "the instrument: item is missing."),
    "a weight beyond sense": (FIRST, f"{FIRST}\nweight = 1_000_000_000_000", "weight must be a number from 0 to 1000."),
    "months beyond sense": ('source = "invented"', 'source = "x"\nagain_after_months = 1_000_000', "must be a whole number from 0 to 120."),
    "options of a yes or no": (FIRST, f"{FIRST}\noptions = []", "options is for the kinds choice alone; this is yes_no."),
    "limits of a yes or no": (FIRST, f"{FIRST}\nleast = 1", "least is for the kinds scale, number alone; this is yes_no."),
    "steps of a yes or no": (FIRST, f"{FIRST}\nsteps = []", "steps is for the kinds number, months alone; this is yes_no."),
    "a yes or no that is reversed": (FIRST, f"{FIRST}\nreversed = true", "reversed is for the kinds scale alone; this is yes_no."),
    "a word that is reversed": (FIRST, f'{FIRST}\nreversed = "yes"', "reversed must be true or false."),
    "an empty dimension": (
        "[[item]]", '[[dimension]]\nid = "d"\ntitle = { de = "x", fr = "x", en = "x" }\n[[item]]', "dimension d: no item belongs to it",
    ),
    "an empty section": (
        "[[item]]", '[[section]]\nid = "s"\ntitle = { de = "x", fr = "x", en = "x" }\n[[item]]', "section s: no item belongs to it",
    ),
    "a dimension with more": (
        "[[item]]", '[[dimension]]\nid = "d"\ncolour = "red"\ntitle = { de = "x", fr = "x", en = "x" }\n[[item]]',
        "dimension d: unknown entry colour; allowed are id, title.",
    ),
    "an empty word": (FIRST, f'{FIRST}\nestablishes = ""', "line 17, item first: establishes is missing."),
}  # fmt: skip
# What passed in silence where there are rules and every kind of question.
SILENT_IN_FULL = {
    "a band without a rule": ('band = "much"', 'band = "little"', "line 8, the instrument: no rule leads to the band much: it would never be"),
    "two rules for all others": ('when = ["first", "how>=4", "which=a", "!months<=2"]\n', "", "rule 1: only the last rule may go without"),
    "beyond the answers": ("how>=4", "how>=9", "line 52, rule 1: 'how>=9' asks beyond the answers, which go from 1 to 5."),
    "between one day": ('["from_day", "to_day"]', '["to_day", "to_day"]', "item months: between names two items of the kind day"),
    "an option with more": ('{ code = "b"', '{ colour = 1, code = "b"', "item which, option b: unknown entry colour"),
    "an option without code": ('code = "b"', 'code = ""', "line 32, item which, option 2: code is missing."),
    "points of an option as text": ("points = 0.5", 'points = "0.5"', "item which, option a: points must be a number such as"),
    "points of an option below nothing": ("points = 0.5", "points = -1", "item which, option a: points must be a number from 0"),
    "a scale that is a number": ("least = 1\n", "least = 1.5\n", "item how: least must be a whole number."),
    "a scale without limits": ("least = 1\nmost = 5\n", "", "item how: a scale needs whole numbers least and most"),
}  # fmt: skip


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case.replace(" ", "_"))
def test_a_malformed_file_is_refused_in_a_sentence(case: str) -> None:
    there, instead, sentence = MALFORMED[case]

    assert [problem for problem in problems_of(GOOD, there, instead) if sentence in problem] != []


@pytest.mark.parametrize("case", SILENT, ids=lambda case: case.replace(" ", "_"))
def test_what_makes_no_sense_does_not_pass_in_silence(case: str) -> None:
    there, instead, sentence = SILENT[case]

    assert [problem for problem in problems_of(GOOD, there, instead) if sentence in problem] != []


@pytest.mark.parametrize("case", SILENT_IN_FULL, ids=lambda case: case.replace(" ", "_"))
def test_a_question_or_rule_without_sense_does_not_pass_in_silence(case: str) -> None:
    there, instead, sentence = SILENT_IN_FULL[case]

    assert [problem for problem in problems_of(FULL, there, instead) if sentence in problem] != []


def test_a_band_between_two_thresholds_that_no_sum_of_points_reaches_is_named() -> None:
    text = GOOD.replace("{ much = 1 }", "{ much = 0.75, middle = 0.5 }").replace(
        '["much", "little"]', '["much", "middle", "little"]'
    )
    middle = (
        '[bands.middle]\ntitle = { de = "x", fr = "x", en = "x" }\nexplanation = { de = "x", fr = "x", en = "x" }\n'
    )

    assert problems_of(text, "[[item]]", f"{middle}[[item]]") == [
        "own.toml, line 8, the instrument: no answers have 0.5 points or more and below 0.75, so the band middle is "
        "never proposed; the points span 0 to 1."
    ]


def test_all_problems_of_a_file_are_named_at_once_in_the_order_of_its_lines() -> None:
    text = GOOD.replace("{ yes = 1 }", "{ yes = nan }").replace('version = "1"', "colour = 1\nversion = 1")

    assert problems_of(text, 'fr = "Petit", ', "") == [
        "own.toml, line 3, the instrument: unknown entry colour; allowed are about, again_after_months, bands, category, "
        "decided_by, defaults, dimension, establishes, identifier, item, measure, note, order, range, rule, section, source, sources, "
        "thresholds, title, version.",
        'own.toml, line 4, the instrument: version must be a text in "quotation marks".',
        "own.toml, line 8, the instrument: title is missing in fr.",
        "own.toml, line 18, item first: points: yes must be a number such as 0.5.",
    ]


def test_a_kept_version_is_read_whatever_the_limits_are_now() -> None:
    kept = GOOD.replace("{ yes = 1 }", "{ yes = 5000 }").replace('version = "1"', 'version = "1"\nlegacy = true')
    with pytest.raises(BrokenFile):
        read_instrument(kept, "small.toml")

    assert read_kept_instrument(kept, "small 1").item("first").points == {"yes": 5000}
    assert InstrumentVersion(text=kept, sha256=digest(kept)).instrument.most == 5000
    assert read_kept_instrument(GOOD, "small 1") == read_instrument(GOOD, "small.toml")
