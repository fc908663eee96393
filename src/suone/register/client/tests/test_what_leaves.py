"""No AHV number and no plain hash of one leaves: every byte that reached the register is read."""

import base64
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from suone.register.client.tests.conftest import Run
from suone.register.client.tests.register_in_memory import RegisterInMemory

ADA, BEA, CARL = "756.1234.5678.97", "756.9217.0769.85", "756.0000.0000.02"
FILE = "AHV-Nummer;Von;Bis;Name\n" + "".join(f"{number};2026-01-31;;Name {number}\n" for number in (ADA, BEA, CARL))


def _spellings(number: str) -> Iterator[bytes]:
    digits = number.replace(".", "")
    for text in (number, digits, digits[3:], digits[3:12], number.replace(".", " "), digits[::-1]):
        yield text.encode()


def _traces(number: str) -> Iterator[bytes]:
    """The number however it is written, and every usual hash of it in hex, Base64 and raw."""
    for text in _spellings(number):
        yield text
        yield base64.b64encode(text).rstrip(b"=")[:-1]
        for name in sorted(hashlib.algorithms_guaranteed):
            if name.startswith("shake"):
                continue
            digest = hashlib.new(name, text, usedforsecurity=False).digest()
            yield from (digest[:12], digest.hex()[:24].encode(), base64.b64encode(digest)[:16])


def _everything(register: RegisterInMemory) -> bytes:
    """What was seen, and what the Base64 in it encodes."""
    seen = b"\n".join(register.seen)
    behind = (base64.b64decode(text + b"==") for text in re.findall(rb"[A-Za-z0-9+/]{16,}", seen) if len(text) % 4 != 1)
    return b"\n".join([seen, *behind])


def test_no_number_no_hash_and_no_other_column_leaves(push: Run, register: RegisterInMemory) -> None:
    assert push(FILE).exit_code == 0
    assert push(FILE, "--snapshot").exit_code == 0
    one = push(f"AHV-Nummer;Von\n{ADA};2026-02-01\n")  # a digest over one row could be searched
    assert one.exit_code == 0

    sent = _everything(register)

    assert [trace for number in (ADA, BEA, CARL) for trace in _traces(number) if trace in sent] == []
    assert b"Name" not in sent
    assert b"file.csv" not in sent


def test_what_is_read_along_would_find_a_number(push: Run, register: RegisterInMemory) -> None:
    push(FILE)
    for leak in (
        ADA.encode(),
        hashlib.sha256(b"7561234567897").hexdigest().encode(),
        base64.b64encode(b"7561234567897"),
    ):
        register.seen.append(leak)
        assert any(trace in _everything(register) for trace in _traces(ADA))
        register.seen.pop()


def test_the_same_number_is_blinded_differently_each_time(
    push: Run, register: RegisterInMemory, tmp_path: Path
) -> None:
    push(FILE)
    (tmp_path / "store.db").unlink()
    push(FILE)

    sent = [re.search(rb'"elements": "([^"]+)"', seen) for seen in register.seen if b"/tokens" in seen]
    first, second = (base64.b64decode(found[1]) for found in sent if found)
    assert {first[start : start + 32] for start in range(0, 96, 32)}.isdisjoint(
        second[start : start + 32] for start in range(0, 96, 32)
    )


def test_the_client_needs_no_django_and_nothing_else_of_the_product() -> None:
    look = (
        "import sys, suone.register.client.commands, suone.register.client.pushing, suone.register.client.tables;"
        "print(*sorted({name.split('.')[2] for name in sys.modules if name.startswith('suone.register.')}),"
        " 'django' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["client", "oprf", "False"]
