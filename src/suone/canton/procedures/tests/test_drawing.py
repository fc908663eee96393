"""The picture of a procedure: every phase and move is in it, arrows in one lane never touch, and a description in words is beside it."""

from xml.etree import ElementTree

import pytest

from suone.canton.procedures.drawing import draw, text_alternative
from suone.canton.procedures.loading import shipped
from suone.canton.procedures.rules import Procedure, Texts

_SVG = "{http://www.w3.org/2000/svg}"


def _german(texts: Texts) -> str:
    return texts["de"]


def _drawn(procedure: Procedure, **place: object) -> ElementTree.Element:
    picture = draw(procedure, say=_german, title="T <1>", summary="S & more", **place)  # type: ignore[arg-type]
    return ElementTree.fromstring(picture)


@pytest.mark.parametrize("procedure", shipped().values(), ids=lambda procedure: procedure.identifier)
def test_every_phase_and_every_move_is_drawn_once(procedure: Procedure) -> None:
    picture = _drawn(procedure)

    texts = ["".join(tspan.text or "" for tspan in text) for text in picture.iter(f"{_SVG}text")]
    ways = [path for path in picture.iter(f"{_SVG}path") if "way" in (path.get("class") or "")]
    assert [text.replace(" ", "") for text in texts] == [p.title["de"].replace(" ", "") for p in procedure.phases]
    assert len(ways) == sum(len(phase.moves) for phase in procedure.phases)


@pytest.mark.parametrize("procedure", shipped().values(), ids=lambda procedure: procedure.identifier)
def test_everything_lies_within_the_picture(procedure: Procedure) -> None:
    picture = _drawn(procedure)
    left, top, width, height = (float(value) for value in (picture.get("viewBox") or "").split())

    for box in picture.iter(f"{_SVG}rect"):
        x, y = float(box.get("x", 0)), float(box.get("y", 0))
        assert left <= x
        assert x + float(box.get("width", 0)) <= left + width
        assert top <= y
        assert y + float(box.get("height", 0)) <= top + height


def test_the_place_of_a_case_and_where_it_was_are_marked() -> None:
    procedure = shipped()["vs-complex"]

    picture = _drawn(procedure, here="support", been=["notification", "support"])

    kinds = [group.get("class") for group in picture.iter(f"{_SVG}g")]
    assert kinds.count("phase here") == 1
    assert kinds.count("phase past") == 1
    assert kinds.count("phase end") == 3


def test_the_picture_carries_no_style_and_escapes_its_words() -> None:
    picture = draw(shipped()["vs-complex"], say=_german, title="T <1>", summary="S & more")

    assert "style=" not in picture
    assert '<title id="procedure-title">T &lt;1&gt;</title>' in picture


def test_in_words_it_says_where_each_phase_leads_and_where_the_case_is() -> None:
    words = text_alternative(
        shipped()["vs-complex"], say=_german, here="support", leads_to="führt zu", here_is="der Fall ist hier"
    )

    assert "Dienstleistungen (der Fall ist hier) führt zu Umsetzung des Plans" in words
    assert "Abgeschlossen." in words
