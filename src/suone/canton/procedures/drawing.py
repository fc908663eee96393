"""The picture of a procedure, drawn from its file: phases one below the other, moves as arrows. Pure: SVG as text.

A move to the next phase goes straight down; one that skips phases goes round on the right, one that leads back on the
left. Colours and strokes come from the page's style sheet by class, so that dark mode, print and forced colours work.
``text_alternative`` gives the same in words.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from suone.canton.procedures.rules import Phase, Procedure, Texts

_BOX_WIDTH, _LINE_HEIGHT, _PADDING, _GAP, _LANE, _MARGIN = 216, 18, 12, 30, 15, 10
_LINE_LENGTH = 26
_STYLES = (
    "<style>rect{fill:#fff;stroke:#8a9199;stroke-width:1.5}text{font:14px sans-serif}.end rect{stroke-dasharray:5 3}"
    ".way{fill:none;stroke:#545b62;stroke-width:1.5}.back{stroke-dasharray:4 4}.tip{fill:#545b62}</style>"
)
Say = Callable[[Texts], str]
Side = Literal["right", "left"]


@dataclass(frozen=True, slots=True)
class _Box:
    phase: Phase
    lines: tuple[str, ...]
    y: float

    @property
    def height(self) -> float:
        return len(self.lines) * _LINE_HEIGHT + 2 * _PADDING

    def port(self, number: int, of: int) -> float:
        """The y coordinate at which arrow ``number`` (from 0) of ``of`` arrows meets the side of the box."""
        return self.y + self.height * (number + 1) / (of + 1)


@dataclass(frozen=True, slots=True)
class _Way:
    """A move that is drawn around the boxes: the indices of its phases."""

    start: int
    end: int

    @property
    def side(self) -> Side:
        return "right" if self.end > self.start else "left"

    @property
    def span(self) -> tuple[int, int]:
        return min(self.start, self.end), max(self.start, self.end)


def draw(
    procedure: Procedure,
    *,
    say: Say,
    here: str = "",
    been: Iterable[str] = (),
    title: str,
    summary: str,
    alone: bool = False,
) -> str:
    """The procedure as SVG; ``here`` is the current phase of a case, ``been`` those it went through.

    ``say`` picks the reader's language; ``title`` and ``summary`` are read out by screen readers. A picture that is
    opened ``alone``, as a file, brings the styles which a page would give it.
    """
    boxes = _stacked(procedure, say)
    order = {phase.id: number for number, phase in enumerate(procedure.phases)}
    moves = [(order[phase.id], order[move.to]) for phase in procedure.phases for move in phase.moves]
    ways = [_Way(start, end) for start, end in moves if end != start + 1]
    lanes = _lanes(ways)
    arrows = [_straight(boxes[start], boxes[end]) for start, end in moves if end == start + 1]
    arrows += _rounds(boxes, ways, lanes)
    left = _room(lanes, "left")
    width = left + _BOX_WIDTH + _room(lanes, "right")
    height = boxes[-1].y + boxes[-1].height
    passed = set(been)
    parts = [
        f'<svg class="procedure" width="{width}" viewBox="{-left} -3 {width} {height + 6:g}" role="img"'
        ' aria-labelledby="procedure-title procedure-summary" xmlns="http://www.w3.org/2000/svg">',
        f'<title id="procedure-title">{escape(title)}</title><desc id="procedure-summary">{escape(summary)}</desc>',
        _STYLES if alone else "",
        '<defs><marker id="procedure-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
        ' orient="auto-start-reverse"><path class="tip" d="M0 0 8 4 0 8Z"/></marker></defs>',
        *arrows,
        *(_drawn(box, is_here=box.phase.id == here, is_past=box.phase.id in passed) for box in boxes),
        "</svg>",
    ]
    return "".join(parts)


def text_alternative(procedure: Procedure, *, say: Say, here: str = "", leads_to: str, here_is: str) -> str:
    """The drawing in words: each phase with the phases it leads to.

    ``leads_to`` and ``here_is`` are phrases in the reader's language; ``here`` is the current phase of a case.
    """
    titles = {phase.id: say(phase.title) for phase in procedure.phases}
    sentences = []
    for phase in procedure.phases:
        following = ", ".join(titles[move.to] for move in phase.moves)
        sentence = titles[phase.id] + (f" ({here_is})" if phase.id == here else "")
        sentences.append(f"{sentence} {leads_to} {following}." if following else f"{sentence}.")
    return " ".join(sentences)


def _stacked(procedure: Procedure, say: Say) -> list[_Box]:
    boxes: list[_Box] = []
    y = 0.0
    for phase in procedure.phases:
        boxes.append(_Box(phase, _wrapped(say(phase.title)), y))
        y += boxes[-1].height + _GAP
    return boxes


def _wrapped(text: str) -> tuple[str, ...]:
    lines: list[str] = [""]
    for part in text.split():
        candidate = f"{lines[-1]} {part}".strip()
        if len(candidate) > _LINE_LENGTH and lines[-1]:
            lines.append(part)
        else:
            lines[-1] = candidate
    return tuple(lines)


def _lanes(ways: Sequence[_Way]) -> dict[_Way, int]:
    """A lane for each way, so that no two in one lane touch; short ways run close to the boxes."""
    lanes: dict[_Way, int] = {}
    for way in sorted(ways, key=lambda way: (way.span[1] - way.span[0], way.span)):
        taken = {
            lane
            for other, lane in lanes.items()
            if other.side == way.side and other.span[0] <= way.span[1] and way.span[0] <= other.span[1]
        }
        lanes[way] = next(lane for lane in range(len(ways)) if lane not in taken)
    return lanes


def _room(lanes: Mapping[_Way, int], side: Side) -> int:
    return max((lane + 1 for way, lane in lanes.items() if way.side == side), default=0) * _LANE + _MARGIN


def _rounds(boxes: Sequence[_Box], ways: Sequence[_Way], lanes: Mapping[_Way, int]) -> list[str]:
    """The arrows that go round; where several meet one side of a box, each has a port of its own."""
    ports: dict[tuple[int, Side], list[tuple[_Way, bool]]] = defaultdict(list)
    for way in ways:
        ports[way.start, way.side].append((way, True))
        ports[way.end, way.side].append((way, False))
    heights: dict[tuple[_Way, bool], float] = {}
    for (place, _side), meeting in ports.items():
        # Arrows from and to phases above meet the upper part of the side, so that few of them cross.
        meeting.sort(key=lambda entry: (entry[0].end if entry[1] else entry[0].start) - place)
        for number, entry in enumerate(meeting):
            heights[entry] = boxes[place].port(number, len(meeting))
    return [_round(way, heights[way, True], heights[way, False], lanes[way]) for way in ways]


def _straight(start: _Box, end: _Box) -> str:
    middle = _BOX_WIDTH / 2
    return _path(f"M{middle:g} {start.y + start.height:g}V{end.y - 2:g}", "onward")


def _round(way: _Way, from_y: float, to_y: float, lane: int) -> str:
    out = 1 if way.side == "right" else -1
    edge = _BOX_WIDTH if way.side == "right" else 0
    far = edge + out * (lane + 1) * _LANE
    near, down = far - out * 6, 6 if to_y > from_y else -6
    return _path(
        f"M{edge:g} {from_y:g}H{near:g}Q{far:g} {from_y:g} {far:g} {from_y + down:g}"
        f"V{to_y - down:g}Q{far:g} {to_y:g} {near:g} {to_y:g}H{edge + out * 2:g}",
        "onward" if way.side == "right" else "back",
    )


def _path(drawn: str, kind: str) -> str:
    return f'<path class="way {kind}" d="{drawn}" marker-end="url(#procedure-tip)"/>'


def _drawn(box: _Box, *, is_here: bool, is_past: bool) -> str:
    kind = "phase here" if is_here else "phase past" if is_past else "phase"
    if box.phase.is_end:
        kind += " end"
    lines = "".join(
        f'<tspan x="{_BOX_WIDTH / 2:g}" y="{box.y + _PADDING + number * _LINE_HEIGHT + 13:g}">{escape(line)}</tspan>'
        for number, line in enumerate(box.lines)
    )
    return (
        f'<g class="{kind}"><rect x="0" y="{box.y:g}" width="{_BOX_WIDTH}" height="{box.height:g}" rx="6"/>'
        f'<text text-anchor="middle">{lines}</text></g>'
    )
