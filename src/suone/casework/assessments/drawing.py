"""A small chart of an instrument over time: SVG as text, without a charting library. Pure.

Drawn on the server as the pictures of procedures are: a chart of a few points needs no library of 100 MB, the page needs
no script (the content security policy allows none), and ``currentColor`` follows light, dark, print and forced colours.
A table with the same data is next to it; screen readers read the summary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 400, 200, 140, 16, 24, 30
_LONGEST = 20


@dataclass(frozen=True, slots=True)
class Dot:
    """A result on its day: height on the scale, conclusion, and figure if it has one."""

    on: date
    height: float
    conclusion: str
    figure: str

    @property
    def label(self) -> str:
        return f"{self.on:%d.%m.%Y}: {', '.join(filter(None, (self.figure, self.conclusion)))}"


@dataclass(frozen=True, slots=True)
class Scale:
    """The range of heights, and the marks labelled at the side."""

    least: float
    most: float
    marks: Sequence[tuple[float, str]]


def draw(dots: Sequence[Dot], scale: Scale, *, title: str) -> str:
    """Return the results as an SVG line chart over time, with days spaced to scale."""
    places = [(_across(dot.on, dots), _up(dot.height, scale)) for dot in dots]
    path = "M" + "L".join(f"{x:g} {y:g}" for x, y in places)
    marks = [
        f'<path d="M{_LEFT} {_up(height, scale):g}H{_WIDTH - _RIGHT}" stroke="currentColor" stroke-opacity=".35"/>'
        f'<text x="{_LEFT - 8}" y="{_up(height, scale) + 4:g}" text-anchor="end">{escape(_short(name))}</text>'
        for height, name in scale.marks
    ]
    circles = [
        f'<circle cx="{x:g}" cy="{y:g}" r="5" fill="currentColor"><title>{escape(dot.label)}</title></circle>'
        for dot, (x, y) in zip(dots, places, strict=True)
    ]
    days = [
        f'<text x="{x:g}" y="{_HEIGHT - 8}" text-anchor="middle">{dot.on:%m.%Y}</text>'
        for dot, (x, _y) in _spaced_out(list(zip(dots, places, strict=True)))
    ]
    return "".join(
        [
            f'<svg class="procedure" width="{_WIDTH}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
            ' aria-labelledby="chart-title chart-summary" xmlns="http://www.w3.org/2000/svg">',
            f'<title id="chart-title">{escape(title)}</title>',
            f'<desc id="chart-summary">{escape("; ".join(dot.label for dot in dots))}.</desc>',
            *marks,
            f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="2"/>' if len(dots) > 1 else "",
            *circles,
            *days,
            "</svg>",
        ]
    )


def _across(on: date, dots: Sequence[Dot]) -> float:
    first, last = min(dot.on for dot in dots), max(dot.on for dot in dots)
    room = _WIDTH - _LEFT - _RIGHT
    if first == last:
        return _LEFT + room / 2
    return round(_LEFT + 20 + (room - 40) * (on - first).days / (last - first).days, 1)


def _up(height: float, scale: Scale) -> float:
    room = _HEIGHT - _TOP - _BOTTOM
    return round(_TOP + room * (1 - (height - scale.least) / (scale.most - scale.least)), 1)


def _spaced_out(
    placed: Sequence[tuple[Dot, tuple[float, float]]],
) -> list[tuple[Dot, tuple[float, float]]]:
    """Return the dots whose date labels do not overlap."""
    kept: list[tuple[Dot, tuple[float, float]]] = []
    for dot, place in placed:
        if not kept or place[0] - kept[-1][1][0] >= 60:
            kept.append((dot, place))
    return kept


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
