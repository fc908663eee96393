"""Which uploads are kept: judged by their structure; what could harm a reader is refused with a remedy."""

import io
import socket
import struct
import threading
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from suone.ground.access.errors import Refused
from suone.records.documents import examiner, rules, services
from suone.records.documents.confined import Findings, findings_of, picture_of
from suone.records.documents.tests.files import HEIC, PDF, PNG
from suone.records.documents.uploads import UploadField

MOST = 1000
PRINTED = (("[Content_Types].xml", b"<x/>"), ("xl/printerSettings/printerSettings1.bin", b"x"))  # as Excel writes it


def archive(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in members:
            written.writestr(name, data)
    return out.getvalue()


def pdf_with(change: Any = None, **saving: Any) -> bytes:
    pdf, out = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    if change:
        change(pdf)
    pdf.save(out, **saving)
    return out.getvalue()


def attaching(name: str, data: bytes) -> bytes:
    return pdf_with(lambda pdf: pdf.attachments.__setitem__(name, pikepdf.AttachedFileSpec(pdf, data, filename=name)))


def picture(kind: str, size: tuple[int, int] = (4, 2), **saving: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **saving)
    return out.getvalue()


def mail(attached: bytes = b"", name: str = "") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Guten Tag"
    message.set_content("Text")
    if name:
        message.add_attachment(attached, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def found(name: str, data: bytes) -> Findings | str:
    """What the examiner says in this process: the limits have tests of their own below."""
    try:
        kind = rules.check_file(name, data, most_bytes=10**9)
        if kind.family == "text":
            return Findings(kind, (), 0)
        said = examiner.examine(kind.family, data)
    except rules.UnacceptableFile as unfit:
        return unfit.code
    kind = rules.type_of(said["media_type"]) if said["media_type"] else kind
    return Findings(kind, tuple(said["active"]), said["pages"])


@pytest.mark.parametrize(
    ("name", "data", "media_type", "pages"),
    [
        ("scan.pdf", PDF, "application/pdf", 1),
        ("SCAN.PDF", b"\xef\xbb\xbf" + PDF, "application/pdf", 1),
        ("scan.pdf", b"\r\n\n" + PDF, "application/pdf", 1),
        ("owner.pdf", pdf_with(encryption=pikepdf.Encryption(owner="x", user="")), "application/pdf", 1),
        ("photo.png", PNG, "image/png", 1),
        ("photo.jpg", picture("JPEG"), "image/jpeg", 1),
        ("photo.jpeg", picture("JPEG"), "image/jpeg", 1),
        ("photo.jpg", PNG, "image/png", 1),  # what it is, whatever its name
        ("photo.webp", picture("WEBP"), "image/webp", 1),
        ("photo.heic", HEIC, "image/heic", 1),
        ("photo.jpg", HEIC, "image/heic", 1),
        ("photo.jpg", picture("MPO", save_all=True, append_images=[Image.new("RGB", (4, 2))]), "image/jpeg", 1),
        ("fax.tif", picture("TIFF"), "image/tiff", 1),
        ("fax.tif", picture("TIFF", save_all=True, append_images=[Image.new("RGB", (4, 2))]), "image/tiff", 2),
        ("letter.txt", "Grüezi".encode(), "text/plain", 0),
        ("mail.eml", mail(), "message/rfc822", 0),
    ],
)
def test_a_file_is_what_its_structure_says(name: str, data: bytes, media_type: str, pages: int) -> None:
    result = found(name, data)

    assert isinstance(result, Findings)
    assert (result.kind.media_type, result.active, result.pages) == (media_type, (), pages)


def script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def field_script(pdf: pikepdf.Pdf) -> None:
    """As in official forms: an action of a field that computes a sum, packed into an object stream."""
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("AFSimple_Calculate()"))
    pdf.Root.AcroForm = pdf.make_indirect(
        pikepdf.Dictionary(Fields=[pdf.make_indirect(pikepdf.Dictionary(T="Summe", AA=pikepdf.Dictionary(C=action)))])
    )


def launch(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe"))


def sends(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F="https://example.org")


def adobe_form(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = pikepdf.Dictionary(XFA=pdf.make_stream(b"<xdp/>"), Fields=[])


def film(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.RichMedia)])


@pytest.mark.parametrize(
    ("name", "data", "active"),
    [
        ("form.pdf", pdf_with(script), ("scripts",)),
        (
            "form.pdf",
            pdf_with(field_script, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True),
            ("scripts",),
        ),
        ("form.pdf", pdf_with(launch), ("programs",)),
        ("form.pdf", pdf_with(sends), ("sending",)),
        ("form.pdf", pdf_with(adobe_form), ("forms",)),
        ("form.pdf", pdf_with(film), ("media",)),
        ("form.pdf", attaching("note.txt", b"text"), ("attachments",)),
        ("form.pdf", attaching("list.xlsx", archive(("[Content_Types].xml", b"<x/>"))), ("attachments",)),
        ("mail.eml", mail(archive(*PRINTED), "list.xlsx"), ("attachments",)),
        ("mail.eml", mail(PDF, "scan.pdf"), ("attachments",)),
    ],
)
def test_what_is_active_in_a_file_is_kept_and_said(name: str, data: bytes, active: tuple[str, ...]) -> None:
    result = found(name, data)

    assert isinstance(result, Findings)
    assert result.active == active


WORD = ("word/document.xml", b"<w:document/>")
TEMPLATE = ("word/_rels/settings.xml.rels", b'<Relationship Type="http://x/attachedTemplate" TargetMode="External"/>')


def test_a_word_file_is_opened_before_it_is_kept() -> None:
    plain, fetching = found("letter.docx", archive(WORD)), found("letter.docx", archive(WORD, TEMPLATE))

    assert isinstance(plain, Findings)
    assert plain.active == ()
    assert isinstance(fetching, Findings)
    assert fetching.active == ("elsewhere",)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.pdf", b"", "empty"),
        ("run.exe", b"MZ", "type"),
        ("page.html", b"<html>", "type"),
        ("drawing.svg", b"<svg/>", "type"),
        ("macro.docm", b"PK\x03\x04", "type"),
        ("noending", PDF, "type"),
        ("photo.png", PDF, "disguised"),
        ("letter.docx", PDF, "disguised"),
        ("scan.pdf", b"MZ" + PDF, "disguised"),
        ("scan.pdf", PNG, "disguised"),
        ("letter.txt", b"<html><script>1</script>", "disguised"),
        ("letter.txt", b"  \n <svg onload=1>", "disguised"),
        ("letter.txt", b"a\x00b", "disguised"),
        ("scan.pdf", PDF + rules.EICAR, "virus"),
        ("letter.txt", rules.EICAR, "virus"),
        ("scan.pdf", attaching("eicar.txt", rules.EICAR), "virus"),
        ("mail.eml", mail(rules.EICAR, "eicar.txt"), "virus"),
        ("scan.pdf", b"%PDF-1.7 <script>alert(1)</script>", "damaged"),
        ("scan.pdf", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n", "damaged"),
        ("locked.pdf", pdf_with(encryption=pikepdf.Encryption(owner="x", user="y")), "password"),
        ("scan.pdf", PDF + archive(("a.txt", b"x")), "disguised"),
        ("scan.pdf", attaching("note.txt", b"text") + archive(("a.txt", b"x")), "disguised"),
        ("photo.png", PNG + archive(("a.txt", b"x")), "disguised"),
        ("photo.jpg", picture("JPEG") + PDF, "disguised"),
        ("photo.jpg", picture("JPEG", (400, 400))[:800], "damaged"),
        ("photo.png", PNG[:8] + bytes(32), "disguised"),
        ("film.webp", b"RIFF\x00\x00\x00\x00AVI LIST", "disguised"),
        ("form.pdf", attaching("run.js", b"x"), "harmful"),
        ("form.pdf", attaching("picture.png", b"MZ\x90"), "harmful"),
        ("form.pdf", attaching("files.zip", archive(("a.txt", b"x"))), "harmful"),
        ("form.pdf", attaching("letter.docx", archive(("a.txt", b"x"))), "harmful"),
        ("form.pdf", attaching("a.xlsx", archive(("[Content_Types].xml", b""), ("xl/vbaProject.bin", b""))), "harmful"),
        ("mail.eml", mail(b"MZ", "invoice.pdf"), "harmful"),
        ("mail.eml", mail(b"x", "invoice.pdf.exe"), "harmful"),
        ("mail.eml", b"Dear all,\n\nthis is no mail.\n", "disguised"),
        ("letter.docx", b"PK\x03\x04 no archive at all", "damaged"),
        ("letter.docx", archive(("sheet1.xml", b"x")), "disguised"),
        ("letter.docx", archive(WORD, ("inner.zip", archive(WORD))), "harmful"),
        ("letter.docx", archive(WORD, ("word/vbaProject.bin", b"x")), "harmful"),
        ("letter.docx", archive(WORD, *[(f"{number}.xml", b"x") for number in range(2001)]), "complex"),
        ("letter.docx", archive(WORD, ("bomb.xml", bytes(101 * 1024 * 1024))), "complex"),
        ("note.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged"),
    ],
)
def test_what_could_harm_or_cannot_be_read_is_refused(name: str, data: bytes, code: str) -> None:
    assert found(name, data) == code


