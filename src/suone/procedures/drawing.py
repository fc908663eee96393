"""The picture of a procedure, drawn from its file: phases from top to bottom, moves as arrows. Pure: SVG as text.

No styles of its own: colours and strokes come from the page's style sheet by class, so that dark, print and forced
colours work. Beside the picture stands its text alternative (``described``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from suone.procedures.rules import Phase, Procedure, Texts

_BOX_WIDTH, _LINE_HEIGHT, _PADDING = 190, 18, 11
_GAP_X, _GAP_Y, _LANE = 26, 46, 16
_LINE_LENGTH = 24
Say = Callable[[Texts], str]


@dataclass(frozen=True, slots=True)
class _Box:
    phase: Phase
    lines: tuple[str, ...]
    layer: int
    x: float
    y: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + _BOX_WIDTH / 2

    @property
    def centre(self) -> float:
        return self.y + self.height / 2


def draw(procedure: Procedure, *, say: Say, here: str = "", been: Iterable[str] = (), title: str, summary: str) -> str:
    """The procedure as SVG; ``here`` is the current phase of a case, ``been`` those it went through.

    ``say`` picks the reader's language; ``title`` and ``summary`` are read out by screen readers.
    """
    boxes = _placed(procedure, say)
    order = {phase.id: number for number, phase in enumerate(procedure.phases)}
    arrows, left, right = _arrows(procedure, boxes, order)
    passed = set(been)
    width = max(box.x + _BOX_WIDTH for box in boxes.values())
    height = max(box.y + box.height for box in boxes.values())
    parts = [
        f'<svg class="procedure" viewBox="{-left:g} -6 {width + left + right:g} {height + 12:g}" role="img"'
        ' aria-labelledby="procedure-title procedure-summary" xmlns="http://www.w3.org/2000/svg">',
        f'<title id="procedure-title">{escape(title)}</title><desc id="procedure-summary">{escape(summary)}</desc>',
        '<defs><marker id="procedure-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        ' orient="auto-start-reverse"><path class="tip" d="M0 0 8 4 0 8Z"/></marker></defs>',
        *arrows,
        *(_drawn(box, is_here=box.phase.id == here, is_past=box.phase.id in passed) for box in boxes.values()),
        "</svg>",
    ]
    return "".join(parts)


def described(procedure: Procedure, *, say: Say, here: str = "", leads_to: str, here_is: str) -> str:
    """The same in words: each phase with where it leads; ``leads_to`` and ``here_is`` are words of the reader's language."""
    titles = {phase.id: say(phase.title) for phase in procedure.phases}
    sentences = []
    for phase in procedure.phases:
        following = ", ".join(titles[move.to] for move in phase.moves)
        sentence = titles[phase.id] + (f" ({here_is})" if phase.id == here else "")
        sentences.append(f"{sentence} {leads_to} {following}." if following else f"{sentence}.")
    return " ".join(sentences)


def _placed(procedure: Procedure, say: Say) -> dict[str, _Box]:
    layers = _layers(procedure)
    rows = sorted(procedure.phases, key=lambda phase: layers[phase.id])
    boxes: dict[str, _Box] = {}
    y = 0.0
    widest = max(len(list(row)) for _layer, row in groupby(rows, key=lambda phase: layers[phase.id]))
    whole = widest * _BOX_WIDTH + (widest - 1) * _GAP_X
    for layer, group in groupby(rows, key=lambda phase: layers[phase.id]):
        row = [(phase, _wrapped(say(phase.title))) for phase in group]
        height = max(len(lines) for _phase, lines in row) * _LINE_HEIGHT + 2 * _PADDING
        x = (whole - len(row) * _BOX_WIDTH - (len(row) - 1) * _GAP_X) / 2
        for phase, lines in row:
            boxes[phase.id] = _Box(phase, lines, layer, x, y, height)
            x += _BOX_WIDTH + _GAP_X
        y += height + _GAP_Y
    return boxes


