"""What RFC 9497 says must come out, byte for byte."""

import json
from pathlib import Path

import pytest

from suone.register.oprf import Mode, blind, derive_key_pair, direct, evaluate, finalize, public_key, sodium

_SUITES = json.loads((Path(__file__).parent / "vectors.json").read_text())["suites"]
_VECTORS = [(suite, vector) for suite in _SUITES for vector in suite["vectors"]]


def _read(text):
    return [bytes.fromhex(part) for part in text.split(",")]


def test_all_vectors_are_here():
    assert [(suite["mode"], vector["Batch"]) for suite, vector in _VECTORS] == [(0, 1), (0, 1), (1, 1), (1, 1), (1, 2)]


@pytest.mark.parametrize("suite", _SUITES, ids=lambda suite: Mode(suite["mode"]).name)
def test_keys_follow_from_the_seed(suite):
    mode = Mode(suite["mode"])

    secret, public = derive_key_pair(bytes.fromhex(suite["seed"]), bytes.fromhex(suite["keyInfo"]), mode)

    assert b"HashToGroup-" + mode.context == bytes.fromhex(suite["groupDST"])
    assert secret.hex() == suite["skSm"]
    assert public == public_key(secret)
    assert public.hex() == suite.get("pkSm", public.hex())


@pytest.mark.parametrize(("suite", "vector"), _VECTORS)
def test_every_step_gives_the_bytes_of_the_rfc(suite, vector, monkeypatch):
    mode, secret = Mode(suite["mode"]), bytes.fromhex(suite["skSm"])
    inputs, blinds = _read(vector["Input"]), _read(vector["Blind"])
    proof = vector.get("Proof", {"proof": "", "r": ""})
    scalars = iter([*blinds, bytes.fromhex(proof["r"])])
    monkeypatch.setattr(sodium, "random_scalar", lambda: next(scalars))

    blinded = blind(inputs, mode)
    evaluation = evaluate(secret, blinded.elements, mode)

    assert blinded.elements == b"".join(_read(vector["BlindedElement"]))
    assert evaluation.elements == b"".join(_read(vector["EvaluationElement"]))
    assert evaluation.proof.hex() == proof["proof"]
    assert finalize(inputs, blinded, evaluation, public_key(secret), mode) == _read(vector["Output"])
    assert direct(secret, inputs, mode) == _read(vector["Output"])
