"""Which acts lock the case, or a row, first: written down apart, so that a lock which is lost does not pass unseen.

What a lock prevents, many at once try in the tests of races; here is checked that every act which needs one has it.
``SUONE_WRITE_LOCKS=1 .venv/bin/pytest tests/test_locks.py`` rewrites the list; read the diff before committing it.
"""

import inspect
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import CodeType

SOURCE = Path(__file__).resolve().parents[1] / "src"
LIST = Path(__file__).with_name("locks.txt")
LOCKS = ("lock", "select_for_update")


def locking_functions() -> Iterator[str]:
    """Functions of the product that ask for a lock, as they live."""
    for file in sorted(SOURCE.glob("suone/*/**/*.py")):
        text = file.read_text("utf-8")
        if "/tests/" in str(file) or "/demo/" in str(file) or not any(word in text for word in LOCKS):
            continue
        module = import_module(".".join(file.relative_to(SOURCE).with_suffix("").parts))
        for name, found in inspect.getmembers(module, inspect.isfunction):
            if found.__module__ == module.__name__:
                code = inspect.unwrap(found).__code__
                yield from (f"{module.__name__.removeprefix('suone.')}.{name}" for _each in range(_locks_in(code)))


def _locks_in(code: CodeType) -> int:
    inside = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return sum(word in code.co_names for word in LOCKS) + sum(_locks_in(each) for each in inside)


def test_each_act_that_needs_a_lock_asks_for_it() -> None:
    found = "".join(f"{name}\n" for name in sorted(locking_functions()))
    if os.environ.get("SUONE_WRITE_LOCKS"):
        LIST.write_text(found)

    assert found.splitlines() == LIST.read_text().splitlines(), (
        "If that is meant, SUONE_WRITE_LOCKS=1 .venv/bin/pytest tests/test_locks.py rewrites the list."
    )
