"""Numbers become tokens, with either tokenizer."""

import pytest

from suone.register.oprf import Evaluation, InvalidProof, direct, evaluate, new_secret_key, public_key
from suone.register.oprf.tokenizers import HmacTokenizer, Tokenizer, VoprfTokenizer

_NUMBERS = [f"756{place:010}" for place in range(7)]


@pytest.fixture
def secret():
    return new_secret_key()


def test_the_service_is_asked_in_batches_and_sees_no_number(secret):
    asked = []

    def service(elements):
        asked.append(elements)
        return evaluate(secret, elements)

    tokenizer: Tokenizer = VoprfTokenizer(service, public_key(secret), batch=3)

    assert tokenizer.tokens(_NUMBERS) == direct(secret, [number.encode() for number in _NUMBERS])
    assert [len(elements) // 32 for elements in asked] == [3, 3, 1]
    assert not any(number.encode() in elements for number in _NUMBERS for elements in asked)


def test_one_bad_batch_leaves_no_tokens(secret):
    asked = []

    def service(elements):
        asked.append(elements)
        answer = evaluate(secret, elements)
        return answer if len(asked) < 3 else Evaluation(answer.elements, bytes(64))

    with pytest.raises(InvalidProof):
        VoprfTokenizer(service, public_key(secret), batch=3).tokens(_NUMBERS)


def test_nothing_asked_is_nothing_answered(secret):
    assert VoprfTokenizer(lambda elements: evaluate(secret, elements), public_key(secret)).tokens([]) == []


def test_a_shared_key_gives_the_known_hmac():
    token = HmacTokenizer(b"k" * 32).tokens(["7561234567897"])

    assert [len(each) for each in token] == [32]
    assert token == HmacTokenizer(b"k" * 32).tokens(["7561234567897"])
    assert token != HmacTokenizer(b"l" * 32).tokens(["7561234567897"])


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        HmacTokenizer(b"short")


@pytest.mark.parametrize(
    "bad", ["756.1234.5678.97", "756123456789", "75612345678970", "７５６1234567897", "", "7561234567897\n"]
)
def test_only_13_digits_are_a_number_and_none_is_repeated(bad, secret):
    for tokenizer in (HmacTokenizer(b"k" * 32), VoprfTokenizer(lambda e: evaluate(secret, e), public_key(secret))):
        with pytest.raises(ValueError, match="13 digits") as refused:
            tokenizer.tokens(["7561234567897", bad])
        assert "756" not in str(refused.value)
