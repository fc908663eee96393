"""Uploads from forms: a file, or a signature drawn on the screen."""

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from suone.records.documents import rules

_PNG = "data:image/png;base64,"


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file, unchecked."""

    name: str
    data: bytes


class UploadField(forms.FileField):
    """A file; the field says which kinds and sizes will do, and refuses others before anything is stored.

    ``endings`` are those accepted here; ``help_text`` comes before the sentence about them.
    """

    def __init__(self, *, endings: Collection[str] = rules.ENDINGS, help_text: Any = "", **kwargs: Any) -> None:
        self._endings = endings
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in endings)}))
        super().__init__(help_text=lazy(self._explained, str)(help_text), **kwargs)

    def _explained(self, help_text: Any) -> str:
        if self._endings == rules.SCANS:
            kinds = _("PDF or photo (JPG, PNG, HEIC, TIFF, WebP), at most %(megabytes)s MB.")
        else:
            kinds = _(
                "PDF, photo (JPG, PNG, HEIC, TIFF, WebP), Word (DOCX), e-mail (EML, MSG) or text (TXT), at most %(megabytes)s MB."
            )
        return f"{help_text} {kinds % {'megabytes': _megabytes()}}".strip()

    def to_python(self, data: Any) -> "File[Any] | None":
        file = super().to_python(data)
        if file is None:
            return None
        if not (file.name or "").lower().endswith(tuple(f".{ending}" for ending in self._endings)):
            raise ValidationError(sentence("type", self._endings), code="type")
        if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
            raise ValidationError(sentence("large"), code="large")
        return file


def sentence(code: str, endings: Collection[str] = rules.ENDINGS) -> str:
    """Why a file is not accepted, and what to do."""
    sentences = {
        "empty": _("The file is empty: choose another one."),
        "large": _(
            "The file is too large: at most %(megabytes)s MB are possible. Scan it in grey or in parts, and add each part."
        )
        % {"megabytes": _megabytes()},
        "type": _("This kind of file cannot be kept. Possible are: %(endings)s. Print it as a PDF and choose that.")
        % {"endings": ", ".join(endings)},
        "disguised": _("The content of the file does not fit its name: save it again as PDF and choose that."),
        "damaged": _("The file is damaged: open it, print it as a PDF and choose that."),
        "password": _("The file opens with a password only: print it as a PDF without one and choose that."),
        "complex": _(
            "The file is damaged or too complex to be examined: print it as a PDF, in parts if need be, and choose that."
        ),
        "virus": _("The virus scanner refuses this file."),
        "harmful": _(
            "The file contains a program, macros or an archive: add those parts that matter by themselves, as PDF."
        ),
    }
    return sentences[code]


def upload_of(scan: Any, signature: str) -> Upload | None:
    """The scan, or else the drawn signature (a PNG data URL), or else None."""
    if scan:
        return Upload(scan.name, scan.read())
    if signature.startswith(_PNG):
        try:
            return Upload("signature.png", base64.b64decode(signature.removeprefix(_PNG), validate=True))
        except binascii.Error:
            return None
    return None


def _megabytes() -> int:
    return settings.UPLOAD_MAX_BYTES // (1024 * 1024)
