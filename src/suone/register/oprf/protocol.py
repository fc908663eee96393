"""RFC 9497 with the suite ristretto255-SHA512 (section 4.1), in the modes OPRF (section 3.3.1) and VOPRF (section 3.3.2).

Many elements are one string of 32 bytes each, as they travel. The names in comments are those of the RFC.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from hashlib import sha512

from suone.register.oprf import sodium

_SUITE = b"ristretto255-SHA512"
_MOST = 0xFFFF  # lengths and places are written in two bytes


class Mode(Enum):
    """Whether the service proves that it used the key it is known by (section 3.1)."""

    OPRF = 0
    VOPRF = 1

    @property
    def context(self) -> bytes:
        """CreateContextString: keeps modes and suites apart."""
        return b"OPRFV1-" + bytes([self.value]) + b"-" + _SUITE


class InvalidProof(ValueError):
    """The service did not use the key it is known by, or somebody changed its answer."""

    def __init__(self) -> None:
        super().__init__("The proof of the token service does not hold.")


@dataclass(frozen=True)
class Blinded:
    """What the client keeps (the blinds, which open the elements) and what it sends: 32 bytes for each input."""

    blinds: bytes = field(repr=False)
    elements: bytes


@dataclass(frozen=True)
class Evaluation:
    """The service's answer: 32 bytes for each element, and one proof of 64 bytes for them all (none in mode OPRF)."""

    elements: bytes
    proof: bytes = b""


# ---- keys


def new_secret_key() -> bytes:
    """A secret key: a random scalar of 32 bytes (section 3.2, GenerateKeyPair)."""
    return sodium.random_scalar()


def derive_key_pair(seed: bytes, info: bytes, mode: Mode = Mode.VOPRF) -> tuple[bytes, bytes]:
    """The secret and public key that follow from a seed of 32 bytes and a public word (section 3.2.1)."""
    if len(seed) != 32:
        raise ValueError("A seed has 32 bytes.")
    for counter in range(256):
        secret = _hash_to_scalar(seed + _with_length(info) + bytes([counter]), b"DeriveKeyPair" + mode.context)
        if any(secret):
            return secret, public_key(secret)
    raise AssertionError("256 hashes were zero")  # DeriveKeyPairError: cannot be met


def public_key(secret: bytes) -> bytes:
    """The public key of 32 bytes that belongs to a secret key. Raises InvalidScalar."""
    sodium.check_scalar(secret)
    return sodium.multiply_generator(secret)


# ---- the protocol, step by step


def blind(inputs: Sequence[bytes], mode: Mode = Mode.VOPRF) -> Blinded:
    """Client: hide each input behind a random factor of its own (section 3.3.1, Blind). At most 65'535 inputs."""
    _check_count(len(inputs))
    blinds = [sodium.random_scalar() for _ in inputs]
    elements = (
        sodium.multiply(factor, _hash_to_group(data, mode)) for factor, data in zip(blinds, inputs, strict=True)
    )
    return Blinded(blinds=b"".join(blinds), elements=b"".join(elements))


def evaluate(secret: bytes, elements: bytes, mode: Mode = Mode.VOPRF) -> Evaluation:
    """Service: multiply each element by the key and prove it (sections 3.3.1 and 3.3.2, BlindEvaluate).

    Raises InvalidScalar for a bad key and InvalidElement if one element is bad; then nothing is answered.
    """
    sodium.check_scalar(secret)
    blinded = _split(elements)
    evaluated = [sodium.multiply(secret, element) for element in blinded]
    if mode is Mode.OPRF or not blinded:
        return Evaluation(elements=b"".join(evaluated))
    return Evaluation(elements=b"".join(evaluated), proof=_prove(secret, blinded, evaluated, mode))


def finalize(
    inputs: Sequence[bytes], blinded: Blinded, evaluation: Evaluation, public: bytes, mode: Mode = Mode.VOPRF
) -> list[bytes]:
    """Client: check the proof, take the blinds away and hash (section 3.3.1, Finalize). 64 bytes for each input.

    Raises InvalidProof, or InvalidElement if an element or the public key is bad: all outputs or none.
    """
    sent, received = _split(blinded.elements), _split(evaluation.elements)
    if not len(inputs) == len(sent) == len(received) or len(blinded.blinds) != len(blinded.elements):
        raise sodium.InvalidElement
    if mode is Mode.VOPRF and inputs:
        _check_proof(evaluation.proof, public, sent, received, mode)
    inverses = sodium.inverses(_chunks(blinded.blinds))
    return [
        _output(data, sodium.multiply(inverse, element))
        for data, inverse, element in zip(inputs, inverses, received, strict=True)
    ]


