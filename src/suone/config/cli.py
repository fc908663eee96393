"""The command ``suone``."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, TextIO

import click

from suone.desk.administration import commands as administration
from suone.register.client import commands as registerclient

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")


def _in_one_sentence(command: Callable[..., Any]) -> Callable[..., Any]:
    """Trouble that a user can mend is said in one sentence, without a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from django.db.utils import OperationalError

        from suone.config.embedded import ServerTrouble
        from suone.config.env import WrongSetting

        try:
            return command(*args, **kwargs)
        except (ServerTrouble, WrongSetting) as trouble:
            raise _said(str(trouble)) from trouble
        except OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            raise _said(f"The database does not do its work ({reason}): see docs/operations.md.") from error
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise _said("The disk is full: free some space and start again.") from error
            raise

    return run


def _said(sentence: str) -> click.ClickException:
    # A line of progress may still be open.
    return click.ClickException(sentence) if not _open_steps else _OnANewLine(sentence)


class _OnANewLine(click.ClickException):
    def show(self, file: Any = None) -> None:
        click.echo()
        super().show(file)


_open_steps: list[str] = []


@contextmanager
def _step(title: str) -> Iterator[None]:
    """A line of progress for whatever takes a while."""
    click.echo(f"  {title} …", nl=False)
    _open_steps.append(title)
    began = time.monotonic()
    yield
    _open_steps.clear()
    click.echo(f" {time.monotonic() - began:.1f} s")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Suone: inter-institutional collaboration in social and professional integration."""


@main.command()
@_in_one_sentence
def migrate() -> None:
    """Bring the database to this version, as its owner."""
    _prepare_database()


@main.command()
@click.option("--port", type=int, help="The port to listen on; SUONE_PORT otherwise.")
@_in_one_sentence
def serve(port: int | None) -> None:
    """Answer web requests until it is stopped."""
    from django.conf import settings

    _start_embedded_server()
    _make_files_ready()
    port = port or settings.PORT
    _refuse_taken_port(port)
    os.execv(sys.executable, [sys.executable, *_gunicorn(port)])  # noqa: S606 - our own process


@main.command()
@_in_one_sentence
def worker() -> None:
    """Carry out jobs: mails, warnings, expiries, the sealing of the log."""
    _start_embedded_server()
    _compile_translations()
    os.execv(sys.executable, [sys.executable, *_worker()])  # noqa: S606 - our own process


@main.command()
@click.option("--port", type=int, help="The port to listen on; SUONE_PORT otherwise.")
@_in_one_sentence
def demo(port: int | None) -> None:
    """Start everything with the fictional demo canton, and print the address and the log-ins."""
    os.environ.setdefault("SUONE_PROCEDURE", "vs-complex")  # the demo's canton is the Valais
    from django.conf import settings

    port = port or settings.PORT
    _refuse_taken_port(port)
    _make_files_ready()  # first of all: a catalogue that is missing once is missing until the end
    _prepare_database()
    from suone.demo.cast import logins
    from suone.demo.seed import is_seeded, seed

    if not is_seeded():
        with _step("Fill in the demo canton"):
            seed()
    _run_until_stopped([_gunicorn(port), _worker()], port, logins(), aside=_filling_of_the_register(port))


def _filling_of_the_register(port: int) -> list[str] | None:
    """What delivers to the demo's register once the server answers; nothing where that is done, or cannot be."""
    from suone.demo import register_story
    from suone.ground.access.errors import Refused
    from suone.register.oprf import LibsodiumMissing

    try:
        if not register_story.is_open():
            with _step("Open the register"):
                register_story.open_register()
    except (LibsodiumMissing, Refused) as trouble:  # all else works without
        click.echo(f" it stays closed.\n  {trouble}")
        return None
    address = f"http://localhost:{port}"
    return ["-m", "suone.config.cli", "fill-demo-register", address] if register_story.awaited() else None


