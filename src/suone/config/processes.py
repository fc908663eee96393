"""The processes of an installation, web server and worker: replacing the current process, or together as the demo."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from suone.config import env, ports
from suone.ground.console.trouble import Trouble

WORKER = ["-m", "suone.config.worker"]
_PATIENCE = 180  # seconds until the web server answers; generous, for busy machines


def web_server(bind: str) -> list[str]:
    """The arguments of Gunicorn, bound to an address and port, or to a listening socket such as ``fd://7``."""
    return [
        "-m", "gunicorn", "suone.config.wsgi:application",
        "--bind", bind,
        "--worker-class", "gthread",
        "--workers", str(env.number("SUONE_WEB_WORKERS", least=1, most=64)),
        "--threads", str(env.number("SUONE_WEB_THREADS", least=1, most=64)),
        "--keep-alive", "30",
        "--graceful-timeout", "5",
        "--log-level", "warning",
    ]  # fmt: skip


def become(process: Sequence[str]) -> NoReturn:
    """Replace the current process by this one (``exec``), so that signals and exit code are its own."""
    os.execv(sys.executable, [sys.executable, *process])  # noqa: S606 - our own process


@contextmanager
def only_demo(var: Path) -> Iterator[None]:
    """Allow one demo per folder: a second one would stop the first one's database when it ends."""
    with (var / "demo.lock").open("w") as kept:
        try:
            fcntl.flock(kept, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Trouble(f"The demo in {var} runs already: end it first, with Ctrl-C where it was started.") from error
        yield


def run_until_stopped(
    listener: socket.socket, *, prepare: Callable[[], Sequence[str] | None], ready: Callable[[], None]
) -> None:
    """Run web server and worker as child processes; when one ends, or on Ctrl-C, all are stopped.

    The web server uses ``listener``; it loads while ``prepare`` makes the database ready, which may return the arguments
    of one more process that may end by itself. Once the web server answers, ``ready`` is called. Raises ``Trouble`` if
    web server or worker end unexpectedly.
    """

    def stop(*_args: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    # Warnings and errors only: a line per request would scroll the log-ins off the screen.
    os.environ.setdefault("SUONE_LOG_LEVEL", "WARNING")
    children = [_started(web_server(f"fd://{listener.fileno()}"), listener)]
    others = []
    try:
        aside = prepare()
        wait_until_served(listener, children)
        listener.close()  # the web server has a copy
        ready()
        children.append(_started(WORKER))
        if aside:
            others.append(_started(aside))
        while True:
            _see_that_all_run(children)
            time.sleep(0.3)
    except KeyboardInterrupt:
        click.echo("\n  Stopping …")
    finally:
        for child in [*others, *children]:
            child.terminate()
        for child in [*others, *children]:
            _end(child)


def wait_until_served(
    listener: socket.socket, children: Sequence[subprocess.Popen[bytes]], *, patience: float = _PATIENCE
) -> None:
    """Wait until the web server answers; raises ``Trouble`` if a child ends first or ``patience`` (seconds) runs out."""
    until = time.monotonic() + patience
    while not ports.is_served(listener):
        _see_that_all_run(children)
        if time.monotonic() > until:
            raise Trouble("The web server does not answer: read the lines above.")
        time.sleep(0.1)


def _see_that_all_run(children: Sequence[subprocess.Popen[bytes]]) -> None:
    if any(child.poll() is not None for child in children):
        raise Trouble("A part of the demo has ended by itself: read the lines above.")


def _started(process: Sequence[str], listener: socket.socket | None = None) -> subprocess.Popen[bytes]:
    # In a new session: Ctrl-C reaches only this process, which stops the others in order. Killed, it cannot: Linux ends them then.
    tie = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
    return subprocess.Popen(  # noqa: S603 - our own commands
        [*tie, sys.executable, *process], start_new_session=True, pass_fds=[listener.fileno()] if listener else []
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
