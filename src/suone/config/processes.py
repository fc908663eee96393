"""The processes of an installation, web server and worker: run in the place of the command, or together as the demo."""

import fcntl
import os
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
_PATIENCE = 180  # seconds until the web server answers; on a busy machine it takes its time


def web_server(bind: str) -> list[str]:
    """Gunicorn at an address and port, or at a socket that listens already: ``fd://7``."""
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
    """Go on as this process: signals and the exit code are its own."""
    os.execv(sys.executable, [sys.executable, *process])  # noqa: S606 - our own process


@contextmanager
def only_demo(var: Path) -> Iterator[None]:
    """One demo at a time in a folder: the second would end the first one's database with its own."""
    with (var / "demo.lock").open("w") as kept:
        try:
            fcntl.flock(kept, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Trouble(f"The demo in {var} runs already: end it first, with Ctrl-C where it was started.") from error
        yield


def run_until_stopped(listener: socket.socket, *, ready: Callable[[], Sequence[str] | None]) -> None:
    """Run web server and worker as children of this process; the end of one ends both, and so does Ctrl-C.

    The web server answers at ``listener``. Once it does ``ready`` is called, which may name one more process, that may
    end by itself. Raises ``Trouble`` where web server or worker end by themselves.
    """

    def stop(*_args: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    # Only trouble is logged: lines for each request would push the log-ins off the screen.
    os.environ.setdefault("SUONE_LOG_LEVEL", "WARNING")
    children = [_started(web_server(f"fd://{listener.fileno()}"), listener), _started(WORKER)]
    others = []
    try:
        wait_until_served(listener, children)
        listener.close()  # the web server has its own
        aside = ready()
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
    """Until one of the children answers; raises ``Trouble`` where one ends before, or none answers for so many seconds."""
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
    # In a session of its own: Ctrl-C reaches us alone, and we end the parts in order.
    return subprocess.Popen(  # noqa: S603 - our own commands
        [sys.executable, *process], start_new_session=True, pass_fds=[listener.fileno()] if listener else []
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
