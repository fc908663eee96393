"""Lines of progress."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def step(title: str) -> Iterator[None]:
    """A line for whatever takes a while, with the seconds it took."""
    click.echo(f"  {title} …", nl=False)
    began = time.monotonic()
    try:
        yield
    except Exception:
        click.echo()  # what went wrong begins a line of its own
        raise
    click.echo(f" {time.monotonic() - began:.1f} s")
