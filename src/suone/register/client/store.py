"""What the client stores locally: tokens, generated references, the last registrations delivered.

Sensitive: it holds AHV numbers, since a new epoch is derived from them. One SQLite file that only its owner may read.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

from suone.register.client.checking import Registration
from suone.register.client.language import gettext as _
from suone.register.client.trouble import Trouble

_TABLES = """
CREATE TABLE IF NOT EXISTS epoch (
    server TEXT NOT NULL, number INTEGER NOT NULL, public_key BLOB NOT NULL, is_filled INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (server, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token (
    server TEXT NOT NULL, epoch INTEGER NOT NULL, number TEXT NOT NULL, token BLOB NOT NULL,
    PRIMARY KEY (server, epoch, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reference (number TEXT PRIMARY KEY, reference TEXT NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS registration (
    server TEXT NOT NULL, number TEXT NOT NULL, valid_from TEXT NOT NULL, valid_until TEXT NOT NULL,
    office TEXT NOT NULL, worker TEXT NOT NULL, reference TEXT NOT NULL, referred_by TEXT NOT NULL,
    PRIMARY KEY (server, number, valid_from)
) WITHOUT ROWID;
"""


class Store:
    """The store for one register, named by its address."""

    def __init__(self, path: Path, server: str) -> None:
        self._server = server
        if path.exists() and path.stat().st_mode & 0o077 and os.name == "posix":
            raise Trouble(
                _("Others may read the store %(file)s, which holds AHV numbers: take their rights away (chmod 600).")
                % {"file": path.name}
            )
        with closing(os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))):
            pass
        try:
            self._rows = sqlite3.connect(path, isolation_level=None, timeout=2)
            self._rows.executescript(f"PRAGMA secure_delete = ON; {_TABLES}")
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise Trouble(_("The store %(file)s cannot be read: name another one.") % {"file": path.name}) from error

    def close(self) -> None:
        self._rows.close()

    def pin(self, epoch: int, public_key: bytes) -> None:
        """Pin an epoch's public key on first use; raises ``Trouble`` if the register presents another one later."""
        self._rows.execute(
            "INSERT OR IGNORE INTO epoch (server, number, public_key) VALUES (?, ?, ?)",
            (self._server, epoch, public_key),
        )
        (kept,) = self._rows.execute(
            "SELECT public_key FROM epoch WHERE server = ? AND number = ?", (self._server, epoch)
        ).fetchone()
        if kept != public_key:
            raise Trouble(
                _(
                    "The register shows another key for epoch %(epoch)s than before: nothing was sent. Ask the IIZ office."
                )
                % {"epoch": epoch}
            )

    def is_filled(self, epoch: int) -> bool:
        """Whether everything delivered before this epoch was delivered to it as well."""
        found = self._rows.execute(
            "SELECT is_filled FROM epoch WHERE server = ? AND number = ?", (self._server, epoch)
        ).fetchone()
        return bool(found and found[0])

    def mark_filled(self, epoch: int) -> None:
        self._rows.execute("UPDATE epoch SET is_filled = 1 WHERE server = ? AND number = ?", (self._server, epoch))

    def tokens(self, epoch: int) -> dict[str, bytes]:
        """The tokens of this epoch, by number."""
        return dict(
            self._rows.execute("SELECT number, token FROM token WHERE server = ? AND epoch = ?", (self._server, epoch))
        )

    def keep_tokens(self, epoch: int, tokens: Mapping[str, bytes]) -> None:
        self._write(
            "INSERT OR REPLACE INTO token VALUES (?, ?, ?, ?)",
            [(self._server, epoch, number, token) for number, token in tokens.items()],
        )

    def forget_epochs(self, live: Iterable[int]) -> None:
        """Delete the tokens of epochs that are no longer live."""
        kept = set(live)
        known = self._rows.execute("SELECT DISTINCT epoch FROM token WHERE server = ?", (self._server,)).fetchall()
        for (epoch,) in known:
            if epoch not in kept:
                self._rows.execute("DELETE FROM token WHERE server = ? AND epoch = ?", (self._server, epoch))

    def references(self, numbers: Sequence[str]) -> dict[str, str]:
        """A random reference for each number, generated once, for files without references."""
        known = dict(self._rows.execute("SELECT number, reference FROM reference"))
        self._write(
            "INSERT INTO reference VALUES (?, ?)",
            [(number, secrets.token_hex(8)) for number in dict.fromkeys(numbers) if number not in known],
        )
        return dict(self._rows.execute("SELECT number, reference FROM reference"))

    def numbers_of(self, reference: str) -> list[str]:
        """The AHV numbers behind a reference that an alert names."""
        found = self._rows.execute(
            "SELECT number FROM registration WHERE server = ? AND reference = ?"
            " UNION SELECT number FROM reference WHERE reference = ?",
            (self._server, reference, reference),
        )
        return [number for (number,) in found]

    def registrations(self) -> list[Registration]:
        """What was delivered last, in a fixed order."""
        found = self._rows.execute(
            "SELECT number, valid_from, valid_until, office, worker, reference, referred_by FROM registration"
            " WHERE server = ? ORDER BY number, valid_from",
            (self._server,),
        )
        return [
            Registration(number, date.fromisoformat(first), date.fromisoformat(last) if last else None, *others)
            for number, first, last, *others in found
        ]

    def keep_registrations(self, registrations: Sequence[Registration], *, ended_on: date | None) -> None:
        """Keep what was delivered. An open registration gives way to a new open one of the same person; with
        ``ended_on``, the day of a snapshot, all others that were open have ended, as in the register."""
        rows = [
            (
                *(self._server, one.number, one.valid_from.isoformat()),
                one.valid_until.isoformat() if one.valid_until else "",
                *(one.office, one.worker, one.reference, one.referred_by),
            )
            for one in registrations
        ]
        renewed = [(self._server, one.number) for one in registrations if one.valid_until is None]
        self._rows.execute("BEGIN")
        self._rows.executemany("DELETE FROM registration WHERE server = ? AND number = ? AND valid_until = ''", renewed)
        self._rows.executemany("INSERT OR REPLACE INTO registration VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        if ended_on is not None:
            self._end_others(registrations, ended_on)
        self._rows.execute("COMMIT")

    def _end_others(self, registrations: Sequence[Registration], day: date) -> None:
        self._rows.execute(
            "CREATE TEMP TABLE delivered (number TEXT, valid_from TEXT, PRIMARY KEY (number, valid_from))"
        )
        self._rows.executemany(
            "INSERT INTO delivered VALUES (?, ?)", [(one.number, one.valid_from.isoformat()) for one in registrations]
        )
        self._rows.execute(
            "UPDATE registration SET valid_until = max(valid_from, ?) WHERE server = ? AND valid_until = ''"
            " AND (number, valid_from) NOT IN (SELECT number, valid_from FROM delivered)",
            (day.isoformat(), self._server),
        )
        self._rows.execute("DROP TABLE delivered")

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        self._rows.execute("BEGIN")
        self._rows.executemany(statement, rows)
        self._rows.execute("COMMIT")
