"""Base schemas and types for API requests and responses."""

from datetime import date
from typing import Annotated

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

# No control characters: PostgreSQL cannot store NUL, and nobody needs the others.
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]  # of a row


def _only_iso(value: object) -> object:
    """Pydantic would also accept a timestamp or a date with a time."""
    if isinstance(value, str) and len(value) == 10:
        return value
    raise ValueError("no day in ISO form")


Day = Annotated[date, BeforeValidator(_only_iso)]


def line(*, least: int = 0, most: int) -> StringConstraints:
    """A single line of text of ``least`` to ``most`` characters."""
    return StringConstraints(min_length=least, max_length=most, pattern=_ONE_LINE)


def base64(*, least: int = 0, most: int) -> StringConstraints:
    """Bytes in Base64 (RFC 4648, section 4), ``least`` to ``most`` characters long."""
    return StringConstraints(min_length=least, max_length=most, pattern=r"^[A-Za-z0-9+/]*={0,2}$")


class Sent(Schema):
    """Base of request schemas. Unknown fields are rejected: they might contain data that must not be sent here."""

    model_config = ConfigDict(extra="forbid")


class Answered(Schema):
    """Base of response schemas."""
