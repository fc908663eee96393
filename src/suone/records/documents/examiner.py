"""Looking into uploaded files in a process of its own, with bounded memory and time: a file may be broken on purpose.

``python -m suone.records.documents.examiner examine FAMILY`` reads a file from standard input and prints what it is as JSON;
``… show FAMILY PAGE`` prints a picture of one of its pages as WebP: turned upright, scaled, without metadata.
It knows nothing of the product: no setting, no database, no other file.
"""

import email
import email.policy
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any

from suone.records.documents.rules import EICAR, UnacceptableFile

if TYPE_CHECKING:
    from PIL.Image import Image

MEMORY = 300_000_000  # bytes of address space
SECONDS = 10  # of processor time

_MOST_UNPACKED = 100 * 1024 * 1024
_MOST_MEMBERS = 2000
_MOST_PIXELS = 120_000_000  # an A4 page in colour at 1200 dpi has more; a scan of a letter has 35 million at most
_LONGEST_SIDE = 1400  # pixels of a shown page: an A4 page fills a wide screen and stays legible
_DEEPEST = 40  # objects nested in one another in a PDF
_PICTURES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # what many phones write: a JPEG with further pictures behind it
    "PNG": "image/png",
    "TIFF": "image/tiff",
    "WEBP": "image/webp",
    "HEIF": "image/heic",
}
_HARMFUL_ENDINGS = re.compile(
    r"\.(exe|com|scr|pif|bat|cmd|ps1|vbs?|vbe|jse?|wsf|wsh|hta|msi|msix|jar|lnk|reg|cpl|dll|iso|img|vhdx?|docm|xlsm|pptm"
    r"|dotm|xltm|zip|rar|7z|gz|tar|bz2|xz|cab|ace|arj)$",
    re.IGNORECASE,
)
_PRINTER = re.compile(r"/printerSettings\d*\.bin$", re.IGNORECASE)
_HARMFUL_BYTES = (
    b"MZ",
    b"\x7fELF",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"MSCF",
    b"L\x00\x00\x00\x01\x14",
)
_ACTIONS = {"/JavaScript": "scripts", "/Launch": "programs", "/SubmitForm": "sending", "/ImportData": "sending"}
_LIVELY = {"/RichMedia", "/3D", "/Movie", "/Screen", "/Sound"}


def examine(family: str, data: bytes) -> dict[str, Any]:
    """What the file is, judged by its structure: ``media_type``, what in it is ``active``, and its number of ``pages``.

    ``media_type`` is empty where the family has one kind alone, ``pages`` is 0 where no page can be shown. Raises
    ``UnacceptableFile``.
    """
    by_family: dict[str, Callable[[bytes], dict[str, Any]]] = {
        "pdf": _examine_pdf,
        "picture": _examine_picture,
        "word": _examine_word,
        "mail": _examine_mail,
        "outlook": _examine_outlook,
    }
    return {"media_type": "", "active": [], "pages": 0} | by_family[family](data)


def show(family: str, page: int, data: bytes) -> bytes:
    """The page (from 1) as a WebP picture; raises ``IndexError`` if there is none."""
    image = _drawn(data, page) if family == "pdf" else _upright(data, page)
    out = BytesIO()
    image.save(out, "WEBP", quality=80)
    return out.getvalue()


