"""``suone audit``: seal the log, prove what is in it, and witness it from another machine.

Checking a proof and witnessing need no database.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import TextIO

import click

from suone.ground.console.database import reach_database
from suone.ground.console.trouble import Commands

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_LATE = timedelta(minutes=10)  # without a seal, of which there is one each minute


@click.group(cls=Commands)
def audit() -> None:
    """Seal the log, and prove what is in it."""


@audit.command("seal")
def seal_log() -> None:
    """Seal the entries written since the last seal."""
    reach_database()
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
def verify_log(witness: Path | None) -> None:
    """Recompute every seal; the exit code is 1 when something is found."""
    reach_database()
    from django.utils import timezone

    from suone.ground.audit.copying import lag
    from suone.ground.audit.sealing import unsealed_since
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
    oldest = unsealed_since()
    is_late = oldest is not None and oldest < timezone.now() - _LATE
    if is_late:
        click.echo(f"An entry has been waiting for its seal since {oldest:%Y-%m-%d %H:%M}: check that the worker runs.")
    behind = lag()
    if behind is None:
        click.echo("The folder for copies of the log is not available: check it.")
    elif behind:
        click.echo(f"The copies outside the database lag behind by {behind} sealed entries.")
    if proof.findings:
        raise click.ClickException(f"The log is not whole: {len(proof.findings)} findings.")
    if is_late:
        raise click.ClickException("The log is not being sealed.")
    click.echo("The log is whole.")


@audit.command("prove")
@click.argument("entry", type=click.IntRange(min=1))
def prove_entry(entry: int) -> None:
    """Print the proof that an entry is in the log; it can be checked without the database."""
    reach_database(quiet=True)
    from suone.ground.audit import proving

    click.echo(json.dumps(proving.prove_entry(entry), indent=1))


@audit.command("growth")
@click.option(
    "--since", type=click.IntRange(min=0), default=0, help="How many entries the log had then; 0 for its beginning."
)
def prove_growth(since: int) -> None:
    """Print the proof that the log has only grown; a witness signs it."""
    reach_database(quiet=True)
    from suone.ground.audit import proving

    click.echo(json.dumps(proving.prove_growth(since), indent=1))


@audit.command("check-proof")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--key", type=_FILE, help="The log's public key; that of this installation otherwise.")
def check_proof(file: TextIO, key: Path | None) -> None:
    """Check a proof by the log's public key, without the database; the exit code is 1 when it does not hold."""
    from suone.ground.audit import heads, proofs

    key = key or _key_of_this_installation()
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
def declare_restored(reason: str) -> None:
    """Declare that a backup was restored: the log continues from there and records what was lost."""
    reach_database()
    from suone.ground.audit import anchors
    from suone.ground.audit.sealing import seal

    restoration = anchors.declare_restored(reason)
    seal()
    click.echo(f"The log goes on from {restoration.head.size} entries; {restoration.lost} sealed entries were lost.")


def _key_of_this_installation() -> Path:
    from django.conf import settings

    return Path(settings.KEYS_FOLDER) / "audit-anchor.pub"