@main.command("fill-demo-register", hidden=True)
@click.argument("address")
@_in_one_sentence
def fill_demo_register(address: str) -> None:
    """Deliver to the demo's register what has not come in yet; ``suone demo`` runs it aside."""
    _setup_django()
    os.environ.setdefault("NO_PROXY", "localhost")  # the server is on this machine
    from suone.demo.filling import fill
    from suone.register.client.trouble import Trouble

    try:
        fill(address, lambda sentence: click.echo(f"  The register: {sentence}"))
    except Trouble as trouble:
        click.echo(f"  The register is not full yet, and the next start goes on: {trouble}")


@main.command()
@_in_one_sentence
def stop() -> None:
    """Stop the embedded PostgreSQL server."""
    from suone.config import embedded, env

    embedded.stop(env.var_folder())


@main.command()
@_in_one_sentence
def check() -> None:
    """Check the settings for production."""
    _manage("check", deploy=True, fail_level="WARNING")


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@_in_one_sentence
def manage(arguments: tuple[str, ...]) -> None:
    """Any command of Django, for those who develop."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["suone manage", *arguments])


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@main.group()
def audit() -> None:
    """Seal the log, and prove what is in it."""


@audit.command("seal")
@_in_one_sentence
def seal_log() -> None:
    """Seal what was told since the last time."""
    _start_django()
    from suone.ground.audit.anchors import Discontinued
    from suone.ground.audit.sealing import seal

    try:
        count = seal()
    except Discontinued as trouble:
        raise click.ClickException(str(trouble)) from trouble
    click.echo(f"{count} entries sealed." if count else "Nothing was waiting to be sealed.")


@audit.command("verify")
@click.option(
    "--witness", type=_FOLDER, help="The folder of a witness, or a copy of it: what it has seen is compared too."
)
@_in_one_sentence
def verify_log(witness: Path | None) -> None:
    """Recompute every seal; the exit code is 1 when something is found."""
    _start_django()
    from suone.ground.audit.copying import lag
    from suone.ground.audit.verifying import verify

    proof = verify(witness=witness)
    for restoration in proof.restorations:
        click.echo(
            f"A backup was restored, declared on {restoration.declared_at:%Y-%m-%d %H:%M}: "
            f"{restoration.lost} sealed entries were lost ({restoration.reason})."
        )
    if proof.destroyed:
        click.echo(f"{proof.destroyed} entries were destroyed, as the log itself says; their hashes are still there.")
    for finding in proof.findings:
        click.echo(finding.sentence)
    seen = f", {proof.witnessed} heads of the witness" if witness else ""
    click.echo(
        f"{proof.entries} entries under {proof.seals} seals checked, {proof.anchors} anchors{seen} compared; "
        f"{proof.unsealed} entries are not sealed yet and cannot be proven."
    )
    behind = lag()
    if behind is None:
        click.echo("The folder for copies of the log does not answer: look after it.")
    elif behind:
        click.echo(f"The copies outside the database lag behind by {behind} sealed entries.")
    if proof.findings:
        raise click.ClickException(f"The log is not whole: {len(proof.findings)} findings.")
    click.echo("The log is whole.")


@audit.command("prove")
@click.argument("entry", type=click.IntRange(min=1))
@_in_one_sentence
def prove_entry(entry: int) -> None:
    """Print the proof that an entry is in the log; it can be checked without the database."""
    _start_django(quiet=True)
    from suone.ground.access.errors import Refused
    from suone.ground.audit import proving

    try:
        proof = proving.prove_entry(entry)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(json.dumps(proof, indent=1))


@audit.command("growth")
@click.option(
    "--since", type=click.IntRange(min=0), default=0, help="How many entries the log had then; 0 for its beginning."
)
@_in_one_sentence
def prove_growth(since: int) -> None:
    """Print the proof that the log has only grown; a witness signs it."""
    _start_django(quiet=True)
    from suone.ground.access.errors import Refused
    from suone.ground.audit import proving

    try:
        proof = proving.prove_growth(since)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(json.dumps(proof, indent=1))


@audit.command("check-proof")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--key", type=_FILE, help="The log's public key; that of this installation otherwise.")
@_in_one_sentence
def check_proof(file: TextIO, key: Path | None) -> None:
    """Check a proof by the log's public key, without the database; the exit code is 1 when it does not hold."""
    from suone.config import env
    from suone.ground.audit import heads, proofs

    key = key or env.var_folder() / "keys" / "audit-anchor.pub"
    try:
        public_key = heads.public_key(key.read_bytes())
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{key} holds no public key of a log: name it with --key.") from error
    try:
        click.echo(proofs.check(proofs.read(file.read()), public_key))
    except proofs.Unproven as trouble:
        raise click.ClickException(f"The proof does not hold. {trouble}") from trouble


