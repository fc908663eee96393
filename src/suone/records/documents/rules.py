"""Which files are accepted: decided by their content, never by their name alone."""

from dataclasses import dataclass

# The test file of the anti-virus industry, refused by name even where no scanner runs.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that may be uploaded: its ending, its media type, and the bytes with which it begins."""

    ending: str
    media_type: str
    first_bytes: tuple[bytes, ...]


TYPES = (
    FileType("pdf", "application/pdf", (b"%PDF-",)),
    FileType("png", "image/png", (b"\x89PNG\r\n\x1a\n",)),
    FileType("jpg", "image/jpeg", (b"\xff\xd8\xff",)),
    FileType("jpeg", "image/jpeg", (b"\xff\xd8\xff",)),
    FileType("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    FileType("txt", "text/plain", ()),
)
# A day further ahead than this is a slip of the pen (default of this product).
MOST_YEARS = 30
ENDINGS = tuple(kind.ending for kind in TYPES)
_SCRIPTED_PDF = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile")


class UnacceptableFile(Exception):
    """The file is not accepted; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_file(name: str, data: bytes, *, most_bytes: int) -> FileType:
    """The type of an uploaded file of at most ``most_bytes``.

    Raises ``UnacceptableFile`` with the code ``empty``, ``large``, ``type``, ``disguised``, ``virus`` or ``active``.
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
    if kind.first_bytes and not data.startswith(kind.first_bytes):
        raise UnacceptableFile("disguised")
    if kind.ending == "txt" and (b"\x00" in data or data.lstrip()[:1] == b"<"):
        raise UnacceptableFile("disguised")
    # A polyglot: a PDF that also opens as an archive, or a picture with a PDF appended.
    if kind.ending != "docx" and (b"PK\x05\x06" in data or (kind.ending != "pdf" and b"%PDF-" in data)):
        raise UnacceptableFile("disguised")
    if b"<script" in data[:4096].lower():
        raise UnacceptableFile("disguised")
    if kind.ending == "pdf" and any(mark in data for mark in _SCRIPTED_PDF):
        raise UnacceptableFile("active")
    return kind
