"""The client's messages in the user's language, from the catalogues of the product."""

import gettext as catalogues
import locale
from pathlib import Path

LANGUAGES = ("de", "fr", "en")
_FOLDER = Path(__file__).resolve().parents[4] / "locale"
_chosen = [catalogues.NullTranslations()]


def use_language(language: str) -> None:
    """Use this language for all further messages; English if its catalogue is missing."""
    _chosen[0] = catalogues.translation("django", str(_FOLDER), [language], fallback=True)


def language_of_the_machine() -> str:
    """The language of the machine's locale, if it is German or French, or else English."""
    try:
        named = locale.setlocale(locale.LC_CTYPE, "")[:2].lower()
    except locale.Error:
        return "en"
    return named if named in LANGUAGES else "en"


def gettext(sentence: str) -> str:
    return _chosen[0].gettext(sentence)


def ngettext(singular: str, plural: str, number: int) -> str:
    return _chosen[0].ngettext(singular, plural, number)
