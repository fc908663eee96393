"""The facts that an instrument's file establishes are words of the registry, in their shape."""

import pytest

from suone.canton.instruments.loading import FOLDER
from suone.canton.procedures.facts_of_instruments import read_instrument_and_facts
from suone.ground.schemafiles.problems import BrokenFile

SEGMENTATION = (FOLDER / "segmentation.toml").read_text("utf-8")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_instrument_establishes_known_facts(path) -> None:
    assert read_instrument_and_facts(path.read_text("utf-8"), path.name).identifier == path.stem


@pytest.mark.parametrize(
    ("there", "instead", "sentence"),
    [
        ('decided = "segment"', 'decided = "segmnt"', ": decided 'segmnt' is no fact; the guide"),
        ('decided_on = "segmented_on"', 'decided_on = "age"', "the instrument: decided_on age follows from the case"),
        (
            'decided = "segment"',
            'decided = "integrated_on"',
            "integrated_on is day, yet the instrument establishes choice.",
        ),
        (
            'id = "chances"',
            'id = "chances"\nestablishes = "entitled"',
            "item chances: establishes entitled is yes, yet the instrument establishes choice.",
        ),
    ],
)
def test_another_word_is_refused_with_its_place(there: str, instead: str, sentence: str) -> None:
    with pytest.raises(BrokenFile) as broken:
        read_instrument_and_facts(SEGMENTATION.replace(there, instead, 1), "own.toml")

    assert sentence in str(broken.value)
