"""A broken file of an instrument is refused with a sentence that names the place and the remedy."""

from pathlib import Path

import pytest

from suone.instruments import loading
from suone.instruments.loading import BrokenInstrument, instrument, read_instrument

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
        ('id = "first"', 'id = "first"\nweight = 3', "item first: ['weight'] is not known; allowed are ['id', "),
        ("{ yes = 1 }", "{ perhaps = 1 }", "item first: points are whole numbers from 0 for yes or no."),
        ("{ yes = 1 }", "{ yes = -1 }", "item first: points are whole numbers from 0 for yes or no."),
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


def test_two_items_of_one_name_are_refused() -> None:
    twice = GOOD + GOOD[GOOD.index("[[item]]") :]

    with pytest.raises(BrokenInstrument, match="every item needs an id of its own"):
        read_instrument(twice, "small.toml")
