"""What is true of log-ins: how long an account waits after failures, and which spellings are one address."""

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
    """How long an account waits: a minute after five failures, twice as long after each further one, an hour at most."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES, 6)  # beyond, the longest pause holds anyway
    return min(timedelta(minutes=2**doublings), LONGEST_PAUSE)


def one_spelling(address: str) -> str:
    """The same for every spelling that the database takes for one address.

    It compares in capitals, so that a dotless ı or a long ſ finds the account of i or s: each counts as the same account.
    """
    return unicodedata.normalize("NFKC", address.strip()).upper().lower()


def may_ask_for_reset(asker: Colleague, holder: Colleague, working: Collection[Colleague]) -> bool:
    """Whether somebody may ask that a colleague's second factor be reset: who administers where they work; nobody their own."""
    if holder.account is None or asker.is_same_human_as(holder):
        return False
    return may_administer(asker, holder.institution, working)


def may_approve_reset(
    approver: Colleague, holder: Colleague, asker_account: int, working: Collection[Colleague]
) -> bool:
    """Whether somebody may approve it: as they may approve a role of that institution, and never who asked or who gains."""
    return may_approve(approver, Role.FRONT_LINE_WORKER, holder, asker_account, working)
