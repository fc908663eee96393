"""What the commands about the log print and refuse; those for a witness and for proofs need no database."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from suone.ground.audit import heads, merkle, proofs
from suone.ground.audit.commands import audit
from suone.ground.audit.heads import Head
from suone.ground.console.tests.running import run

LINES = ["(1,100,read)", "(2,200,read)", "(3,300,read)"]
SALT = bytes(16)


def _node(level: int, index: int) -> bytes:
    leaves = [merkle.leaf_hash(SALT + line.encode()) for line in LINES]
    tree = merkle.Frontier()
    for leaf in leaves[index << level : (index + 1) << level]:
        tree.add(leaf)
    return tree.root()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A folder with the public key of a log of three entries, and proofs about it."""
    key = heads.private_key(tmp_path / "log.pem")
    signed = {
        size: heads.signed(Head(size, size, merkle.root_of(size, _node), "2026-11-29T12:00:00+00:00").statement(), key)
        for size in (1, 3)
    }
    path = merkle.inclusion_path(1, 3, _node)
    entry = proofs.inclusion(entry=2, columns=["id"], line=LINES[1], salt=SALT, place=1, path=path, head=signed[3])
    (tmp_path / "entry.json").write_text(json.dumps(entry))
    (tmp_path / "first.json").write_text(json.dumps(proofs.growth(older=None, newer=signed[1], path=[])))
    grown = proofs.growth(older=signed[1], newer=signed[3], path=merkle.consistency_path(1, 3, _node))
    (tmp_path / "grown.json").write_text(json.dumps(grown))
    return tmp_path


def _run(*words: object) -> Result:
    return run(audit, *words)


def test_a_proof_is_checked_with_the_public_key_alone(log: Path) -> None:
    done = _run("check-proof", log / "entry.json", "--key", log / "log.pub")

    assert done.exit_code == 0
    assert "Entry 2 is in the log of 3 entries" in done.output
    assert LINES[1] in done.output


@pytest.mark.parametrize("text", ["", "[]"])
def test_a_proof_that_does_not_hold_ends_with_an_error(log: Path, text: str) -> None:
    changed = log / "changed.json"
    changed.write_text(text or (log / "entry.json").read_text().replace("(2,200,read)", "(2,200,print)"))

    done = _run("check-proof", changed, "--key", log / "log.pub")

    assert done.exit_code == 1
    assert "The proof does not hold." in done.output


def test_a_file_that_is_no_key_is_reported(log: Path) -> None:
    done = _run("check-proof", log / "entry.json", "--key", log / "entry.json")

    assert done.exit_code == 1
    assert "holds no public key" in done.output


def test_a_witness_signs_one_head_after_the_other(log: Path) -> None:
    folder = log / "witness"
    assert (
        "Not signed. This witness does not know the log yet"
        in _run("witness", log / "first.json", "--folder", folder).output
    )

    first = _run("witness", log / "first.json", "--folder", folder, "--key", log / "log.pub")
    assert (first.exit_code, first.output) == (0, "Signed: 1 entries.\n")
    assert _run("witness", "--folder", folder).output == "1\n"
    assert _run("witness", log / "grown.json", "--folder", folder).output == "Signed: 3 entries.\n"
    assert "signed before" in _run("witness", log / "grown.json", "--folder", folder).output

    back = _run("witness", log / "first.json", "--folder", folder)
    assert (back.exit_code, back.output.startswith("Error: Not signed.")) == (1, True)
