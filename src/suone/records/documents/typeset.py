"""Printed documents: a typst template, data and a language in, an accessible PDF out.

Data travel as JSON beside the template and are placed as strings, so nothing that somebody typed is ever read as markup.
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import typst


LANGUAGES = ("de", "fr", "it", "en")

_HERE = Path(__file__).parent
_SHARED = _HERE / "typst"
_FONTS = _HERE / "fonts"
# Bidirectional control characters: with them a name can be made to read as another one.
_TURNING_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Frame:
    """Header and footer of every page.

    ``title`` and ``reference`` (the case number, empty before there is one) also become the title in the file's
    metadata, which travels with every copy: never name a person there. ``printed_at`` is local time.
    """

    title: str
    issuer: str
    reference: str
    version: str
    printed_at: datetime


def typeset(template: str, data: Mapping[str, Any], language: str, *, frame: Frame) -> bytes:
    """The document as a tagged PDF (PDF/UA-1) with case number, page x of y and time of printing on every page.

    ``template`` is typst markup that begins with ``#import "/frame.typ": *``; it finds ``data`` under that name.
    ``language`` is one of ``LANGUAGES``; anything else raises ``ValueError``.
    """
    if language not in LANGUAGES:
        raise ValueError(f"No document in {language!r}: possible are {', '.join(LANGUAGES)}.")
    inputs = {"data": _as_json(data), "frame": _as_json(_around(frame, language))}
    import typst  # late: few processes print

    try:
        return _pdf(template, inputs, frame.printed_at, "ua-1")
    except typst.TypstError as error:
        # A name in a script that no bundled font covers: a form with an empty box is better than none. Still tagged.
        if "could not be displayed" not in str(error):
            raise
        return _pdf(template, inputs, frame.printed_at)


def _pdf(template: str, inputs: dict[str, str], printed_at: datetime, *standards: Literal["ua-1"]) -> bytes:
    import typst

    compiler = typst.Compiler(template.encode(), root=_SHARED, font_paths=_fonts(), sys_inputs=inputs)
    pdf = compiler.compile(format="pdf", pdf_standards=list(standards), timestamp=int(printed_at.timestamp()))
    assert isinstance(pdf, bytes)
    return pdf


def _around(frame: Frame, language: str) -> dict[str, str]:
    return {
        "title": frame.title,
        "issuer": frame.issuer,
        "reference": frame.reference,
        "version": frame.version,
        "printed": f"{frame.printed_at:%d.%m.%Y, %H:%M}",
        "language": language,
    }


@cache
def _fonts() -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[_FONTS])


def _as_json(data: Mapping[str, Any]) -> str:
    return json.dumps(_clean(data))


def _clean(value: Any) -> Any:
    """The same data without control characters."""
    if isinstance(value, str):
        kept = (sign for sign in value if sign == "\n" or not _is_unprintable(sign))
        return unicodedata.normalize("NFC", "".join(kept))
    if isinstance(value, Mapping):
        return {key: _clean(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(entry) for entry in value]
    return value


def _is_unprintable(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cs"} or sign in _TURNING_MARKS
