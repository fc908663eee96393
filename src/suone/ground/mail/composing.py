"""The text of each kind of mail: composed by the package that causes it, when the mail is sent."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import translation

from suone.ground.mail.models import Kind, Mail

Composer = Callable[[Mail], "Text"]
_COMPOSERS: dict[Kind, Composer] = {}


@dataclass(frozen=True, slots=True)
class Text:
    """Subject and lines of a mail, without a word about a person or a case."""

    subject: str
    lines: tuple[str, ...]


def composes(kind: Kind) -> Callable[[Composer], Composer]:
    """Decorate the function that writes mails of this kind; it runs in the language of the mail."""

    def decorate(composer: Composer) -> Composer:
        _COMPOSERS[kind] = composer
        return composer

    return decorate


def text_of(mail: Mail) -> Text:
    """The text of a mail, in its language."""
    with translation.override(mail.language):
        return _COMPOSERS[Kind(mail.kind)](mail)
