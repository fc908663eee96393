"""Filling the demo's register while people look around already: each institution's client delivers to the running server.

``suone demo`` runs it beside the server, with its address. Broken off, it goes on at the next start.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from django.utils import timezone

from suone.demo import register_story
from suone.demo.register_people import registrations
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.register.client.checking import check
from suone.register.client.pushing import SNAPSHOT, Counting, Delivered, Push
from suone.register.client.server import Register
from suone.register.client.store import Store
from suone.register.client.tables import read_table
from suone.register.server import queries


def fill(address: str, say: Callable[[str], None]) -> None:
    """Deliver what has not come in yet, one institution after the other, so that a core stays free for the pages."""
    began = time.monotonic()
    say("five institutions deliver to it now; look around meanwhile.")
    if not register_story.are_laid_out():
        register_story.lay_out_files(registrations(today=timezone.localdate()))
    for code, kind in register_story.awaited():
        since = time.monotonic()
        delivered = deliver(address, code, kind)
        if kind == SNAPSHOT:
            say(f"{code} has delivered {_count(delivered.applied.added)} registrations in {_seconds(since)}.")
    say(f"it is filled, {_in_figures()} ({_seconds(began)}).")


def deliver(address: str, code: str, kind: str) -> Delivered:
    """What ``suone register push`` does at the institution, with its file, its key and its store."""
    at_the_institution = register_story.folder() / code
    with (
        closing(Register(address, register_story.key_of(code), language="en")) as register,
        closing(Store(at_the_institution / "store.db", address)) as store,
    ):
        push = Push(register, register.directory(), store, _quietly, confirm=lambda many: False)
        checked = check(read_table(register_story.file_of(code, kind)), push.directory)
        assert not checked.errors, checked.errors[0]
        return push.deliver(kind, [registration for _row, registration in checked.valid])


def _in_figures() -> str:
    acting = acting_for_job("demo: figures of the register")
    with acting_as(acting):
        figures = queries.figures(acting, day=timezone.localdate())
    assert figures is not None
    followed = figures.followed
    return (
        f"with {_count(followed.persons)} persons followed today, {_count(followed.shared)} by two institutions or more"
    )


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "'")


def _seconds(since: float) -> str:
    return f"{time.monotonic() - since:.0f} s"


class _NoProgress:
    def update(self, n_steps: int) -> None:
        """Show nothing."""


@contextmanager
def _quietly(title: str, length: int) -> Iterator[Counting]:
    yield _NoProgress()
