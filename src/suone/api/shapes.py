"""The shapes of what machines send and get."""

from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

# No control characters: the database cannot keep some, and nobody needs the others.
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]  # of a row


def line(*, least: int = 0, most: int) -> StringConstraints:
    """A text of one line, between so many characters."""
    return StringConstraints(min_length=least, max_length=most, pattern=_ONE_LINE)


class Sent(Schema):
    """What a machine sends. A field that nobody asked for is refused: it might hold what must not come here."""

    model_config = ConfigDict(extra="forbid")


class Answered(Schema):
    """What a machine gets."""
