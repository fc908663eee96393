"""Pictures that are drawn from the code: the floors of the packages, and how a case moves.

``python -m suone.config.drawings`` writes ``docs/drawings.md``; ``--check`` fails when it differs from the code.
"""

import sys
import tomllib
from pathlib import Path

from suone.cases.rules import MOVES, OPEN_STATES

_ROOT = Path(__file__).resolve().parents[3]
_PAGE = _ROOT / "docs" / "drawings.md"
_WHOLE_PAGE = """\
# Drawings

Made from the code by `make draw`; `make check` fails when they differ.

## How a case moves

The states are few and fixed; a canton's own phases map onto them. The table is `MOVES` in `cases/rules.py`.

```mermaid
{states}
```

## The floors of the packages

Each package may use the floors below it and none above. The list stands in `pyproject.toml`.

```mermaid
{floors}
```
"""


def states_drawing() -> str:
    """The states of a case and their moves, as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> notified"]
    for state, following in MOVES.items():
        lines += [f"    {state.value} --> {then.value}" for then in type(state) if then in following]
    lines += [f"    {state.value} --> [*]" for state in MOVES if state not in OPEN_STATES]
    return "\n".join(lines)


def floors_drawing() -> str:
    """The packages from top to bottom, as a Mermaid flow chart: one box for each floor."""
    contracts = tomllib.loads((_ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = [floor.replace("suone.", "").replace(" | ", " · ") for floor in contracts[0]["layers"]]
    boxes = [f'    floor{number}["{floor}"]' for number, floor in enumerate(floors)]
    arrows = [f"    floor{number} --> floor{number + 1}" for number in range(len(floors) - 1)]
    return "\n".join(["flowchart TB", *boxes, *arrows])


def page() -> str:
    return _WHOLE_PAGE.format(states=states_drawing(), floors=floors_drawing())


if __name__ == "__main__":
    if "--check" not in sys.argv:
        _PAGE.write_text(page())
    elif _PAGE.read_text() != page():
        raise SystemExit("The drawings differ from the code: run make draw.")
