"""The SQL that lies next to a package's models, run by its migrations."""

import re
from collections.abc import Sequence
from pathlib import Path

from django.db.migrations import RunSQL

# What begins a statement at the margin; the lines inside a function are indented, or begin otherwise.
_NEXT = re.compile(r"(?:CREATE|DROP|ALTER|GRANT|REVOKE|INSERT|COMMENT|DO)\b")


def sql_file(migration_file: str, name: str, *, functions: Sequence[str] = (), reverse: str = "") -> RunSQL:
    """Run ``sql/<name>`` of the migration's package, or the text that was released with this migration.

    ``sql/<name>`` holds what is true today. Before a released file changes, its text is kept for the migrations that run
    it, as ``sql/<migration>/<name>``; a new migration then runs the changed ``functions`` alone, in place of those there
    are. ``tests/upgrades`` fails where this was forgotten: a new database would differ from one that was upgraded.
    """
    migration = Path(migration_file)
    folder = migration.parent.parent / "sql"
    released = folder / migration.stem / name
    text = (released if released.exists() else folder / name).read_text()
    return RunSQL(
        [replacing(text, function) for function in functions] if functions else [text],
        reverse_sql=[reverse] if reverse else RunSQL.noop,
    )


def replacing(text: str, function: str) -> str:
    """The statement of an SQL file that creates a function, changed so that it replaces the one there is.

    Raises ``ValueError`` if the file does not create it.
    """
    lines = text.splitlines()
    first = next((at for at, line in enumerate(lines) if line.startswith(f"CREATE FUNCTION {function}(")), None)
    if first is None:
        raise ValueError(f"no CREATE FUNCTION {function}(…) in this file")
    after = (at for at, line in enumerate(lines) if at > first and _NEXT.match(line))
    statement = re.sub(r"(?:\n(?:--.*)?)+\Z", "", "\n".join(lines[first : next(after, len(lines))]))
    return statement.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
