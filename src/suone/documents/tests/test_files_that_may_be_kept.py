import pytest

from suone.documents.rules import EICAR, Unfit, check_file

_PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
_PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 16
_MOST = 1000


def _refusal(name: str, data: bytes) -> str:
    with pytest.raises(Unfit) as refused:
        check_file(name, data, most_bytes=_MOST)
    return refused.value.code


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("bericht.pdf", _PDF, "application/pdf"),
        ("BERICHT.PDF", _PDF, "application/pdf"),
        ("foto.png", _PNG, "image/png"),
        ("foto.jpg", b"\xff\xd8\xff\xe0 picture", "image/jpeg"),
        ("foto.jpeg", b"\xff\xd8\xff\xe0 picture", "image/jpeg"),
        ("notiz.txt", "Grüezi".encode(), "text/plain"),
    ],
)
def test_a_file_whose_first_bytes_fit_its_name_may_be_kept(name: str, data: bytes, media_type: str) -> None:
    assert check_file(name, data, most_bytes=_MOST).media_type == media_type


@pytest.mark.parametrize("name", ["programm.exe", "seite.html", "bild.svg", "makro.docm", "archiv.zip", "bericht"])
def test_another_kind_of_file_is_refused_whatever_it_holds(name: str) -> None:
    assert _refusal(name, _PDF) == "type"


def test_an_empty_file_is_refused() -> None:
    assert _refusal("leer.txt", b"") == "empty"


def test_a_file_may_be_as_large_as_allowed_and_no_byte_larger() -> None:
    assert check_file("lang.txt", b"a" * _MOST, most_bytes=_MOST).ending == "txt"

    assert _refusal("lang.txt", b"a" * (_MOST + 1)) == "large"


@pytest.mark.parametrize(("name", "before"), [("test.txt", b""), ("test.txt", b"a letter "), ("test.pdf", _PDF)])
def test_the_test_virus_is_refused_wherever_it_stands(name: str, before: bytes) -> None:
    assert _refusal(name, before + EICAR) == "virus"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bericht.pdf", b"MZ\x90\x00 a program"),
        ("foto.png", _PDF),
        ("foto.jpg", _PNG),
        ("brief.docx", _PDF),
        ("notiz.txt", b"MZ\x00\x00"),
        ("notiz.txt", b"  <!doctype html><p>"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(name: str, data: bytes) -> None:
    assert _refusal(name, data) == "disguised"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bericht.pdf", _PDF + b"PK\x05\x06" + b"\x00" * 18),
        ("foto.png", _PNG + b"PK\x05\x06" + b"\x00" * 18),
        ("foto.png", _PNG + _PDF),
        ("foto.png", _PNG + b"<SCRIPT>alert(1)</SCRIPT>"),
        ("bericht.pdf", _PDF + b"<script>alert(1)</script>"),
    ],
)
def test_a_file_that_is_two_at_once_is_refused(name: str, data: bytes) -> None:
    assert _refusal(name, data) == "disguised"


@pytest.mark.parametrize("mark", [b"/JavaScript", b"/JS (app.alert(1))", b"/JS(x)", b"/Launch", b"/EmbeddedFile"])
def test_a_pdf_that_acts_by_itself_is_refused(mark: bytes) -> None:
    assert _refusal("bericht.pdf", _PDF + mark) == "active"
