"""What holds for every input and key, and what is refused."""

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suone.register.oprf import (
    Blinded,
    Evaluation,
    InvalidElement,
    InvalidProof,
    InvalidScalar,
    Mode,
    blind,
    derive_key_pair,
    direct,
    evaluate,
    finalize,
    new_secret_key,
    protocol,
    public_key,
)

_IDENTITY = bytes(32)
_ORDER = (2**252 + 27742317777372353535851937790883648493).to_bytes(32, "little")
_NOT_ELEMENTS = {  # the first of each group of bad encodings in RFC 9496, appendix A.3
    "not canonical": "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "above the field": "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "negative": "0100000000000000000000000000000000000000000000000000000000000000",
    "not a square": "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "identity": _IDENTITY.hex(),
    "too short": "ab",
}
_NUMBERS = [b"7560000000001", b"7560000000018", b"7560000000025"]


@pytest.fixture
def secret():
    return new_secret_key()


@pytest.fixture
def blinded():
    return blind(_NUMBERS)


def _swapped(joined):
    return joined[32:64] + joined[:32] + joined[64:]


def _flipped(data, place=0):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


# ---- what holds


@given(
    inputs=st.lists(st.binary(max_size=40), max_size=6),
    seed=st.binary(min_size=32, max_size=32),
    mode=st.sampled_from(Mode),
)
def test_the_protocol_gives_what_one_party_with_everything_would_find(inputs, seed, mode):
    secret, public = derive_key_pair(seed, b"", mode)
    blinded = blind(inputs, mode)

    outputs = finalize(inputs, blinded, evaluate(secret, blinded.elements, mode), public, mode)

    assert outputs == direct(secret, inputs, mode)
    assert {len(output) for output in outputs} <= {64}


def test_the_service_sees_other_elements_each_time():
    assert blind(_NUMBERS).elements != blind(_NUMBERS).elements


def test_two_keys_share_no_output():
    assert not set(direct(new_secret_key(), _NUMBERS)) & set(direct(new_secret_key(), _NUMBERS))


def test_two_modes_share_no_output(secret):
    assert not set(direct(secret, _NUMBERS, Mode.OPRF)) & set(direct(secret, _NUMBERS, Mode.VOPRF))


def test_the_mode_without_proof_has_none(secret):
    assert evaluate(secret, blind(_NUMBERS, Mode.OPRF).elements, Mode.OPRF).proof == b""


def test_blinds_are_not_shown(blinded):
    assert "blinds" not in repr(blinded)
    assert repr(blinded.blinds) not in repr(blinded)


# ---- what is refused


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(lambda e: Evaluation(e.elements, _flipped(e.proof)), id="challenge"),
        pytest.param(lambda e: Evaluation(e.elements, _flipped(e.proof, 32)), id="response"),
        pytest.param(lambda e: Evaluation(e.elements, e.proof[:32] + _ORDER), id="response not canonical"),
        pytest.param(lambda e: Evaluation(e.elements, bytes(64)), id="zeros"),
        pytest.param(lambda e: Evaluation(e.elements, e.proof[:63]), id="short proof"),
        pytest.param(lambda e: Evaluation(e.elements), id="no proof"),
        pytest.param(lambda e: Evaluation(_swapped(e.elements), e.proof), id="order"),
        pytest.param(lambda e: Evaluation(e.elements[:32] * 3, e.proof), id="element"),
        pytest.param(lambda e: evaluate(new_secret_key(), blind(_NUMBERS).elements), id="answer to another question"),
    ],
)
def test_an_answer_that_was_tampered_with_is_refused(tamper, secret, blinded):
    evaluation = evaluate(secret, blinded.elements)

    with pytest.raises(InvalidProof):
        finalize(_NUMBERS, blinded, tamper(evaluation), public_key(secret))


def test_another_key_for_one_element_is_refused(secret, blinded):
    good, bad = evaluate(secret, blinded.elements), evaluate(new_secret_key(), blinded.elements)
    mixed = Evaluation(good.elements[:64] + bad.elements[64:], good.proof)

    with pytest.raises(InvalidProof):
        finalize(_NUMBERS, blinded, mixed, public_key(secret))


def test_another_public_key_is_refused(secret, blinded):
    with pytest.raises(InvalidProof):
        finalize(_NUMBERS, blinded, evaluate(secret, blinded.elements), public_key(new_secret_key()))


def test_a_check_that_is_switched_off_would_be_noticed(secret, blinded, monkeypatch):
    """The planted fault: with it an answer under another key passes, so the tests above do test the check."""
    monkeypatch.setattr(protocol, "_check_proof", lambda *arguments: None)

    outputs = finalize(_NUMBERS, blinded, evaluate(new_secret_key(), blinded.elements), public_key(secret))

    assert len(outputs) == 3
    assert outputs != direct(secret, _NUMBERS)


@pytest.mark.parametrize("bad", _NOT_ELEMENTS.values(), ids=_NOT_ELEMENTS)
def test_what_is_no_element_is_refused_everywhere(bad, secret, blinded):
    bad = bytes.fromhex(bad)
    evaluation = evaluate(secret, blinded.elements)

    with pytest.raises(InvalidElement):
        evaluate(secret, blinded.elements + bad)
    with pytest.raises(InvalidElement):
        finalize(_NUMBERS, blinded, Evaluation(evaluation.elements[:64] + bad, evaluation.proof), public_key(secret))
    with pytest.raises(InvalidElement):
        finalize(_NUMBERS, blinded, evaluation, bad)
    with pytest.raises(InvalidElement):  # where no proof stands before it
        finalize(_NUMBERS[:1], Blinded(blinded.blinds[:32], blinded.elements[:32]), Evaluation(bad), b"", Mode.OPRF)


def test_fewer_or_more_elements_than_inputs_are_refused(secret, blinded):
    evaluation = evaluate(secret, blinded.elements)

    for few in (Evaluation(evaluation.elements[:64], evaluation.proof), Evaluation(b"", b"")):
        with pytest.raises(InvalidElement):
            finalize(_NUMBERS, blinded, few, public_key(secret))
    with pytest.raises(InvalidElement):
        finalize(_NUMBERS[:2], blinded, evaluation, public_key(secret))
    with pytest.raises(InvalidElement):
        finalize(_NUMBERS, Blinded(blinded.blinds[:40], blinded.elements), evaluation, public_key(secret))


@pytest.mark.parametrize("bad", [bytes(32), _ORDER, b"\xff" * 32, b"short", b""])
def test_a_bad_key_is_refused(bad, blinded):
    for act in (public_key, lambda key: evaluate(key, blinded.elements), lambda key: direct(key, _NUMBERS)):
        with pytest.raises(InvalidScalar):
            act(bad)


def test_a_seed_has_32_bytes():
    with pytest.raises(ValueError, match="32 bytes"):
        derive_key_pair(b"short", b"")


def test_what_two_bytes_cannot_count_is_refused(secret):
    with pytest.raises(ValueError, match="65'535 elements"):
        evaluate(secret, bytes(32 * 65536))
    with pytest.raises(ValueError, match="65'535 elements"):
        blind([b""] * 65536)
    with pytest.raises(ValueError, match="65'535 bytes"):
        direct(secret, [bytes(65536)])


def test_refusals_name_neither_key_nor_input(secret, blinded):
    with pytest.raises(InvalidProof) as refused:
        finalize(_NUMBERS, blinded, evaluate(new_secret_key(), blinded.elements), public_key(secret))

    printed = "".join(traceback.format_exception_only(refused.value))
    assert not any(number.decode() in printed for number in _NUMBERS)
    assert secret.hex() not in printed
