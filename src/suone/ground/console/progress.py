"""Progress lines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print a line for a step that takes a while, with its duration in seconds."""
    click.echo(f"  {title} …", nl=False)
    began = time.monotonic()
    try:
        yield
    except Exception:
        click.echo()  # so that the error message starts on a new line
        raise
    click.echo(f" {time.monotonic() - began:.1f} s")
