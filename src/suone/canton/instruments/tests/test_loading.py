"""A broken file of an instrument is refused with a sentence that names the place and the remedy."""

from pathlib import Path

import pytest

from suone.canton.instruments import loading
from suone.canton.instruments.loading import BrokenInstrument, instrument, read_instrument

GOOD = """
identifier = "small"
version = "1"
source = "invented"
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
        ('version = "1"', "", "small.toml: version is missing."),
        ('source = "invented"', "source = ", "small.toml: "),
        ('fr = "Petit", ', "", "small.toml, title: the text in fr is missing."),
        ('de = "Erstens.", fr = "Premièrement."', 'de = ""', "small.toml, item first: the text in de, fr is missing."),
        (', fr = "Beaucoup."', "", "small.toml, band much: the text in fr is missing."),
        ('title = { de = "viel", fr = "beaucoup", en = "much" }', "", "band much: the text in de, fr, en is missing."),
        ('id = "first"', 'id = "first"\nheavy = 3', "item first: ['heavy'] is not known; allowed are ['between', "),
        ("{ yes = 1 }", "{ perhaps = 1 }", "item first: points are numbers from 0 for yes or no"),
        ("{ yes = 1 }", "{ yes = -1 }", "item first: points are numbers from 0 for yes or no"),
        ("{ yes = 1 }", "{ yes = true }", "item first: points are numbers from 0 for yes or no"),
        ('id = "first"', 'id = "First one"', "item First one: id may have small letters, digits and _ only."),
        ('id = "first"', 'id = "points"', "items, dimensions and the word points need names of their own"),
        (
            'id = "first"',
            'id = "first"\nkind = "essay"',
            "kind 'essay' is not known; allowed are yes_no, choice, scale,",
        ),
        ('id = "first"', 'id = "first"\nweight = -1', "item first: weight is a number from 0, such as 0.5."),
        ('id = "first"', 'id = "first"\nsection = "two"', "item first: section 'two' is not known; allowed are all."),
        ('id = "first"', 'id = "first"\ndimension = "x"', "item first: dimension 'x' is not known; allowed are none."),
        ('id = "first"', 'id = "first"\nknown = "income"', "item first: known 'income' is not known; allowed are age,"),
        (
            'source = "invented"',
            'source = "invented"\ncategory = "x"',
            "category 'x' is not known; allowed are identity,",
        ),
        ('source = "invented"', 'source = "invented"\nscale = 1', "['scale'] is not known; allowed are ['about',"),
        (
            'fr = "Petit"',
            'fr = "Petit", rm = "Pitschen"',
            "title: ['rm'] is no language; allowed are de, fr, en and it.",
        ),
        (
            'source = "invented"',
            'source = "invented"\nrange = { least = 0, most = 6.5 }',
            "the points span 0 to 1, but range says 0 to 6.5: change weights and points, or the range.",
        ),
        (
            '["much", "little"]',
            '["huge", "little"]',
            "order names huge, which is no band; bands are ['little', 'much'].",
        ),
        ("{ much = 1 }", "{ little = 1 }", "thresholds must fall from the first band to the last, which starts at 0."),
        ("{ much = 1 }", "{ }", "thresholds must fall from the first band to the last, which starts at 0."),
    ],
)
def test_a_broken_file_names_the_place_and_the_remedy(there: str, instead: str, sentence: str) -> None:
    assert there in GOOD

    with pytest.raises(BrokenInstrument) as broken:
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
        ('code = "b"', 'code = "b c"', "item which: every option needs a code in one word."),
        (
            'text = { de = "B", fr = "B", en = "B" }',
            'text = { de = "B" }',
            "item which, option b: the text in fr, en is",
        ),
        ('["from_day", "to_day"]', '["from_day"]', "item months: between names two items of the kind day"),
        ('["from_day", "to_day"]', '["from_day", "how"]', "between 'how' is not known; allowed are from_day, to_day."),
        ("{ from = 3, points = 1 }", "{ from = 7, points = 1 }", "item months: the steps must rise"),
        ("{ from = 3, points = 1 }", "{ after = 3 }", "item months: a step is written { from = 6, points = 1 }."),
        ('band = "much"', 'band = "huge"', "rule 1: band 'huge' is not known; allowed are much, little."),
        ('"how>=4"', '"how>4"', "rule 1: 'how>4' is no condition; write item, !item, item=code, item>=3 or item<=3."),
        ('"how>=4"', '"who>=4"', "rule 1: when 'who' is not known; allowed are first, how, which,"),
        ('"how>=4"', '"which>=4"', "rule 1: 'which>=4' compares what is no number."),
        ('"how>=4"', '"how=9"', "rule 1: when, how '9' is not known; allowed are 1, 2, 3, 4, 5."),
        ('"how>=4"', '"months"', "rule 1: 'months' must compare: write months>=3 or months<=3."),
        ('because = { de = "darum", ', "because = { ", "rule 1: the text in de is missing."),
        (
            'band = "little"\nbecause',
            'band = "little"\nwhen = ["first"]\nbecause',
            "the last rule is for whoever no other fits: it has no when.",
        ),
    ],
)
def test_a_broken_question_or_rule_names_the_place_and_the_remedy(there: str, instead: str, sentence: str) -> None:
    assert there in FULL

    with pytest.raises(BrokenInstrument) as broken:
        read_instrument(FULL.replace(there, instead, 1), "full.toml")

    assert sentence in str(broken.value)


def test_two_items_of_one_name_are_refused() -> None:
    twice = GOOD + GOOD[GOOD.index("[[item]]") :]

    with pytest.raises(BrokenInstrument, match="every item needs an id of its own"):
        read_instrument(twice, "small.toml")