def _examine_pdf(data: bytes) -> dict[str, Any]:
    import pikepdf

    try:
        pdf = pikepdf.open(BytesIO(data), suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise UnacceptableFile("password") from error
    except pikepdf.PdfError as error:
        raise UnacceptableFile("damaged") from error
    active: set[str] = set()
    attached: list[Any] = []
    try:
        pages = len(pdf.pages)
        for thing in pdf.objects:
            _walk(thing, active, attached)
    except pikepdf.PdfError as error:
        raise UnacceptableFile("damaged") from error
    if not pages:
        raise UnacceptableFile("damaged")
    raw = []
    for name, stream in attached:
        active.add("attachments")
        raw.append(stream.read_raw_bytes())
        _check_part(name, stream.read_bytes())
    _check_no_archive(data, raw)
    return {"active": sorted(active), "pages": pages}


def _walk(thing: Any, active: set[str], attached: list[Any], depth: int = 0) -> None:
    """Note what is active in an object and in those written inside it; those it only points at are walked by themselves."""
    import pikepdf

    if depth > _DEEPEST:
        raise UnacceptableFile("complex")
    if isinstance(thing, pikepdf.Array):
        parts = list(thing)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        _note(thing, active, attached)
        parts = [value for _key, value in thing.items()]
    else:
        return
    for part in parts:
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            _walk(part, active, attached, depth + 1)


def _note(thing: Any, active: set[str], attached: list[Any]) -> None:
    import pikepdf

    action = thing.get("/S")
    if isinstance(action, pikepdf.Name) and str(action) in _ACTIONS:
        active.add(_ACTIONS[str(action)])
    if "/JS" in thing:
        active.add("scripts")
    if "/XFA" in thing:
        active.add("forms")
    kind = thing.get("/Subtype")
    if isinstance(kind, pikepdf.Name) and str(kind) in _LIVELY:
        active.add("media")
    files = thing.get("/EF")
    if isinstance(files, pikepdf.Dictionary):
        name = str(thing.get("/UF", thing.get("/F", "")))
        streams = {stream.objgen: stream for _key, stream in files.items() if isinstance(stream, pikepdf.Stream)}
        attached.extend((name, stream) for stream in streams.values())


def _examine_picture(data: bytes) -> dict[str, Any]:
    image = _opened(data)
    _check_no_archive(data, ())
    if b"%PDF-" in data:
        raise UnacceptableFile("disguised")
    pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
    try:
        _load(image)
    except OSError as error:
        raise UnacceptableFile("damaged") from error
    return {"media_type": _PICTURES[image.format or ""], "pages": pages}


def _opened(data: bytes) -> "Image":
    import pi_heif
    from PIL import Image, UnidentifiedImageError

    pi_heif.options.DECODE_THREADS = 1
    pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # the size is checked below, before anything is decoded
    try:
        image = Image.open(BytesIO(data), formats=[kind for kind in _PICTURES if kind != "MPO"])  # opened as JPEG
    except UnidentifiedImageError as error:
        raise UnacceptableFile("disguised") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise UnacceptableFile("damaged") from error
    if image.width * image.height > _MOST_PIXELS:
        raise UnacceptableFile("complex")
    return image


def _load(image: "Image") -> None:
    image.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))  # a JPEG is decoded no larger than it is shown
    image.load()


def _upright(data: bytes, page: int) -> "Image":
    from PIL import Image, ImageOps

    image = _opened(data)
    if not 1 <= page <= (getattr(image, "n_frames", 1) if image.format == "TIFF" else 1):
        raise IndexError(page)
    image.seek(page - 1)
    _load(image)
    image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA", "P"):
        upright = upright.convert("RGBA")
        white = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(white, upright)
    # Pixels alone: a copy without place, camera and time.
    plain = Image.new("RGB", upright.size)
    plain.paste(upright.convert("RGB"))
    return plain


def _drawn(data: bytes, page: int) -> "Image":
    import pypdfium2

    pdf = pypdfium2.PdfDocument(data)
    if not 1 <= page <= len(pdf):
        raise IndexError(page)
    pdf.init_forms()  # what was typed into a form is shown too; this library runs no scripts
    drawn = pdf[page - 1]
    scale = _LONGEST_SIDE / max(*drawn.get_size(), 1)
    image: Image = drawn.render(scale=scale).to_pil().convert("RGB")
    return image