@audit.command("witness")
@click.argument("file", type=click.File(encoding="utf-8"), required=False)
@click.option("--folder", type=_FOLDER, required=True, help="Where this witness keeps its key and what it has seen.")
@click.option("--key", type=_FILE, help="The log's public key; needed once.")
@click.option("--restored", is_flag=True, help="Sign although a backup was restored: you know of it.")
@_in_one_sentence
def witness_log(file: TextIO | None, folder: Path, key: Path | None, restored: bool) -> None:
    """Sign the head that a proof of growth leads to; without a file, print how many entries were seen last.

    Runs on another machine, without the database. Refuses a log that does not continue what was seen.
    """
    from suone.ground.audit import proofs, witness

    try:
        if key:
            witness.pin(folder, key.read_bytes())
        if file is None:
            seen = witness.last_seen(folder)
            click.echo(seen.size if seen else 0)
            return
        statement = witness.sign(folder, proofs.read(file.read()), accept_restored=restored)
    except (witness.Refusal, proofs.Unproven) as refusal:
        raise click.ClickException(f"Not signed. {refusal}") from refusal
    click.echo(f"Signed: {statement['size']} entries." if statement else "Nothing is new: this head was signed before.")


@audit.command("restored")
@click.option("--reason", required=True, help="Why, in a sentence that names nobody: it stays in the log.")
@_in_one_sentence
def declare_restored(reason: str) -> None:
    """Declare that a backup was restored: the log goes on from there, and says what was lost."""
    _start_django()
    from suone.ground.access.errors import Refused
    from suone.ground.audit import anchors
    from suone.ground.audit.sealing import seal

    try:
        restoration = anchors.declare_restored(reason)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    seal()
    click.echo(f"The log goes on from {restoration.head.size} entries; {restoration.lost} sealed entries were lost.")


@main.group()
def procedures() -> None:
    """Check, draw and publish how a canton works."""


@procedures.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@_in_one_sentence
def check_procedures(files: tuple[str, ...]) -> None:
    """Check procedure files; every problem is named with its line. The exit code is 1 when something is found."""
    _setup_django()
    from suone.canton.procedures.loading import BrokenProcedure, read_procedure

    found = 0
    for file in files:
        try:
            procedure = read_procedure(_text_of(file), file)
        except BrokenProcedure as broken:
            found += len(broken.problems)
            for problem in broken.problems:
                click.echo(problem)
        else:
            click.echo(f"{file}: {procedure.identifier} {procedure.version}, {len(procedure.phases)} phases, is sound.")
    if found:
        raise click.ClickException(f"Mend the file and check again: {found} problems.")


@procedures.command("draw")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--language", type=click.Choice(["de", "fr", "en"]), default="de", help="The language of the drawing.")
@click.option("--to", "target", type=click.Path(dir_okay=False), help="Where the SVG goes; the screen otherwise.")
@_in_one_sentence
def draw_procedure(file: str, language: str, target: str | None) -> None:
    """Draw a procedure file as SVG."""
    _setup_django()
    from django.utils import translation

    from suone.canton.procedures.described import drawing

    with translation.override(language):
        picture = drawing(_sound(file), alone=True)
    if target is None:
        click.echo(picture)
    else:
        Path(target).write_text(picture)


@procedures.command("publish")
@click.argument("names", nargs=-1, required=True)
@_in_one_sentence
def publish_procedures(names: tuple[str, ...]) -> None:
    """Publish procedures: shipped ones by name (vs-complex), a canton's own by file; new cases begin under them."""
    _start_django()
    from suone.canton.procedures.loading import FOLDER
    from suone.canton.procedures.services import publish
    from suone.ground.access.acting import acting_for_job
    from suone.ground.access.database import acting_as
    from suone.ground.access.errors import Refused

    acting = acting_for_job("procedures: publish")
    for name in names:
        path = Path(name) if Path(name).is_file() else FOLDER / f"{name}.toml"
        if not path.is_file():
            shipped = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
            raise click.ClickException(f"There is no procedure {name}: name a file, or one of {shipped}.")
        _sound(str(path))
        with acting_as(acting):
            try:
                version = publish(acting, text=_text_of(str(path)), source=path.name)
            except Refused as refusal:
                raise click.ClickException(str(refusal)) from refusal
        click.echo(f"{version.identifier} {version.version} is published.")


