"""Published procedures, as an installation has them."""

from suone.access.acting import acting_for_job
from suone.access.database import acting_as
from suone.procedures.loading import FOLDER
from suone.procedures.models import ProcedureVersion
from suone.procedures.services import publish


def published(identifier: str) -> ProcedureVersion:
    """The shipped procedure of this name."""
    return _publish((FOLDER / f"{identifier}.toml").read_text(), identifier)


def changed(identifier: str, version: str, *replacements: tuple[str, str]) -> ProcedureVersion:
    """The same under another version, with these words replaced."""
    text = (FOLDER / f"{identifier}.toml").read_text()
    current = next(line for line in text.splitlines() if line.startswith("version = "))
    text = text.replace(current, f'version = "{version}"', 1)
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return _publish(text, identifier)


def _publish(text: str, source: str) -> ProcedureVersion:
    acting = acting_for_job("tests: publish a procedure")
    with acting_as(acting):
        return publish(acting, text=text, source=source)
