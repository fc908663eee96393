"""Copies of sealed entries outside the database: on another disk, or in a folder of another machine.

They are made by a job after sealing, so that a folder that does not respond delays no act. An attempt is abandoned after a
timeout, reported in the server's log, and repeated a minute later; nothing is lost, since the entries stay in the database.
"""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connection

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.audit import outlet
from suone.ground.audit.hashing import LINE
from suone.ground.audit.models import Seal

PATIENCE = 20.0  # seconds per step
_MOST = 5000  # entries per file
_FILES = 20  # per run

_log = structlog.get_logger(__name__)


class Silent(Exception):
    """The folder for copies did not respond in time, or failed; the message says why."""


def copy_out() -> int:
    """Copy the sealed entries that are not copied yet, and return how many are still missing.

    A lag is logged as an error, since somebody has to check the folder.
    """
    folder = settings.AUDIT_COPY_FOLDER
    if not folder:
        return 0
    copied, sealed, trouble = 0, _sealed(), ""
    try:
        copied = _count(folder)
        for _file in range(_FILES):
            before = min(copied + _MOST, sealed)
            if before <= copied:
                break
            _step("keep", folder, f"entries-{copied:012d}-{before - 1:012d}.jsonl", given=_lines(copied, before))
            copied = before
    except Silent as silent:
        trouble = str(silent)
    if copied < sealed:
        _log.error("audit.copies_lag", entries=sealed - copied, trouble=trouble)
    return sealed - copied


def lag() -> int | None:
    """How many sealed entries are not copied; None if the folder does not respond."""
    try:
        return _sealed() - _count(settings.AUDIT_COPY_FOLDER) if settings.AUDIT_COPY_FOLDER else 0
    except Silent:
        return None


def _count(folder: str) -> int:
    answer = _step("count", folder)
    if not answer.strip().isdigit():
        raise Silent("the folder holds files that are not ours")
    return int(answer)


def _step(*arguments: str, given: str = "") -> str:
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-I", str(Path(outlet.__file__)), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        answer, _nothing = process.communicate(given, timeout=PATIENCE)
    except subprocess.TimeoutExpired as late:
        process.kill()
        with suppress(subprocess.TimeoutExpired):  # a process blocked by a dead network folder cannot be killed
            process.communicate(timeout=1)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        raise Silent(f"no answer within {PATIENCE:.0f} seconds") from late
    if process.returncode:
        raise Silent("the folder cannot be written")
    return answer


def _lines(first: int, before: int) -> str:
    with acting_as(acting_for_job("copying the log")), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT position, id, salt, {LINE} FROM audit_entry WHERE position >= %s AND position < %s ORDER BY position",  # noqa: S608 - constant
            [first, before],
        )
        rows = cursor.fetchall()
    return "".join(
        json.dumps({"place": place, "entry": entry, "salt": bytes(salt).hex(), "line": line}) + "\n"
        for place, entry, salt, line in rows
    )


def _sealed() -> int:
    with acting_as(acting_for_job("copying the log")):
        return Seal.objects.order_by("-pk").values_list("size", flat=True).first() or 0