def _sound(file: str) -> Any:
    """The procedure of a file, or one sentence a problem."""
    from suone.canton.procedures.loading import BrokenProcedure, read_procedure

    try:
        return read_procedure(_text_of(file), file)
    except BrokenProcedure as broken:
        raise click.ClickException("\n".join(broken.problems)) from broken


@main.group()
def instruments() -> None:
    """Check and publish a canton's own questionnaires and weights."""


@instruments.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@_in_one_sentence
def check_instruments(files: tuple[str, ...]) -> None:
    """Check instrument files; what is wrong is named with its place. The exit code is 1 when something is found."""
    _setup_django()
    from suone.canton.instruments.loading import BrokenInstrument
    from suone.canton.procedures.told import read_telling

    found = 0
    for file in files:
        try:
            instrument = read_telling(_text_of(file), file)
        except BrokenInstrument as broken:
            found += 1
            click.echo(str(broken))
        else:
            questions = len(instrument.items)
            click.echo(f"{file}: {instrument.identifier} {instrument.version}, {questions} questions, is sound.")
    if found:
        raise click.ClickException(f"Mend and check again: {found} files are not sound.")


@instruments.command("publish")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@_in_one_sentence
def publish_instruments(files: tuple[str, ...]) -> None:
    """Publish a canton's own instruments by file; new answers are taken under them."""
    _start_django()
    from suone.canton.instruments.loading import BrokenInstrument
    from suone.canton.instruments.services import publish
    from suone.canton.procedures.told import read_telling
    from suone.ground.access.acting import acting_for_job
    from suone.ground.access.database import acting_as
    from suone.ground.access.errors import Refused

    acting = acting_for_job("instruments: publish")
    for file in files:
        try:
            read_telling(_text_of(file), file)
            with acting_as(acting):
                version = publish(acting, text=_text_of(file), source=Path(file).name)
        except (BrokenInstrument, Refused) as refusal:
            raise click.ClickException(str(refusal)) from refusal
        click.echo(f"{version.identifier} {version.version} is published.")


@instruments.command("retire")
@click.argument("identifier")
@click.argument("version")
@_in_one_sentence
def retire_instrument(identifier: str, version: str) -> None:
    """Take a version out of force; given answers stay, and the one before is in force again."""
    _start_django()
    from suone.canton.instruments.models import InstrumentVersion
    from suone.canton.instruments.services import retire
    from suone.ground.access.acting import acting_for_job
    from suone.ground.access.database import acting_as

    acting = acting_for_job("instruments: retire")
    with acting_as(acting):
        kept = InstrumentVersion.objects.filter(identifier=identifier, version=version).first()
        if kept is None:
            raise click.ClickException(f"No version {version} of {identifier} is published.")
        retire(acting, version=kept)
    click.echo(f"{identifier} {version} is retired.")


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not written in UTF-8: save it so and try again.") from error


def _setup_django() -> None:
    import django

    django.setup()


@main.group()
def register() -> None:
    """The blind register. At an institution: push, renew, who."""
    from suone.config.translations import compile_catalogues

    with suppress(OSError):  # the code may lie where nothing is written: then in English
        compile_catalogues()  # at an institution no server has done it


register.add_command(registerclient.push)
register.add_command(registerclient.renew)
register.add_command(registerclient.who)


@register.group()
def epoch() -> None:
    """A year's keys: open, list, switch, destroy (docs/register-keys.md)."""