def direct(secret: bytes, inputs: Sequence[bytes], mode: Mode = Mode.VOPRF) -> list[bytes]:
    """Who holds both key and inputs: the outputs of the protocol without it (section 3.3.1, Evaluate)."""
    sodium.check_scalar(secret)
    return [_output(data, sodium.multiply(secret, _hash_to_group(data, mode))) for data in inputs]


def _output(data: bytes, element: bytes) -> bytes:
    return sha512(_with_length(data) + _with_length(element) + b"Finalize").digest()


# ---- the proof that one key was used for all (section 2.2)


def _prove(secret: bytes, blinded: list[bytes], evaluated: list[bytes], mode: Mode) -> bytes:
    """GenerateProof (section 2.2.1): challenge and response, 64 bytes."""
    public = public_key(secret)
    m = _composite(_weights(public, blinded, evaluated, mode), blinded)
    z = sodium.multiply(secret, m)  # ComputeCompositesFast
    nonce = sodium.random_scalar()
    challenge = _challenge(public, m, z, sodium.multiply_generator(nonce), sodium.multiply(nonce, m), mode)
    return challenge + sodium.scalar_difference(nonce, sodium.scalar_product(challenge, secret))


def _check_proof(proof: bytes, public: bytes, blinded: list[bytes], evaluated: list[bytes], mode: Mode) -> None:
    """VerifyProof (section 2.2.2). Raises InvalidProof or InvalidElement."""
    if len(proof) != 2 * sodium.SCALAR:
        raise InvalidProof
    challenge, response = _chunks(proof)
    try:
        sodium.check_scalar(challenge)
        sodium.check_scalar(response)
    except sodium.InvalidScalar:
        raise InvalidProof from None
    weights = list(_weights(public, blinded, evaluated, mode))
    m, z = _composite(weights, blinded), _composite(weights, evaluated)
    t2 = sodium.add(sodium.multiply_generator(response), sodium.multiply(challenge, public))
    t3 = sodium.add(sodium.multiply(response, m), sodium.multiply(challenge, z))
    if _challenge(public, m, z, t2, t3, mode) != challenge:
        raise InvalidProof


def _weights(public: bytes, blinded: list[bytes], evaluated: list[bytes], mode: Mode) -> Iterator[bytes]:
    """A factor for each pair, which neither side could choose (the ``di`` of ComputeComposites, section 2.2.1)."""
    seed = _with_length(sha512(_with_length(public) + _with_length(b"Seed-" + mode.context)).digest())
    for place, (one, other) in enumerate(zip(blinded, evaluated, strict=True)):
        transcript = seed + place.to_bytes(2) + _with_length(one) + _with_length(other) + b"Composite"
        yield _hash_to_scalar(transcript, b"HashToScalar-" + mode.context)


def _composite(weights: Iterable[bytes], elements: list[bytes]) -> bytes:
    """The weighted sum that stands for all elements at once."""
    return reduce(sodium.add, map(sodium.multiply, weights, elements))


def _challenge(public: bytes, m: bytes, z: bytes, t2: bytes, t3: bytes, mode: Mode) -> bytes:
    transcript = b"".join(map(_with_length, (public, m, z, t2, t3))) + b"Challenge"
    return _hash_to_scalar(transcript, b"HashToScalar-" + mode.context)


# ---- hashing and bytes


def _hash_to_group(data: bytes, mode: Mode) -> bytes:
    return sodium.element_from_uniform(_expand(data, b"HashToGroup-" + mode.context))


def _hash_to_scalar(data: bytes, domain: bytes) -> bytes:
    return sodium.scalar_from_uniform(_expand(data, domain))


def _expand(data: bytes, domain: bytes) -> bytes:
    """RFC 9380, section 5.3.1, expand_message_xmd with SHA-512 to 64 bytes, which is one block."""
    domain += bytes([len(domain)])
    first = sha512(bytes(128) + data + (64).to_bytes(2) + b"\0" + domain).digest()
    return sha512(first + b"\1" + domain).digest()


def _with_length(data: bytes) -> bytes:
    if len(data) > _MOST:
        raise ValueError("An input has at most 65'535 bytes.")
    return len(data).to_bytes(2) + data


def _split(elements: bytes) -> list[bytes]:
    if len(elements) % sodium.ELEMENT:
        raise sodium.InvalidElement
    _check_count(len(elements) // sodium.ELEMENT)
    return _chunks(elements)


def _chunks(joined: bytes) -> list[bytes]:
    return [joined[start : start + 32] for start in range(0, len(joined), 32)]


def _check_count(count: int) -> None:
    if count > _MOST:
        raise ValueError("A batch has at most 65'535 elements.")
