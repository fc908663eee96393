"""Uploads from forms: a file, or a signature drawn on the screen."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

_PNG = "data:image/png;base64,"


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file, unchecked."""

    name: str
    data: bytes


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