@epoch.command("open")
@click.option(
    "--kind",
    type=click.Choice(["voprf", "hmac"]),
    default="voprf",
    show_default=True,
    help="How tokens are made; hmac only where no second operator exists.",
)
@_in_one_sentence
def open_epoch(kind: str) -> None:
    """Make keys and open an epoch; the first answers at once, a later one fills beside the current one."""
    _start_django()
    from suone.register.server import epochs

    with _refusals_said():
        number = epochs.open_epoch(kind)
    click.echo(
        f"Epoch {number} is open. Its keys lie outside the database: keep a copy where the database's copies are not."
    )


@epoch.command("list")
@_in_one_sentence
def list_epochs() -> None:
    """Every epoch and its state; while one fills, how far each institution has come."""
    _start_django()
    from suone.register.server import epochs

    for one in epochs.all_epochs():
        here = "keys here" if one.has_keys else "no keys here"
        click.echo(f"{one.number:>4}  {one.kind}  {one.state}  opened {one.opened_at:%Y-%m-%d}  {here}")
    for there in epochs.progress():
        click.echo(f"      {there.institution}: {there.opening} of {there.current} open registrations in the new epoch")


@epoch.command("switch")
@click.option("--even-if-behind", is_flag=True, help="Also when an institution has not delivered everything yet.")
@_in_one_sentence
def switch_epoch(even_if_behind: bool) -> None:
    """Let the new epoch answer from now on."""
    _start_django()
    from suone.register.server import epochs

    with _refusals_said():
        number = epochs.switch_epoch(even_if_behind=even_if_behind)
    click.echo(f"Epoch {number} answers. Destroy the one before once you are sure.")


@epoch.command("destroy")
@click.argument("number", type=int)
@click.option("--yes", is_flag=True, help="Without asking.")
@_in_one_sentence
def destroy_epoch(number: int, yes: bool) -> None:
    """Destroy an old epoch's keys and table, for good."""
    _start_django()
    from suone.register.server import epochs

    warning = (
        f"The keys of epoch {number} will be overwritten and removed here, and its table dropped. Nobody can undo this. "
        "Copies of the keys elsewhere you must destroy yourself; then old copies of the database stay closed."
    )
    if not yes:
        click.echo(warning)
        click.confirm("Destroy them?", abort=True)
    with _refusals_said():
        epochs.destroy_epoch(number)
    click.echo(f"Epoch {number} is destroyed.")


@register.command("enrol")
@click.argument("institution_code")
@click.option("--basis", required=True, help="The legal basis on which the institution takes part.")
@click.option("--responsible", metavar="EMAIL", help="Who answers for it at the institution.")
@_in_one_sentence
def enrol_institution(institution_code: str, basis: str, responsible: str | None) -> None:
    """Let an institution take part in the register."""
    _start_django()
    from suone.ground.access.acting import acting_for_job
    from suone.ground.access.database import acting_as
    from suone.organisation.appointments.models import Appointment
    from suone.organisation.institutions.models import Institution
    from suone.register.server.services import enrol

    acting = acting_for_job("register: enrol")
    with acting_as(acting), _refusals_said():
        institution = Institution.objects.filter(code=institution_code).first()
        if institution is None:
            codes = ", ".join(Institution.objects.order_by("code").values_list("code", flat=True))
            raise click.ClickException(f"There is no institution {institution_code}: give one of {codes}.")
        person = (
            Appointment.objects.filter(institution=institution, email__iexact=responsible).first()
            if responsible
            else None
        )
        if responsible and person is None:
            raise click.ClickException(f"Nobody at {institution_code} has the address {responsible}.")
        enrol(acting, institution=institution, legal_basis=basis, responsible=person, began_on=acting.today)
    click.echo(f"{institution_code} takes part in the register.")


@register.command("canary")
@_in_one_sentence
def add_canary() -> None:
    """Keep a number that belongs to nobody, read from standard input: whoever touches it is reported."""
    _start_django()
    from suone.ground.access.acting import acting_for_job
    from suone.ground.access.database import acting_as
    from suone.register.server import services

    number = click.prompt("AHV number that belongs to nobody", hide_input=True)
    acting = acting_for_job("register: canary")
    with acting_as(acting), _refusals_said():
        services.add_canary(acting, number=number)
    click.echo("Kept. Whoever registers it or asks about it is reported to the office and to data protection.")


