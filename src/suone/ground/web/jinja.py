"""The Jinja2 environment of all pages: strict, escaped, translated."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.html import json_script
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from suone.ground.audit import shown
from suone.ground.audit.acts import sentence_of
from suone.ground.web import bound
from suone.ground.web.deadlines import deadline

_ICONS = Path(__file__).parent / "static" / "web" / "icons"


class PageEnvironment(Environment):
    """Notes each row of which a template reads an attribute, so that the log can name whom the page showed."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        value = super().getattr(obj, attribute)
        if type(obj) not in shown.impersonal:
            shown.note(obj, attribute, value)
        return value

    def getitem(self, obj: Any, argument: str | Any) -> Any:
        """Filters such as ``map(attribute=…)`` read attributes this way."""
        value = super().getitem(obj, argument)
        if type(obj) not in shown.impersonal and isinstance(argument, str):
            shown.note(obj, argument, value)
        return value


def _note_printed(value: object) -> object:
    """Note a row that is printed directly."""
    if type(value) not in shown.impersonal:
        shown.note(value, "", value)
    return value


def environment(**options: Any) -> Environment:
    """The environment with its globals and filters; called once by Django's Jinja2 backend."""
    env = PageEnvironment(
        undefined=StrictUndefined,
        finalize=_note_printed,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        **{key: value for key, value in options.items() if key != "undefined"},
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]  # brought by the i18n extension
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals |= {
        "url": _url,
        "static": static,
        "icon": icon,
        "form_key": lambda: str(uuid.uuid4()),
        "opened_as": bound.seal_of_now,
        "language": lambda: (translation.get_language() or "de")[:2],
        "colon": colon,
        "languages": settings.LANGUAGES,
        "deadline_of": lambda day: deadline(day, timezone.localdate()),
        "product_name": settings.PRODUCT_NAME,
        "logo": settings.LOGO,
        "json_script": json_script,
    }
    env.filters |= {
        "day": day,
        "moment": moment,
        "clock": clock,
        "until": until,
        "act": sentence_of,
        "chf": chf,
        "localized": localized,
        "in_language": in_language,
    }
    return env


def in_language(text: str) -> str:
    """The reader's half of a short text given in German and French, ``German / French``."""
    german, _stroke, french = text.partition(" / ")
    return french if french and (translation.get_language() or "").startswith("fr") else german


def colon() -> str:
    """A colon; in French with a narrow no-break space before it."""
    return "\u202f:" if (translation.get_language() or "").startswith("fr") else ":"


def localized(text: str, language: str, texts: Mapping[str, str] | None = None) -> str:
    """Text written by a user, unchanged; text written by the product (``language`` is empty), in the reader's language.

    ``texts`` contains the translations if the text comes from a file of the canton, such as a step of a procedure.
    """
    if texts:
        return texts.get((translation.get_language() or "de")[:2], text)
    return text if language or not text else translation.gettext(text)


def _url(name: str, *args: object, **kwargs: object) -> str:
    return reverse(name, args=args, kwargs=kwargs)


@cache
def icon(name: str) -> Markup:
    """An icon as inline SVG, hidden from screen readers."""
    return Markup((_ICONS / f"{name}.svg").read_text().replace("<svg ", '<svg aria-hidden="true" focusable="false" '))  # noqa: S704 - our own files


def day(value: date | datetime | None) -> str:
    """``Fr 20.11.2026``, in the reader's language."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return formats.date_format(value, "D d.m.Y")


def moment(value: datetime | None) -> str:
    """``20.11.2026, 14:03`` in Swiss time."""
    return "" if value is None else formats.date_format(timezone.localtime(value), "d.m.Y, H:i")


def clock(value: datetime) -> str:
    """``14:03`` in Swiss time."""
    return formats.date_format(timezone.localtime(value), "H:i")


def until(value: datetime) -> str:
    """The end of a period: its last day where it ends with a day, else the moment."""
    local = timezone.localtime(value)
    return day(local.date() - timedelta(days=1)) if local.time() == time.min else moment(value)


def chf(value: float) -> str:
    """``1'500`` or ``1'500.50``."""
    text = f"{value:,.2f}".replace(",", "'")
    return text.removesuffix(".00")