def test_a_file_of_the_largest_size_is_kept_and_one_byte_more_is_not() -> None:
    assert rules.check_file("just.pdf", PDF.ljust(MOST, b" "), most_bytes=MOST).ending == "pdf"
    with pytest.raises(rules.UnacceptableFile, match="large"):
        rules.check_file("big.pdf", PDF.ljust(MOST + 1, b" "), most_bytes=MOST)


@given(st.binary(max_size=64), st.sampled_from(["", "%PDF-", "\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "PK\x03\x04"]))
def test_whatever_comes_in_is_judged_without_an_error_of_ours(data: bytes, before: str) -> None:
    for ending in (*rules.ENDINGS, "exe"):
        result = found(f"file.{ending}", before.encode("latin-1") + data)

        assert isinstance(result, Findings) or result in {
            "empty", "type", "disguised", "damaged", "complex", "harmful",
        }  # fmt: skip


def compound(streams: dict[str, bytes]) -> bytes:
    """The smallest compound file (MS-CFB) with these streams in its root, each padded to 4096 bytes."""
    sectors: list[bytes] = []
    entries = [("Root Entry", 5, 0xFFFFFFFE, 0)]
    chains: list[int] = []
    for name, data in streams.items():
        padded = data.ljust(4096, b"\x00")
        start = 2 + len(chains)
        blocks = [padded[at : at + 512] for at in range(0, len(padded), 512)]
        chains.extend([start + number + 1 for number in range(len(blocks) - 1)] + [0xFFFFFFFE])
        sectors.extend(blocks)
        entries.append((name, 2, start, len(padded)))
    directory = b""
    for number, (name, kind, start, size) in enumerate(entries):
        text = (name + "\x00").encode("utf-16-le")
        right = number + 1 if 0 < number < len(entries) - 1 else 0xFFFFFFFF
        child = 1 if number == 0 and len(entries) > 1 else 0xFFFFFFFF
        directory += struct.pack(
            "<64sHBBIII16sIQQIQ", text, len(text), kind, 1, 0xFFFFFFFF, right, child, b"", 0, 0, 0, start, size
        )
    directory = directory.ljust(512, b"\x00")
    table = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"".join(struct.pack("<I", link) for link in chains)
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0,
    )  # fmt: skip
    header += struct.pack("<I", 0) + b"\xff" * (4 * 108)
    return header + table.ljust(512, b"\xff") + directory + b"".join(sectors)


def test_a_message_of_outlook_is_kept_and_another_compound_file_is_not() -> None:
    message = found("mail.msg", compound({"__properties_version1.0": b"x"}))

    assert isinstance(message, Findings)
    assert message.kind.media_type == "application/vnd.ms-outlook"
    assert found("letter.msg", compound({"WordDocument": b"x"})) == "disguised"


def test_a_scan_of_a_signature_is_a_pdf_or_a_picture_and_the_field_says_so(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 3 * 1024 * 1024
    field = UploadField(endings=rules.SCANS, label="Scan", help_text="Or sign below.")

    assert field.help_text == "Or sign below. PDF or photo (JPG, PNG, HEIC, TIFF, WebP), at most 3 MB."
    assert field.clean(SimpleUploadedFile("scan.PDF", PDF)).name == "scan.PDF"
    assert ".heic" in field.widget.attrs["accept"]
    with pytest.raises(Exception, match=r"Possible are: pdf, jpg.*Print it as a PDF"):
        field.clean(SimpleUploadedFile("scan.eml", mail()))
    with pytest.raises(Exception, match=r"at most 3 MB"):
        field.clean(SimpleUploadedFile("scan.pdf", bytes(3 * 1024 * 1024 + 1)))


# The process of its own.


def test_the_examiner_runs_apart_and_says_the_same() -> None:
    kind = rules.check_file("photo.jpg", PNG, most_bytes=MOST)

    assert findings_of(kind, PNG) == found("photo.jpg", PNG)
    with pytest.raises(rules.UnacceptableFile, match="damaged"):
        findings_of(rules.TYPES[0], b"%PDF-1.7 nothing")


def test_a_file_that_unpacks_to_more_than_the_memory_is_refused() -> None:
    bomb = pdf_with(
        lambda pdf: pdf.attachments.__setitem__(
            "a.txt", pikepdf.AttachedFileSpec(pdf, bytes(400_000_000), filename="a.txt")
        ),
        compress_streams=True,
    )

    with pytest.raises(rules.UnacceptableFile, match="complex"):
        findings_of(rules.TYPES[0], bomb)


def test_a_file_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examiner, "SECONDS", 0.001)

    with pytest.raises(rules.UnacceptableFile, match="complex"):
        findings_of(rules.TYPES[0], PDF)


def test_a_picture_is_shown_upright_scaled_and_without_where_it_was_taken() -> None:
    taken = Image.Exif()
    taken[0x0112] = 6  # turned by a quarter
    taken.get_ifd(0x8825)[2] = (46.0, 13.0, 0.0)  # GPS latitude
    photo = picture("JPEG", (3000, 1000), exif=taken)

    shown = Image.open(io.BytesIO(picture_of(rules.type_of("image/jpeg"), photo, page=1)))

    assert shown.format == "WEBP"
    assert shown.size == (467, 1400)
    assert not shown.getexif()
    assert "exif" not in shown.info


def test_a_page_of_a_pdf_is_drawn_with_what_was_typed_into_its_form_and_one_that_is_not_there_is_not() -> None:
    shown = Image.open(io.BytesIO(picture_of(rules.TYPES[0], PDF, page=1)))

    assert max(shown.size) == 1400
    with pytest.raises(rules.UnacceptableFile):
        picture_of(rules.TYPES[0], PDF, page=2)


# The virus scanner.


def test_without_a_scanner_the_setting_decides(settings: Any) -> None:
    settings.CLAMD_SOCKET = ""

    settings.UNSCANNED_UPLOADS = "allow"
    assert services._checked("scan.pdf", PDF).kind.ending == "pdf"
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

        thread = threading.Thread(target=serve, daemon=True)
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
