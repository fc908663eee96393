"""Which uploads are kept: recognised by their bytes; what could harm a reader is refused with a remedy."""

import io
import socket
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suone.ground.access.errors import Refused
from suone.records.documents import rules, services

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
JPG = b"\xff\xd8\xff\xe0" + bytes(32)
MOST = 1000


def archive(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in members:
            written.writestr(name, data)
    return out.getvalue()


def code_of(name: str, data: bytes) -> str:
    try:
        return rules.check_file(name, data, most_bytes=MOST).media_type
    except rules.UnacceptableFile as unfit:
        return unfit.code


@pytest.mark.parametrize(
    ("name", "data", "result"),
    [
        ("scan.pdf", PDF, "application/pdf"),
        ("SCAN.PDF", PDF, "application/pdf"),
        ("photo.png", PNG, "image/png"),
        ("photo.jpg", JPG, "image/jpeg"),
        ("photo.jpeg", JPG, "image/jpeg"),
        ("letter.txt", "Grüezi".encode(), "text/plain"),
        ("empty.pdf", b"", "empty"),
        ("big.pdf", PDF + bytes(MOST), "large"),
        ("just.pdf", PDF.ljust(MOST, b" "), "application/pdf"),
        ("letter.docx", PDF, "disguised"),
        ("run.exe", b"MZ", "type"),
        ("page.html", b"<html>", "type"),
        ("drawing.svg", b"<svg/>", "type"),
        ("macro.docm", b"PK\x03\x04", "type"),
        ("sheet.xlsx", b"PK\x03\x04", "type"),
        ("noending", PDF, "type"),
        ("photo.png", PDF, "disguised"),
        ("scan.pdf", b"MZ" + PDF, "disguised"),
        ("scan.pdf", PNG, "disguised"),
        ("letter.txt", b"<html><script>1</script>", "disguised"),
        ("letter.txt", b"  \n <svg onload=1>", "disguised"),
        ("letter.txt", b"a\x00b", "disguised"),
        ("scan.pdf", PDF + rules.EICAR, "virus"),
        ("letter.txt", rules.EICAR, "virus"),
        ("scan.pdf", PDF + b"<</S/JavaScript/JS (app.alert(1))>>", "active"),
        ("scan.pdf", PDF + b"<</S/Launch/F(cmd.exe)>>", "active"),
        ("scan.pdf", PDF + b"<</Type/EmbeddedFile>>", "active"),
        ("scan.pdf", b"%PDF-1.7 <script>alert(1)</script>", "disguised"),
        ("scan.pdf", PDF + archive(("a.txt", b"x")), "disguised"),
        ("photo.png", PNG + archive(("a.txt", b"x")), "disguised"),
        ("photo.jpg", JPG + PDF, "disguised"),
        ("photo.png", PNG + b"/JavaScript", "image/png"),  # no reader of pictures runs it
    ],
)
def test_a_file_is_what_its_bytes_say(name: str, data: bytes, result: str) -> None:
    assert code_of(name, data) == result


@given(st.binary(max_size=64), st.sampled_from([*rules.ENDINGS, "exe", ""]))
def test_whatever_comes_in_is_judged_without_an_error_of_ours(data: bytes, ending: str) -> None:
    known = {kind.media_type for kind in rules.TYPES}

    assert code_of(f"file.{ending}", data) in known | {"empty", "large", "type", "disguised", "virus", "active"}


WORD = ("word/document.xml", b"<w:document/>")


def test_a_word_file_is_opened_before_it_is_kept() -> None:
    assert services._checked("letter.docx", archive(WORD)).ending == "docx"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 no archive at all",
        archive(("sheet1.xml", b"x")),
        archive(WORD, ("inner.zip", archive(WORD))),
        archive(WORD, ("word/vbaProject.bin", b"x")),
        archive(WORD, *[(f"{number}.xml", b"x") for number in range(2001)]),
        archive(WORD, ("bomb.xml", bytes(101 * 1024 * 1024))),
    ],
    ids=["no archive", "another kind", "nested", "macros", "too many", "bomb"],
)
def test_a_word_file_that_could_harm_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        services._checked("letter.docx", data)


def test_without_a_scanner_the_setting_decides(settings: Any) -> None:
    settings.CLAMD_SOCKET = ""

    settings.UNSCANNED_UPLOADS = "allow"
    assert services._checked("scan.pdf", PDF).ending == "pdf"
    settings.UNSCANNED_UPLOADS = "refuse"
    with pytest.raises(Refused, match=r"scanner|Virenscanner"):
        services._checked("scan.pdf", PDF)


@pytest.mark.parametrize(("answer", "kept"), [(b"stream: OK\0", True), (b"stream: Bad FOUND\0", False), (b"", False)])
def test_a_scanner_is_asked_and_its_answer_counts(settings: Any, tmp_path: Path, answer: bytes, kept: bool) -> None:
    path = tmp_path / "clamd"
    received = bytearray()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1)

        def serve() -> None:
            connection, _address = listener.accept()
            with connection:
                while not received.endswith(b"\0\0\0\0"):
                    received.extend(connection.recv(4096))
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        settings.CLAMD_SOCKET = str(path)
        try:
            services._checked("scan.pdf", PDF)
            outcome = True
        except Refused:
            outcome = False
        thread.join(timeout=5)

    assert outcome is kept
    assert PDF in received


def test_a_scanner_that_does_not_answer_lets_nothing_in(settings: Any, tmp_path: Path) -> None:
    settings.CLAMD_SOCKET = str(tmp_path / "nobody-listens")

    with pytest.raises(Refused):
        services._checked("scan.pdf", PDF)