@contextmanager
def _refusals_said() -> Iterator[None]:
    from suone.ground.access.errors import Refused

    try:
        yield
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal


@main.group()
def partner() -> None:
    """Keys for the systems of partners, which come in by the machine door (docs/register.md)."""


@partner.command("create")
@click.argument("institution_code")
@click.argument("name")
@click.option("--responsible", required=True, metavar="EMAIL", help="Who answers for the system at the institution.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The key's last day; without one it runs until ended.")
@_in_one_sentence
def create_partner(institution_code: str, name: str, responsible: str, until: datetime | None) -> None:
    """Make a key for the system NAME of an institution, and show it once."""
    _start_django()
    from suone.ground.access.acting import acting_for_job
    from suone.ground.access.database import acting_as
    from suone.ground.access.errors import Refused
    from suone.organisation.appointments.models import Appointment
    from suone.organisation.appointments.services import create_partner_system
    from suone.organisation.institutions.models import Institution

    acting = acting_for_job("partner systems: create")
    with acting_as(acting):
        institution = Institution.objects.filter(code=institution_code).first()
        if institution is None:
            codes = ", ".join(Institution.objects.order_by("code").values_list("code", flat=True))
            raise click.ClickException(f"There is no institution {institution_code}: give one of {codes}.")
        person = Appointment.objects.filter(institution=institution, email__iexact=responsible).first()
        if person is None:
            raise click.ClickException(
                f"Nobody at {institution_code} has the address {responsible}: enter the person in the directory first."
            )
        try:
            system, key = create_partner_system(
                acting,
                institution=institution,
                name=name,
                responsible=person,
                valid_until=until.date() if until else None,
            )
        except Refused as refusal:
            raise click.ClickException(str(refusal)) from refusal
    click.echo(
        f"System {system.pk}. Its key is shown this once: hand it over by a safe way and keep no copy.", err=True
    )
    click.echo(key)


@partner.command("list")
@_in_one_sentence
def list_partners() -> None:
    """Every system with a key: whose it is, who answers for it, until when, and when it last came."""
    _start_django()
    from suone.ground.access.acting import acting_for_job
    from suone.ground.access.database import acting_as
    from suone.organisation.appointments.models import PartnerSystem

    acting = acting_for_job("partner systems: list")
    with acting_as(acting):
        for system in PartnerSystem.objects.select_related("institution", "responsible"):
            until = "ended" if system.ended_at else f"until {system.valid_until or 'ended'}"
            used = f"last used {system.last_used_at:%Y-%m-%d}" if system.last_used_at else "never used"
            left = " (has left: name somebody else)" if system.responsible.has_ended(on=acting.today) else ""
            click.echo(
                f"{system.pk:>4}  {system.institution.code}  {system.name}  {system.responsible.full_name}{left}  {until}  {used}"
            )


@partner.command("end")
@click.argument("number", metavar="ID", type=int)
@_in_one_sentence
def end_partner(number: int) -> None:
    """End a key at once; ID is the number in the list."""
    _start_django()
    from suone.ground.access.acting import acting_for_job
    from suone.ground.access.database import acting_as
    from suone.ground.access.errors import Refused
    from suone.organisation.appointments.models import PartnerSystem
    from suone.organisation.appointments.services import end_partner_system

    acting = acting_for_job("partner systems: end")
    with acting_as(acting):
        system = PartnerSystem.objects.filter(pk=number).first()
        if system is None:
            raise click.ClickException(f"There is no system {number}: suone partner list shows them.")
        try:
            end_partner_system(acting, system=system)
        except Refused as refusal:
            raise click.ClickException(str(refusal)) from refusal
    click.echo("The key opens nothing any more.")


@main.group()
def access() -> None:
    """Prove who may open what."""


@access.command("verify")
@_in_one_sentence
def verify_access() -> None:
    """Compare the grants in force with the acts behind them; the exit code is 1 when something is found."""
    _start_django()
    from suone.records.consents.drift import find_drift

    found = find_drift()
    for drift in found:
        click.echo(drift.sentence)
    if found:
        raise click.ClickException(f"Access and acts do not meet: {len(found)} findings.")
    click.echo("Every access in force stands on its act.")


