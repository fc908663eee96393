"""Rules for log-ins: how long an account is paused after failures, and which spellings are the same address."""

import unicodedata
from collections.abc import Collection
from datetime import timedelta

from suone.ground.access.permissions import Role
from suone.organisation.appointments.rules import Colleague, may_administer, may_approve

FREE_FAILURES = 5
LONGEST_PAUSE = timedelta(hours=1)
# Failures are forgotten a day after they happened, and all at once by a log-in that succeeds.
REMEMBERED = timedelta(days=1)


def pause_after(failures: int) -> timedelta:
    """How long an account is paused: a minute after five failures, doubled by each further one, an hour at most."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES, 6)  # beyond this, the longest pause applies anyway
    return min(timedelta(minutes=2**doublings), LONGEST_PAUSE)


def one_spelling(address: str) -> str:
    """The same for every spelling that the database considers the same address.

    PostgreSQL compares in upper case, so a dotless ı or a long ſ finds the account of i or s and must be counted with it.
    """
    return unicodedata.normalize("NFKC", address.strip()).upper().lower()


def may_ask_for_reset(asker: Colleague, holder: Colleague, working: Collection[Colleague]) -> bool:
    """Whether somebody may request the reset of a colleague's second factor: an administrator of their institution."""
    if holder.account is None or asker.is_same_human_as(holder):
        return False
    return may_administer(asker, holder.institution, working)


def may_approve_reset(
    approver: Colleague, holder: Colleague, asker_account: int, working: Collection[Colleague]
) -> bool:
    """Whether somebody may approve a reset: as for a role of that institution, and neither the requester nor the holder."""
    return may_approve(approver, Role.FRONT_LINE_WORKER, holder, asker_account, working)
