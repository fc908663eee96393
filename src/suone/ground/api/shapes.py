"""The shapes of what machines send and get."""

from datetime import date
from typing import Annotated

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

# No control characters: the database cannot keep some, and nobody needs the others.
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]  # of a row


def _only_iso(value: object) -> object:
    """A number of seconds or a moment is no day."""
    if isinstance(value, str) and len(value) == 10:
        return value
    raise ValueError("no day in ISO form")


Day = Annotated[date, BeforeValidator(_only_iso)]


def line(*, least: int = 0, most: int) -> StringConstraints:
    """A text of one line, between so many characters."""
    return StringConstraints(min_length=least, max_length=most, pattern=_ONE_LINE)


def base64(*, least: int = 0, most: int) -> StringConstraints:
    """Bytes written in Base64 (RFC 4648, section 4), between so many characters."""
    return StringConstraints(min_length=least, max_length=most, pattern=r"^[A-Za-z0-9+/]*={0,2}$")


class Sent(Schema):
    """What a machine sends. A field that nobody asked for is refused: it might hold what must not come here."""

    model_config = ConfigDict(extra="forbid")


class Answered(Schema):
    """What a machine gets."""
