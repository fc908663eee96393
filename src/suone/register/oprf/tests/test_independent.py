"""Another implementation (voprf, in Rust) at the other end of the wire."""

import pytest
from voprf import ristretto

from suone.register.oprf import Evaluation, InvalidProof, blind, derive_key_pair, direct, evaluate, finalize

_SEED, _INFO = b"\x17" * 32, b"cross-check"
_NUMBERS = [f"756{place:010}".encode() for place in range(50)]


@pytest.fixture
def theirs():
    return ristretto.Evaluator.from_seed(_SEED, _INFO)


@pytest.fixture
def ours():
    return derive_key_pair(_SEED, _INFO)


def _read(answer):
    """Their wire form: the proof, then the elements."""
    data = answer.serialize()
    return Evaluation(elements=data[64:], proof=data[:64])


def _written(evaluation):
    return evaluation.proof + evaluation.elements


def test_both_derive_the_same_keys(ours, theirs):
    assert ours[1] == theirs.public_key.serialize()


def test_both_find_the_same_outputs(ours, theirs):
    assert direct(ours[0], _NUMBERS) == [theirs.evaluate_known_input(number) for number in _NUMBERS]


def test_our_client_accepts_their_batches(ours, theirs):
    blinded = blind(_NUMBERS)
    elements = [blinded.elements[start : start + 32] for start in range(0, len(blinded.elements), 32)]

    answer = theirs.evaluate_batch([ristretto.BlindedInput.deserialize(element) for element in elements])

    assert finalize(_NUMBERS, blinded, _read(answer), ours[1]) == direct(ours[0], _NUMBERS)


def test_their_client_accepts_our_batches(ours, theirs):
    clients, blinded = zip(*map(ristretto.Client.blind, _NUMBERS), strict=True)

    answer = evaluate(ours[0], b"".join(element.serialize() for element in blinded))

    batch = ristretto.VerifiableBatchOutput.deserialize(_written(answer))
    outputs = ristretto.Client.finalize_batch(list(clients), batch, theirs.public_key)
    assert outputs == direct(ours[0], _NUMBERS)


def test_neither_accepts_another_key_of_the_other(ours):
    stranger = ristretto.Evaluator(b"\x18" * 32)
    blinded = blind(_NUMBERS[:1])

    answer = stranger.evaluate(ristretto.BlindedInput.deserialize(blinded.elements))

    with pytest.raises(InvalidProof):
        finalize(_NUMBERS[:1], blinded, _read(answer), ours[1])
    client, element = ristretto.Client.blind(_NUMBERS[0])
    output = ristretto.VerifiableOutput.deserialize(_written(evaluate(ours[0], element.serialize())))
    with pytest.raises(ValueError, match="invalid proof"):
        client.finalize(output, stranger.public_key)
