"""Published procedures, as an installation has them."""

from suone.canton.procedures.loading import FOLDER
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.services import publish
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as


def published(identifier: str) -> ProcedureVersion:
    """The shipped procedure of this name."""
    return published_text((FOLDER / f"{identifier}.toml").read_text(), identifier)


def changed(identifier: str, version: str, *replacements: tuple[str, str]) -> ProcedureVersion:
    """The same under another version, with these words replaced."""
    text = (FOLDER / f"{identifier}.toml").read_text()
    current = next(line for line in text.splitlines() if line.startswith("version = "))
    text = text.replace(current, f'version = "{version}"', 1)
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return published_text(text, identifier)


def published_text(text: str, source: str = "a test's procedure") -> ProcedureVersion:
    """A procedure that no file of the product holds."""
    acting = acting_for_job("tests: publish a procedure")
    with acting_as(acting):
        return publish(acting, text=text, source=source)
