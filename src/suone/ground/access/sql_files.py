"""SQL functions beside their package, brought in by migrations."""

from pathlib import Path

from django.db.migrations import RunSQL


def sql_file(migration_file: str, name: str, *, reverse: str = "") -> RunSQL:
    """Run ``sql/<name>`` of the migration's package as it stands: once shipped, a file is not edited but followed."""
    text = (Path(migration_file).parent.parent / "sql" / name).read_text()
    return RunSQL([text], reverse_sql=[reverse] if reverse else RunSQL.noop)
