"""Diagrams generated from the code: wings and floors of the packages, states of a case, how a plan becomes binding.

``python -m suone.config.drawings`` writes ``docs/drawings.md``; ``--check`` fails when it differs from the code.
"""

import sys
import tomllib
from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from suone.casework.cases import rules as cases
from suone.casework.plans import rules as plans

State = TypeVar("State", bound=Enum)

_ROOT = Path(__file__).resolve().parents[3]
_PAGE = _ROOT / "docs" / "drawings.md"
_WHOLE_PAGE = """\
# Drawings

Generated from the code by `make draw`; `make check` fails when they differ.

## How a case moves

The states are few and fixed; a canton's phases map to them. The table is `MOVES` in `cases/rules.py`.
A case that is notified on to the IIZ office begins there anew, as notified.

```mermaid
{states}
```

## How a plan becomes binding

Everybody signs, or the plan becomes a draft again; a binding plan is changed only by a new version. The table is `MOVES`
in `plans/rules.py`.

```mermaid
{plan_states}
```

## The wings and their floors

Each package may use the wings and floors below it and none above. The lists are in `pyproject.toml`, with a reason for
each line.

```mermaid
{floors}
```
"""


def states_drawing(moves: Mapping[State, Collection[State]], ends: Collection[State]) -> str:
    """States and their moves, the first state first, as a Mermaid state diagram."""
    first = next(iter(moves))
    lines = ["stateDiagram-v2", f"    [*] --> {first.value}"]
    for state, targets in moves.items():
        lines += [f"    {state.value} --> {target.value}" for target in type(state) if target in targets]
    lines += [f"    {state.value} --> [*]" for state in moves if state in ends]
    return "\n".join(lines)


def floors_drawing() -> str:
    """The wings from top to bottom and the floors of packages in each, as a Mermaid flow chart."""
    contracts = tomllib.loads((_ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = {contract["containers"][0]: contract["layers"] for contract in contracts if "containers" in contract}
    lines, row = ["flowchart TB"], []
    for number, layer in enumerate(contracts[0]["layers"]):
        row.append(f"wing{number}")
        lines.append(f'    subgraph wing{number}[" "]')
        for wing in layer.split(" | "):
            lines += _wing(wing.removeprefix("suone."), floors.get(wing, []))
        lines.append("    end")
    return "\n".join([*lines, *(f"    {upper} --> {lower}" for upper, lower in pairwise(row))])


def _wing(name: str, floors: Sequence[str]) -> list[str]:
    boxes = [f'            {name}{number}["{floor.replace(" | ", " · ")}"]' for number, floor in enumerate(floors)]
    arrows = [f"            {name}{number - 1} --> {name}{number}" for number in range(1, len(floors))]
    return [f'        subgraph {name}["{name}"]', *boxes, *arrows, "        end"] if floors else [f"        {name}"]


def page() -> str:
    """The text of ``docs/drawings.md``."""
    return _WHOLE_PAGE.format(
        states=states_drawing(cases.MOVES, set(cases.State) - cases.OPEN_STATES),
        plan_states=states_drawing(plans.MOVES, set(plans.State) - plans.CURRENT),
        floors=floors_drawing(),
    )


if __name__ == "__main__":
    if "--check" not in sys.argv:
        _PAGE.write_text(page())
    elif _PAGE.read_text() != page():
        raise SystemExit("The drawings differ from the code: run make draw.")
