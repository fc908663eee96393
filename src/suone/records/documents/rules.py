"""Which files are accepted: a first look at size, name and bytes; the examiner then judges the structure."""

from dataclasses import dataclass

# The test file of the anti-virus industry, refused by name even where no scanner runs.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that may be uploaded: its ending, its media type, and the family within which content decides."""

    ending: str
    media_type: str
    family: str  # pdf, picture, word, text, mail or outlook


TYPES = (
    FileType("pdf", "application/pdf", "pdf"),
    FileType("jpg", "image/jpeg", "picture"),
    FileType("jpeg", "image/jpeg", "picture"),
    FileType("png", "image/png", "picture"),
    FileType("heic", "image/heic", "picture"),
    FileType("heif", "image/heic", "picture"),
    FileType("tif", "image/tiff", "picture"),
    FileType("tiff", "image/tiff", "picture"),
    FileType("webp", "image/webp", "picture"),
    FileType("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word"),
    FileType("txt", "text/plain", "text"),
    FileType("eml", "message/rfc822", "mail"),
    FileType("msg", "application/vnd.ms-outlook", "outlook"),
)
# A day further ahead than this is a slip of the pen (default of this product).
MOST_YEARS = 30
# How many pages of a document are shown as pictures; the file itself has all of them (default of this product).
PAGES_SHOWN = 5
ENDINGS = tuple(kind.ending for kind in TYPES)
# What a page with a signature may come as.
SCANS = tuple(kind.ending for kind in TYPES if kind.family in ("pdf", "picture"))
# Some programs write a byte-order mark or blank lines before the first line of a PDF; viewers skip them.
_BEFORE_A_PDF = b"\xef\xbb\xbf \t\r\n\x00\x0c"
_FIRST_BYTES = {
    "pdf": (b"%PDF-",),
    "picture": (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"RIFF"),
    "word": (b"PK\x03\x04",),
    "outlook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
}


class UnacceptableFile(Exception):
    """The file is not accepted; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_file(name: str, data: bytes, *, most_bytes: int) -> FileType:
    """The type that an uploaded file of at most ``most_bytes`` claims to be, if its first bytes do not contradict it.

    Raises ``UnacceptableFile`` with the code ``empty``, ``large``, ``type``, ``disguised`` or ``virus``.
    """
    if not data:
        raise UnacceptableFile("empty")
    if len(data) > most_bytes:
        raise UnacceptableFile("large")
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    kind = next((kind for kind in TYPES if kind.ending == ending), None)
    if kind is None:
        raise UnacceptableFile("type")
    if EICAR in data:
        raise UnacceptableFile("virus")
    if not _begins_like(kind.family, data):
        raise UnacceptableFile("disguised")
    return kind


def type_of(media_type: str) -> FileType:
    """The kind of file with this media type."""
    return next(kind for kind in TYPES if kind.media_type == media_type)


def is_shown(media_type: str) -> bool:
    """Whether the pages of such a file can be shown as pictures."""
    return any(kind.media_type == media_type and kind.ending in SCANS for kind in TYPES)


def _begins_like(family: str, data: bytes) -> bool:
    if family == "text":
        return b"\x00" not in data and data.lstrip()[:1] != b"<" and b"<script" not in data[:4096].lower()
    if family == "mail":
        return b"\x00" not in data
    if family == "pdf":
        data = data[:1024].lstrip(_BEFORE_A_PDF)
    if family == "picture" and data[4:8] == b"ftyp":  # HEIC: a box with its own length comes first
        return True
    return data.startswith(_FIRST_BYTES[family])
