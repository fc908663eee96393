"""The oblivious function behind the blind register: two parties compute a token, and only one sees the number.

This is RFC 9497 with the suite ristretto255-SHA512, in the modes OPRF and VOPRF. The institution blinds its numbers, the
token service evaluates them with its key and proves that it used that key, and the institution checks the proof and
takes the blinding away::

    blinded = blind(inputs)                                # institution: keeps blinded.blinds to itself
    evaluation = evaluate(secret, blinded.elements)        # token service: sees elements that say nothing
    tokens = finalize(inputs, blinded, evaluation, public) # institution

The arithmetic is libsodium's; see docs/decisions/0011-libsodium-and-voprf.md.
"""

from suone.register.oprf.protocol import (
    Blinded,
    Evaluation,
    InvalidProof,
    Mode,
    blind,
    derive_key_pair,
    direct,
    evaluate,
    finalize,
    new_secret_key,
    public_key,
)
from suone.register.oprf.sodium import InvalidElement, InvalidScalar, LibsodiumMissing

__all__ = [
    "Blinded",
    "Evaluation",
    "InvalidElement",
    "InvalidProof",
    "InvalidScalar",
    "LibsodiumMissing",
    "Mode",
    "blind",
    "derive_key_pair",
    "direct",
    "evaluate",
    "finalize",
    "new_secret_key",
    "public_key",
]
