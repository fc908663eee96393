"""Asking the examiner about a file: it runs in a process of its own, without our environment, and may fail."""

import json
import subprocess
import sys
from dataclasses import dataclass

from suone.records.documents import examiner, rules

_PROGRAM = [sys.executable, "-I", "-m", examiner.__name__]
# One arena: what libraries reserve for their threads would count as memory.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}


@dataclass(frozen=True, slots=True)
class Findings:
    """What an uploaded file is: its kind, the codes of what in it is active, and how many pages can be shown."""

    kind: rules.FileType
    active: tuple[str, ...]
    pages: int


def findings_of(kind: rules.FileType, data: bytes) -> Findings:
    """What a file that claims to be of this kind is; raises ``UnacceptableFile``, with ``complex`` if it exceeded a limit."""
    if kind.family == "text":
        return Findings(kind, (), 0)
    found = json.loads(_asked("examine", kind.family, data=data))
    if "refused" in found:
        raise rules.UnacceptableFile(found["refused"])
    if found["media_type"] not in ("", kind.media_type):  # a picture with the ending of another kind of picture
        kind = rules.type_of(found["media_type"])
    return Findings(kind, tuple(found["active"]), found["pages"])


def picture_of(kind: rules.FileType, data: bytes, *, page: int) -> bytes:
    """A page (from 1) as a WebP picture; raises ``UnacceptableFile`` if it cannot be drawn or there is none."""
    return _asked("show", kind.family, str(page), data=data)


def _asked(*arguments: str, data: bytes) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [*_PROGRAM, *arguments],
            input=data,
            capture_output=True,
            env=_ENVIRONMENT,
            timeout=6 * examiner.SECONDS,  # of the clock: the machine may be busy
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise rules.UnacceptableFile("complex") from error
    return done.stdout
