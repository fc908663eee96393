"""AHV numbers (AHVN13): thirteen digits with an EAN-13 check digit (AHVV Art. 134quinquies)."""

from stdnum.ch import ssn
from stdnum.exceptions import ValidationError as NumberError
from stdnum.util import clean


def compact(text: str) -> str | None:
    """The thirteen digits of a number, however it was typed; None if its length, prefix or check digit is wrong."""
    try:
        return str(ssn.validate(clean(text, "-. ")))
    except NumberError:
        return None


def formatted(digits: str) -> str:
    """Thirteen digits as printed on the insurance card: ``756.XXXX.XXXX.XC``."""
    return f"{digits[:3]}.{digits[3:7]}.{digits[7:11]}.{digits[11:]}"


def masked(digits: str) -> str:
    """As pages show a number by default: its last two digits only."""
    return f"756.••••.••••.{digits[11:]}"