def _layers(procedure: Procedure) -> Mapping[str, int]:
    """The row of each phase: below every phase that leads to it and stands before it in the file."""
    layers = {phase.id: 0 for phase in procedure.phases}
    order = {phase.id: number for number, phase in enumerate(procedure.phases)}
    for phase in procedure.phases:
        for move in phase.moves:
            if order[move.to] > order[phase.id]:
                layers[move.to] = max(layers[move.to], layers[phase.id] + 1)
    # All ends stand in the last row, where a reader looks for them.
    last = max(layers.values())
    return {phase.id: last if phase.is_end else layers[phase.id] for phase in procedure.phases}


def _wrapped(text: str) -> tuple[str, ...]:
    lines: list[str] = [""]
    for part in text.split():
        candidate = f"{lines[-1]} {part}".strip()
        if len(candidate) > _LINE_LENGTH and lines[-1]:
            lines.append(part)
        else:
            lines[-1] = candidate
    return tuple(lines)


def _arrows(
    procedure: Procedure, boxes: Mapping[str, _Box], order: Mapping[str, int]
) -> tuple[Sequence[str], float, float]:
    """The arrows, and how much room they need left and right: ways onward at the right, ways back at the left."""
    arrows = []
    left = right = 0
    whole = max(box.x + _BOX_WIDTH for box in boxes.values())
    for phase in procedure.phases:
        for move in phase.moves:
            start, end = boxes[phase.id], boxes[move.to]
            if end.layer == start.layer + 1:
                arrows.append(_straight(start, end))
            elif order[move.to] > order[phase.id] and end.layer != start.layer:
                right += 1
                arrows.append(_around(start, end, whole + right * _LANE, start.x + _BOX_WIDTH, end.x + _BOX_WIDTH))
            elif end.layer == start.layer:
                arrows.append(_beside(start, end))
            else:
                left += 1
                arrows.append(_around(start, end, -left * _LANE, start.x, end.x, kind="back"))
    return arrows, left * _LANE + 8, right * _LANE + 8


def _straight(start: _Box, end: _Box) -> str:
    top, bottom = start.y + start.height, end.y - 2
    half = (top + bottom) / 2
    return _path(
        f"M{start.middle:g} {top:g}C{start.middle:g} {half:g} {end.middle:g} {half:g} {end.middle:g} {bottom:g}"
    )


def _beside(start: _Box, end: _Box) -> str:
    rightward = end.x > start.x
    from_x, to_x = (start.x + _BOX_WIDTH, end.x - 2) if rightward else (start.x, end.x + _BOX_WIDTH + 2)
    return _path(f"M{from_x:g} {start.centre:g}L{to_x:g} {end.centre:g}", kind="onward" if rightward else "back")


def _around(start: _Box, end: _Box, lane: float, from_x: float, to_x: float, kind: str = "onward") -> str:
    near = 2 if to_x < lane else -2
    from_y = start.centre + 5
    to_y = end.centre - 5
    turn = 8 if to_y > from_y else -8
    bend = -8 if lane > from_x else 8
    return _path(
        f"M{from_x:g} {from_y:g}H{lane + bend:g}Q{lane:g} {from_y:g} {lane:g} {from_y + turn:g}"
        f"V{to_y - turn:g}Q{lane:g} {to_y:g} {lane + bend:g} {to_y:g}H{to_x + near:g}",
        kind=kind,
    )


def _path(drawn: str, kind: str = "onward") -> str:
    return f'<path class="way {kind}" d="{drawn}" marker-end="url(#procedure-tip)"/>'


def _drawn(box: _Box, *, is_here: bool, is_past: bool) -> str:
    kind = "phase here" if is_here else "phase past" if is_past else "phase"
    if box.phase.is_end:
        kind += " end"
    top = box.y + (box.height - len(box.lines) * _LINE_HEIGHT) / 2 + 13
    lines = "".join(
        f'<tspan x="{box.middle:g}" y="{top + number * _LINE_HEIGHT:g}">{escape(line)}</tspan>'
        for number, line in enumerate(box.lines)
    )
    return (
        f'<g class="{kind}"><rect x="{box.x:g}" y="{box.y:g}" width="{_BOX_WIDTH}" height="{box.height:g}" rx="6"/>'
        f'<text text-anchor="middle">{lines}</text></g>'
    )
