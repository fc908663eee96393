"""The SQL that lies next to a package's models, run by its migrations."""

from pathlib import Path

from django.db.migrations import RunSQL


def sql_file(migration_file: str, name: str, *, reverse: str = "") -> RunSQL:
    """Run ``sql/<name>`` of the migration's package, or the text that was released with this migration.

    ``sql/<name>`` holds what is true today. Before a released file changes, its text is kept for the migrations that run
    it, as ``sql/<migration>/<name>``; a new migration then runs the changed one. ``tests/upgrades`` fails where this was
    forgotten: a new database would differ from one that was upgraded.
    """
    migration = Path(migration_file)
    folder = migration.parent.parent / "sql"
    released = folder / migration.stem / name
    text = (released if released.exists() else folder / name).read_text()
    return RunSQL([text], reverse_sql=[reverse] if reverse else RunSQL.noop)