def _start_django(*, quiet: bool = False) -> None:
    if quiet:  # what is printed goes into a file
        with redirect_stdout(sys.stderr):
            _start_embedded_server()
    else:
        _start_embedded_server()
    _setup_django()
    from django.utils import translation

    translation.activate("en")  # as all that the command says


def _prepare_database() -> None:
    _start_embedded_server(prepare=True)
    with _step("Bring the database to this version"):
        _manage("migrate", database="owner", interactive=False, verbosity=0)


def _make_files_ready() -> None:
    _compile_translations()
    with _step("Collect pictures and styles"):
        _manage("collectstatic", interactive=False, verbosity=0)


def _compile_translations() -> None:
    from suone.config.translations import compile_catalogues

    with _step("Compile translations"):
        compile_catalogues()


def _start_embedded_server(*, prepare: bool = False) -> None:
    from django.conf import settings

    from suone.config import embedded, env
    from suone.config import prepare as preparing

    if not env.uses_embedded_server():
        if prepare:
            with _step("Ask the database server"):
                preparing.prepare_given(settings.DATABASES["owner"], settings.DATABASES["default"])
        return
    with _step("Start the embedded PostgreSQL server"):
        embedded.start(settings.VAR)
    if prepare:
        preparing.prepare_embedded(settings.VAR)


def _manage(command: str, **options: Any) -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command(command, **options)


def _gunicorn(port: int) -> list[str]:
    from suone.config import env

    return [
        "-m", "gunicorn", "suone.config.wsgi:application",
        "--bind", f"{env.text('SUONE_BIND')}:{port}",
        "--worker-class", "gthread",
        "--workers", str(env.number("SUONE_WEB_WORKERS", least=1, most=64)),
        "--threads", str(env.number("SUONE_WEB_THREADS", least=1, most=64)),
        "--keep-alive", "30",
        "--graceful-timeout", "5",
        "--log-level", "warning",
    ]  # fmt: skip


def _worker() -> list[str]:
    return ["-m", "suone.config.working"]


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} is taken by another program: stop it, or choose another one, such as SUONE_PORT=8799."
            ) from error


def _run_until_stopped(
    commands: list[list[str]], port: int, logins: list[tuple[str, str, str]], *, aside: list[str] | None
) -> None:
    """Run the parts as children of this process; the end of one, or Ctrl-C, ends all.

    What runs ``aside`` begins once the log-ins are printed, and may end by itself.
    """
    from suone.config import embedded, env

    def told_to_stop(*_args: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, told_to_stop)
    # Their own group: Ctrl-C reaches us alone, and we end them in order.
    # Only trouble is logged: lines for each request would push the log-ins off the screen.
    os.environ.setdefault("SUONE_LOG_LEVEL", "WARNING")
    children = [_started(command) for command in commands]
    others = []
    try:
        _wait_for_port(port, children)
        if all(child.poll() is None for child in children):
            _print_logins(port, logins)
            others = [_started(aside)] if aside else []
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
        raise click.ClickException("A part of the demo has ended by itself: read the lines above.")
    except KeyboardInterrupt:
        click.echo("\n  Stopping …")
    finally:
        for child in [*others, *children]:
            child.terminate()
        for child in [*others, *children]:
            _end(child)
        if env.uses_embedded_server():
            embedded.stop(env.var_folder())


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, *command], start_new_session=True)  # noqa: S603 - our own commands


def _end(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _wait_for_port(port: int, children: list[subprocess.Popen[bytes]]) -> None:
    for _attempt in range(200):
        if any(child.poll() is not None for child in children):
            return
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


def _print_logins(port: int, logins: list[tuple[str, str, str]]) -> None:
    click.echo(f"\n  Suone is ready: http://localhost:{port}\n")
    click.echo("  Demo log-ins (fictional people):")
    widths = [max(len(login[column]) for login in logins) for column in (0, 1)]
    for role, email, password in logins:
        click.echo(f"    {role:<{widths[0]}}  {email:<{widths[1]}}  {password}")
    click.echo("\n  Ctrl-C stops everything.\n")


administration.add_to(main, start=lambda: _start_django())


if __name__ == "__main__":
    main()
