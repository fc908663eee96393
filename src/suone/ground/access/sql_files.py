"""SQL files of a package, run by its migrations."""

from pathlib import Path

from django.db.migrations import RunSQL


def sql_file(migration_file: str, name: str, *, reverse: str = "") -> RunSQL:
    """A migration operation that runs ``sql/<name>`` of the package; once released, a file is superseded, never edited."""
    text = (Path(migration_file).parent.parent / "sql" / name).read_text()
    return RunSQL([text], reverse_sql=[reverse] if reverse else RunSQL.noop)
