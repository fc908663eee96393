"""The commands ``suone register push``, ``renew`` and ``who``: what an institution's own IT runs.

What turns numbers into tokens and calls the register is imported inside, so that ``suone --help`` is quick.
"""

import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from suone.register.client.language import LANGUAGES, language_of_the_machine, ngettext, use_language
from suone.register.client.language import gettext as _
from suone.register.client.trouble import Trouble

if TYPE_CHECKING:
    from suone.register.client.checking import Checked, Registration
    from suone.register.client.pushing import Counting, Delivered, Push
    from suone.register.client.server import WouldEndMany
    from suone.register.client.store import Store
    from suone.register.client.tables import Row, Table

_FILE = click.Path(dir_okay=False, path_type=Path)
_STORE = click.option(
    "--store", type=_FILE, default="suone-register.db", show_default=True, help="The local store; it holds AHV numbers."
)
_URL = click.option("--url", required=True, help="The address of the register, such as https://iiz.example.ch.")


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that contacts the register."""
    for option in (
        click.option("--language", type=click.Choice(LANGUAGES), help="The language of messages."),
        click.option("--hmac-key-file", type=_FILE, help="The common key, where the register works with one."),
        _STORE,
        click.option("--key-file", required=True, type=_FILE, help="The file that holds the key of your system."),
        _URL,
    ):
        command = option(command)
    return command


def _in_one_sentence(command: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(command)
    def run(*args: Any, language: str | None = None, **kwargs: Any) -> Any:
        from suone.register.oprf import LibsodiumMissing

        use_language(language or language_of_the_machine())
        try:
            return command(*args, language=language or language_of_the_machine(), **kwargs)
        except (Trouble, LibsodiumMissing) as trouble:
            raise click.ClickException(str(trouble)) from trouble
        except sqlite3.OperationalError as error:
            raise click.ClickException(
                _("The store cannot be written: another run is under way, or the disk is full.")
            ) from error

    return run


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_options
@click.option(
    "--snapshot/--changes",
    "is_snapshot",
    default=False,
    help="Everybody whom the institution follows: who is missing has ended. Or, without a word, changes alone.",
)
@click.option("--yes", is_flag=True, help="Do not ask before a snapshot that ends many registrations.")
@click.option("--errors", type=_FILE, help="Where rows with errors go; beside the file otherwise.")
@click.option("--strict", is_flag=True, help="Send nothing while a row has an error.")
@_in_one_sentence
def push(
    file: Path,
    url: str,
    key_file: Path,
    store: Path,
    hmac_key_file: Path | None,
    language: str,
    is_snapshot: bool,
    yes: bool,
    errors: Path | None,
    strict: bool,
) -> None:
    """Deliver the registrations of FILE: CSV, XLSX or JSON lines.

    AHV numbers are blinded here; none leaves. Rows with errors are written to a file of the same form, to be corrected
    and sent again with --changes; the exit code is then 2.
    """
    from suone.register.client.checking import check
    from suone.register.client.pushing import CHANGES, SNAPSHOT
    from suone.register.client.tables import read_table

    table = read_table(file)
    errors = errors or file.with_name(f"{file.stem}-errors{file.suffix}")
    with _pushing(url, key_file, store, hmac_key_file, language, yes=yes) as pushing:
        checked = check(table, pushing.directory)
        if checked.errors and (strict or not checked.valid):
            _report_errors(table, checked.errors, errors)
            raise Trouble(_("Nothing was sent."))
        valid = [registration for _row, registration in checked.valid]
        held = _kept_despite_errors(table, checked, pushing.store) if is_snapshot else []
        delivered = pushing.deliver(SNAPSHOT if is_snapshot else CHANGES, [*valid, *held])
    _report(delivered)
    refused = [(checked.valid[place][0], message) for place, message in delivered.refused if place < len(valid)]
    _report_errors(table, sorted([*checked.errors, *refused], key=lambda error: error[0].number), errors)
    if checked.errors or refused:
        raise SystemExit(2)


@click.command()
@_options
@_in_one_sentence
def renew(url: str, key_file: Path, store: Path, hmac_key_file: Path | None, language: str) -> None:
    """Deliver again all that the store knows, without a file: for a new epoch. Ends nothing."""
    with _pushing(url, key_file, store, hmac_key_file, language, yes=False) as pushing:
        pushing.renew()
    click.echo(_("All that the store knows is in the register."))


@click.command()
@click.argument("reference")
@_URL
@_STORE
@click.option("--language", type=click.Choice(LANGUAGES), help="The language of the messages.")
@_in_one_sentence
def who(reference: str, url: str, store: Path, language: str) -> None:
    """Show the AHV number behind a REFERENCE, for messages of the register that name it. Asks the store alone."""
    from suone.register.client.store import Store

    with closing(Store(store, url)) as kept:
        numbers = kept.numbers_of(reference)
    if not numbers:
        raise Trouble(_("The store knows no such reference."))
    for number in numbers:
        click.echo(number)


@contextmanager
def _pushing(
    url: str, key_file: Path, store: Path, hmac_key_file: Path | None, language: str, *, yes: bool
) -> Iterator["Push"]:
    from suone.register.client.pushing import Push
    from suone.register.client.server import Register
    from suone.register.client.store import Store

    hmac_key = None if hmac_key_file is None else _common_key(hmac_key_file)
    with (
        closing(Register(_safe(url), _text_of(key_file), language=language)) as register,
        closing(Store(store, url)) as kept,
    ):
        yield Push(register, register.directory(), kept, _progress, lambda many: yes or _confirm(many), hmac_key)


def _safe(url: str) -> str:
    """Refuse addresses other than HTTPS or this machine, since the key is sent with each request."""
    if url.startswith(("https://", "http://localhost:", "http://127.0.0.1:", "http://[::1]:")):
        return url
    raise Trouble(_("The address must begin with https://, since the key travels with each request."))


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise Trouble(_("The file %(file)s cannot be read.") % {"file": path.name}) from error


def _common_key(path: Path) -> bytes:
    try:
        return bytes.fromhex(_text_of(path))
    except ValueError as error:
        raise Trouble(_("The key in %(file)s is not written in hexadecimal.") % {"file": path.name}) from error


def _kept_despite_errors(table: "Table", checked: "Checked", store: "Store") -> list["Registration"]:
    """Open registrations of persons whose row has an error: a snapshot must not end them, as if they were missing."""
    from suone.register.client.checking import ahv_number
    from suone.register.client.columns import AHV_NUMBER

    wrong = {ahv_number(table.cell(row, AHV_NUMBER)) for row, _sentence in checked.errors}
    wrong -= {registration.number for _row, registration in checked.valid}
    return [one for one in store.registrations() if one.number in wrong and one.valid_until is None]


@contextmanager
def _progress(title: str, length: int) -> Iterator["Counting"]:
    with click.progressbar(length=length, label=f"  {title}", file=sys.stderr) as bar:
        yield bar


def _confirm(many: "WouldEndMany") -> bool:
    message = _("This would end %(ended)s of %(open)s open registrations.") % {
        "ended": many.ended,
        "open": many.open_before,
    }
    if not sys.stdin.isatty():
        raise Trouble(message + " " + _("Nothing was changed: look at the file, or confirm with --yes."))
    return click.confirm(message + " " + _("Continue?"))


def _report(delivered: "Delivered") -> None:
    applied = delivered.applied
    click.echo(
        _("%(added)s added, %(changed)s changed, %(ended)s ended, %(unchanged)s unchanged.")
        % {
            "added": applied.added,
            "changed": applied.changed,
            "ended": applied.ended,
            "unchanged": applied.unchanged,
        }
    )
    if applied.overlaps:
        click.echo(
            ngettext(
                "%(count)s person is newly followed elsewhere too: see the alerts.",
                "%(count)s persons are newly followed elsewhere too: see the alerts.",
                applied.overlaps,
            )
            % {"count": applied.overlaps}
        )


def _report_errors(table: "Table", errors: Sequence[tuple["Row", str]], path: Path) -> None:
    if not errors:
        return
    table.write_errors(path, errors)
    click.echo(
        ngettext(
            "%(count)s row has an error: correct it in %(file)s and send that file with --changes.",
            "%(count)s rows have errors: correct them in %(file)s and send that file with --changes.",
            len(errors),
        )
        % {"count": len(errors), "file": path.name},
        err=True,
    )
