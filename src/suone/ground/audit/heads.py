"""Signed statements about the log: heads, declared restorations, heads seen by a witness. Files and keys, no database.

A statement is a JSON object with an Ed25519 signature over its other members in canonical form. In a file, each is on its
own line and contains the hash of the line before, so that none can be removed or inserted.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

HEAD = "suone audit head 1"
RESTORED = "suone audit restored 1"
WITNESSED = "suone audit witnessed 1"
_BLOCK = 1 << 16

Statement = dict[str, Any]


@dataclass(frozen=True)
class Head:
    """The log at a seal: number of the seal, number of entries, root over them (32 bytes), and time (ISO 8601, UTC)."""

    seal: int
    size: int
    root: bytes
    at: str
    misfits: tuple[int, ...] = ()

    def statement(self) -> Statement:
        """The statement to be signed."""
        said = {"is": HEAD, "seal": self.seal, "size": self.size, "root": self.root.hex(), "at": self.at}
        return said | ({"misfits": list(self.misfits)} if self.misfits else {})


def head_in(statement: Statement) -> Head:
    """The head that a statement contains; raises ``ValueError`` if it contains none."""
    try:
        return Head(
            int(statement["seal"]),
            int(statement["size"]),
            bytes.fromhex(statement["root"]),
            str(statement["at"]),
            tuple(int(number) for number in statement.get("misfits", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("this statement contains no head") from error


def signed(said: Statement, key: Ed25519PrivateKey) -> Statement:
    """A statement with its signature."""
    return said | {"signature": key.sign(_canonical(said)).hex()}


def is_signed(statement: Statement, key: Ed25519PublicKey) -> bool:
    """Whether the statement has a valid signature by this key."""
    said = {name: value for name, value in statement.items() if name != "signature"}
    try:
        key.verify(bytes.fromhex(statement["signature"]), _canonical(said))
    except (KeyError, TypeError, ValueError, InvalidSignature):
        return False
    return True


def read_statement(line: bytes) -> Statement | None:
    """The statement in a line; None if there is none."""
    try:
        statement = json.loads(line)
    except ValueError:
        return None
    return statement if isinstance(statement, dict) else None


def mark(line: bytes) -> str:
    """The hash (hex) by which the next line refers to this one."""
    return sha256(line).hexdigest()


@contextmanager
def adding_to(path: Path) -> Iterator["Additions"]:
    """Append statements to a file, one process at a time; they are flushed to disk when the block ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield Additions(file)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _sync_folder(path.parent)


class Additions:
    """A file of statements, open for appending; a line torn by a crash is removed first."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        end = file.seek(0, os.SEEK_END)
        if end and not _ends_a_line(file, end):
            # Torn by a crash before anybody relied on it.
            file.truncate(end - len(next(lines_from_the_end(file))))
        self._last = next(lines_from_the_end(file), b"")

    def newest_first(self) -> Iterator[bytes]:
        """The lines from the last to the first."""
        return lines_from_the_end(self._file)

    def add(self, said: Statement, key: Ed25519PrivateKey) -> Statement:
        """Sign a statement and append it; returns it with its signature."""
        statement = signed(said | {"before": mark(self._last) if self._last else ""}, key)
        line = json.dumps(statement).encode()
        start = self._file.seek(0, os.SEEK_END)
        try:
            self._file.write(line + b"\n")
            self._file.flush()
        except OSError:
            self._file.truncate(start)
            raise
        self._last = line
        return statement


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a file, from the first; none if there is no file."""
    if path.exists():
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)  # not in the middle of a line that is being written
            yield from (line.rstrip(b"\n") for line in file)


def lines_from_the_end(file: BinaryIO) -> Iterator[bytes]:
    """The lines of an open file, from the last, without reading a long file as a whole."""
    start, rest = file.seek(0, os.SEEK_END), b""
    while start > 0:
        before = max(0, start - _BLOCK)
        file.seek(before)
        first, *others = (file.read(start - before) + rest).split(b"\n")
        yield from (line for line in reversed(others) if line)
        start, rest = before, first
    if rest:
        yield rest


def private_key(path: Path) -> Ed25519PrivateKey:
    """The key in this file, created on first use, with its public half in a ``.pub`` file next to it."""
    if not path.exists():
        _make_key(path)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey), f"{path} holds no Ed25519 key"
    public = path.with_suffix(".pub")
    if not public.exists():
        public.write_bytes(public_text(key.public_key()))
    return key


def public_key(text: bytes) -> Ed25519PublicKey:
    """The public key in PEM; raises ``ValueError`` if it is not an Ed25519 key."""
    key = serialization.load_pem_public_key(text)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("this is no Ed25519 key")
    return key


def public_text(key: Ed25519PublicKey) -> bytes:
    """A public key in PEM."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _canonical(said: Statement) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def _ends_a_line(file: BinaryIO, end: int) -> bool:
    file.seek(end - 1)
    return file.read(1) == b"\n"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # Written to a temporary file and linked: of two processes at once one key wins, and nobody reads half a key.
    aside = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text)
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink()