def _examine_word(data: bytes) -> dict[str, Any]:
    """Refuse a Word file, which is a ZIP archive, with nested archives or macros, or that unpacks to a huge size."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > _MOST_UNPACKED or len(members) > _MOST_MEMBERS:
                raise UnacceptableFile("complex")
            names = [member.filename.lower() for member in members]
            if "word/document.xml" not in names:
                raise UnacceptableFile("disguised")
            _check_members(names)
            links = b"".join(archive.read(name) for name in archive.namelist() if name.lower().endswith(".rels"))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:  # encrypted, too
        raise UnacceptableFile("damaged") from error
    # A template that Word fetches from elsewhere when the file is opened; plain links are opened by a click alone.
    return {"active": ["elsewhere"] if re.search(rb"/(attachedTemplate|oleObject|frame)\"", links) else []}


def _examine_mail(data: bytes) -> dict[str, Any]:
    mail = email.message_from_bytes(data, policy=email.policy.default)
    if sum(name in mail for name in ("From", "To", "Date", "Subject", "Message-ID", "Received")) < 2:
        raise UnacceptableFile("disguised")
    attached = False
    for part in mail.walk():
        if part.is_multipart():
            continue
        name = part.get_filename() or ""
        content = part.get_payload(decode=True)
        _check_part(name, content if isinstance(content, bytes) else b"")
        attached = attached or bool(name)
    return {"active": ["attachments"] if attached else []}


def _examine_outlook(data: bytes) -> dict[str, Any]:
    import olefile

    try:
        file = olefile.OleFileIO(BytesIO(data))
    except (OSError, ValueError, IndexError) as error:
        raise UnacceptableFile("damaged") from error
    if not file.exists("__properties_version1.0"):
        raise UnacceptableFile("disguised")
    attached = [path for path in file.listdir() if path[-1] == "__substg1.0_37010102"]
    for path in attached:
        name = ""
        for stream in ("__substg1.0_3707001F", "__substg1.0_3704001F"):
            if not name and file.exists([*path[:-1], stream]):
                name = file.openstream([*path[:-1], stream]).read().decode("utf-16-le", "replace")
        _check_part(name, file.openstream(path).read())
    return {"active": ["attachments"] if attached else []}


def _check_part(name: str, data: bytes) -> None:
    """Refuse a file inside another that is a program, an archive, or one with macros."""
    if EICAR in data:
        raise UnacceptableFile("virus")
    if _HARMFUL_ENDINGS.search(name.strip().rstrip("\x00")) or data.startswith(_HARMFUL_BYTES):
        raise UnacceptableFile("harmful")
    if zipfile.is_zipfile(BytesIO(data)):
        try:
            names = zipfile.ZipFile(BytesIO(data)).namelist()
        except zipfile.BadZipFile as error:
            raise UnacceptableFile("harmful") from error
        is_office = "[Content_Types].xml" in names or "mimetype" in names
        if not is_office:
            raise UnacceptableFile("harmful")
        _check_members(names)


def _check_members(names: list[str]) -> None:
    """Refuse an Office file with macros, embedded programs or archives; settings of a printer are binary, too, and harmless."""
    for name in names:
        if _HARMFUL_ENDINGS.search(name) or (name.lower().endswith(".bin") and not _PRINTER.search(name)):
            raise UnacceptableFile("harmful")


def _check_no_archive(data: bytes, inside: Iterator[bytes] | list[bytes] | tuple[bytes, ...]) -> None:
    """Refuse a file that also opens as an archive, unless the archive is one of the files ``inside`` it."""
    if not zipfile.is_zipfile(BytesIO(data)):
        return
    at = data.rfind(b"PK\x05\x06")
    if not any(data[at : at + 22] in part for part in inside):
        raise UnacceptableFile("disguised")


def _bound() -> None:
    with suppress(ImportError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file


def _main() -> None:
    _bound()
    what, family, *page = sys.argv[1:]
    data = sys.stdin.buffer.read()
    if what == "show":
        sys.stdout.buffer.write(show(family, int(page[0]), data))
        return
    try:
        found = examine(family, data)
    except UnacceptableFile as unfit:
        found = {"refused": unfit.code}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    _main()
