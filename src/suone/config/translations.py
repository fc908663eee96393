"""Translations: extracting sentences from Python and Jinja2, merging, checking and compiling the catalogues.

``python -m suone.config.translations --update`` adds new sentences to the catalogues and keeps existing translations;
``--check`` fails if a German or French translation is missing. All of it uses Babel, since Django's own extraction does not
read Jinja2 and GNU gettext may not be installed.
"""

import ast
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "src"
LANGUAGES = ("de", "fr", "en")
TRANSLATED = ("de", "fr")  # English is the language the sentences are written in

_METHODS = [
    ("**/tests/**.py", "ignore"),
    ("**/migrations/**.py", "ignore"),
    ("**.py", "python"),
    ("**/jinja2/**.html", "jinja2"),
    ("**/jinja2/**.txt", "jinja2"),
]
_OPTIONS = {
    pattern: {
        "extensions": "jinja2.ext.i18n,jinja2.ext.do",
        "silent": "false",  # a template that cannot be read must not lose its sentences
        "newstyle_gettext": "true",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
    }
    for pattern in ("**/jinja2/**.html", "**/jinja2/**.txt")
}
_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def extract() -> Catalog:
    """A catalogue of every sentence of the product, with the files that contain it."""
    found = Catalog(charset="utf-8")
    for name, _line, sentence, comments, context in extract_from_dir(
        SOURCES,
        method_map=_METHODS,
        options_map=_OPTIONS,
        keywords=_KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    ):
        # No line numbers: a moved line would change three catalogues.
        found.add(sentence, locations=[(f"src/{name}", 0)], auto_comments=comments, context=context)
    for name, sentence in _inside_f_strings():
        found.add(sentence, locations=[(f"src/{name}", 0)])
    return found


def _inside_f_strings() -> Iterator[tuple[str, str]]:
    """Sentences inside f-strings, such as ``f"{_('Postpone')} · {number}"``, which Babel's extraction ignores."""
    for path in sorted(SOURCES.rglob("*.py")):
        if {"tests", "migrations"} & set(path.parts):
            continue
        for text in ast.walk(ast.parse(path.read_text())):
            for call in ast.walk(text) if isinstance(text, ast.JoinedStr) else ():
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "gettext"):
                    yield str(path.relative_to(SOURCES)), ast.literal_eval(call.args[0])


def catalogue_path(language: str, root: Path = ROOT) -> Path:
    """The path of a language's catalogue."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def update(root: Path = ROOT) -> None:
    """Merge new sentences into the catalogues; translations are kept, unused sentences become comments."""
    sentences = extract()
    for language in LANGUAGES:
        path = catalogue_path(language, root)
        catalogue = _read(path, language)
        sentences.creation_date = catalogue.creation_date  # an unchanged catalogue stays the same file
        catalogue.update(sentences, no_fuzzy_matching=True, update_header_comment=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        written = BytesIO()
        write_po(written, catalogue, width=120, sort_by_file=True, include_lineno=False)
        path.write_bytes(written.getvalue())


def check(root: Path = ROOT) -> list[str]:
    """The problems of the catalogues, one sentence each."""
    sentences = extract()
    return [trouble for language in TRANSLATED for trouble in _troubles(language, sentences, root)]


def compile_catalogues(root: Path = ROOT) -> None:
    """Compile the catalogues that have changed, since Django reads only compiled ones."""
    for language in LANGUAGES:
        source = catalogue_path(language, root)
        compiled = source.with_suffix(".mo")
        if not source.exists() or _is_fresh(compiled, source):
            continue
        written = BytesIO()
        write_mo(written, _read(source, language))
        # Replaced in one step, since another process may read it.
        waiting = compiled.with_suffix(".mo.new")
        waiting.write_bytes(written.getvalue())
        waiting.replace(compiled)


def _is_fresh(compiled: Path, source: Path) -> bool:
    return compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime


def _read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(
            locale=language,
            project="Suone",
            version="1",
            copyright_holder="Suone contributors",
            msgid_bugs_address="see CONTRIBUTING.md",
            last_translator="Suone contributors",
            language_team=language,
            header_comment="# Sentences of Suone. Licence: EUPL-1.2.",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _troubles(language: str, sentences: Catalog, root: Path) -> Iterator[str]:
    catalogue = _read(catalogue_path(language, root), language)
    for sentence in sentences:
        if not sentence.id:
            continue
        translated = catalogue.get(sentence.id, sentence.context)
        title = _forms(sentence.id)[0]
        if translated is None or not all(_forms(translated.string)):
            yield f"{language}: “{title}” is not translated."
            continue
        if translated.fuzzy:
            yield f"{language}: “{title}” is marked as fuzzy."
        if language == "de" and any("ß" in form for form in _forms(translated.string)):
            yield f"{language}: “{title}” has ß; Swiss German writes ss."
        if not _keeps_placeholders(sentence, translated):
            yield f"{language}: “{title}” has other placeholders than the English sentence."


def _forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text or ""] if text is None or isinstance(text, str) else list(text)


def _keeps_placeholders(sentence: Message, translated: Message) -> bool:
    """Whether a translation has the same placeholders; a plural form other than the last may omit the number."""
    wanted = set().union(*(_placeholders(form) for form in _forms(sentence.id)))
    forms = [_placeholders(form) for form in _forms(translated.string)]
    if len(forms) == 1:
        return forms[0] == wanted
    return forms[-1] == wanted and all(form <= wanted for form in forms)


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text.replace("%%", "")))


def main() -> None:
    if "--update" in sys.argv:
        update()
    troubles = check() if "--check" in sys.argv else []
    if troubles:
        for trouble in troubles:
            sys.stderr.write(trouble + "\n")
        raise SystemExit(
            f"{len(troubles)} sentences lack a sound translation: run make translations, then fill in locale/."
        )
    compile_catalogues()


if __name__ == "__main__":
    main()
