"""Faults that may survive, each with its reason."""

import re
import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("accepted.toml")


@cache
def _accepted() -> list[tuple[str, re.Pattern[str], str]]:
    entries = tomllib.loads(_FILE.read_text("utf-8"))["accepted"]
    return [(entry["of"], re.compile(entry["fault"]), entry["reason"]) for entry in entries]


def reason_for(kind: str, fault: str) -> str | None:
    """Why a fault of this kind (``policy``, ``function``, ``python``) changes nothing, if that is known."""
    return next((reason for of, pattern, reason in _accepted() if of == kind and pattern.search(fault)), None)
