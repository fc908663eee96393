"""How an institution makes tokens of AHV numbers: one interface, whatever implements it."""

import re
from collections.abc import Callable, Sequence
from hmac import digest
from typing import Protocol

from suone.register.oprf.protocol import Evaluation, blind, finalize

_NUMBER = re.compile(r"[0-9]{13}", re.ASCII)


class Tokenizer(Protocol):
    """Makes tokens: the same number always gives the same token, and no token leads back without the keys."""

    def tokens(self, numbers: Sequence[str]) -> list[bytes]:
        """A token for each AHV number, written as its 13 digits. Raises ValueError for anything else."""
        ...


class VoprfTokenizer:
    """Tokens of 64 bytes from a token service that never sees a number; the default.

    ``evaluate`` asks the service, here or over the network; ``public`` is the key the service is known by. Raises
    InvalidProof or InvalidElement when an answer does not hold, and whatever ``evaluate`` raises.
    """

    def __init__(self, evaluate: Callable[[bytes], Evaluation], public: bytes, batch: int = 1000) -> None:
        self._evaluate = evaluate
        self._public = public
        self._batch = batch

    def tokens(self, numbers: Sequence[str]) -> list[bytes]:
        inputs = _as_bytes(numbers)
        batches = (inputs[start : start + self._batch] for start in range(0, len(inputs), self._batch))
        return [token for batch in batches for token in self._ask(batch)]

    def _ask(self, inputs: list[bytes]) -> list[bytes]:
        blinded = blind(inputs)
        return finalize(inputs, blinded, self._evaluate(blinded.elements), self._public)


class HmacTokenizer:
    """Tokens of 32 bytes from a key that every institution holds: weaker, for where no second operator exists."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("A key has at least 32 bytes.")
        self._key = key

    def tokens(self, numbers: Sequence[str]) -> list[bytes]:
        return [digest(self._key, data, "sha256") for data in _as_bytes(numbers)]


def _as_bytes(numbers: Sequence[str]) -> list[bytes]:
    if not all(_NUMBER.fullmatch(number) for number in numbers):
        raise ValueError("An AHV number is written as its 13 digits.")  # names none: it may be somebody's
    return [number.encode("ascii") for number in numbers]
