"""The group ristretto255 as RFC 9497, section 4.1, asks for it: every operation is one call of libsodium.

Elements and scalars are the 32 bytes of RFC 9496. libsodium refuses encodings that are not canonical, and products that
are the identity, so an element that went through ``multiply`` is a good one (RFC 9497, section 2.1, DeserializeElement).
Its operations take the same time for all values. ctypes lets other threads run meanwhile.
"""

import ctypes
import ctypes.util
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Any

ELEMENT = 32
SCALAR = 32
WIDE = 64  # uniform bytes that become an element or a scalar

# The first is Debian's.
_NAMES = ("libsodium.so.23", "libsodium.so.26", "libsodium.26.dylib", "libsodium.23.dylib", "libsodium.dylib")
_FUNCTIONS = {  # with the number of buffers each takes; the first is written to
    "crypto_scalarmult_ristretto255": 3,
    "crypto_scalarmult_ristretto255_base": 2,
    "crypto_core_ristretto255_add": 3,
    "crypto_core_ristretto255_from_hash": 2,
    "crypto_core_ristretto255_scalar_random": 1,
    "crypto_core_ristretto255_scalar_reduce": 2,
    "crypto_core_ristretto255_scalar_invert": 2,
    "crypto_core_ristretto255_scalar_mul": 3,
    "crypto_core_ristretto255_scalar_sub": 3,
}
_Bytes32 = ctypes.c_char * 32


class LibsodiumMissing(RuntimeError):
    """The library is not on this machine; the message says what to install."""

    def __init__(self) -> None:
        super().__init__(
            "The register needs libsodium 1.0.18 or later: install it (on Debian: apt-get install libsodium23)."
        )


class InvalidElement(ValueError):
    """These bytes are no element of the group, or they are its identity."""

    def __init__(self) -> None:
        super().__init__("An element is not valid.")


class InvalidScalar(ValueError):
    """These bytes are no scalar between 1 and the order of the group, less one."""

    def __init__(self) -> None:
        super().__init__("A scalar is not valid.")


@cache
def load() -> Any:
    """libsodium, loaded and initialised; raises ``LibsodiumMissing`` on each call until it is installed."""
    for name in (*_NAMES, ctypes.util.find_library("sodium")):
        try:
            library = ctypes.CDLL(name) if name else None
            if library and library.sodium_init() >= 0:
                for function, buffers in _FUNCTIONS.items():
                    getattr(library, function).argtypes = [ctypes.c_void_p] * buffers
                return library
        except (OSError, AttributeError):  # not there, or built without ristretto255
            continue
    raise LibsodiumMissing


# ---- elements


def multiply(scalar: bytes, element: bytes) -> bytes:
    """``scalar * element``. Raises InvalidElement for a bad encoding, or when the product is the identity."""
    if len(element) != ELEMENT:
        raise InvalidElement
    product = _Bytes32()
    if load().crypto_scalarmult_ristretto255(product, scalar, element):
        raise InvalidElement
    return product.raw


def multiply_generator(scalar: bytes) -> bytes:
    """``ScalarMultGen(scalar)``. Raises InvalidElement when the product is the identity."""
    product = _Bytes32()
    if load().crypto_scalarmult_ristretto255_base(product, scalar):
        raise InvalidElement
    return product.raw


def add(one: bytes, other: bytes) -> bytes:
    """``one + other``. Raises InvalidElement."""
    total = _Bytes32()
    if load().crypto_core_ristretto255_add(total, one, other):
        raise InvalidElement
    return total.raw


def element_from_uniform(wide: bytes) -> bytes:
    """The one-way map of RFC 9496, section 4.3.4, from 64 uniform bytes."""
    assert len(wide) == WIDE
    element = _Bytes32()
    load().crypto_core_ristretto255_from_hash(element, wide)
    return element.raw


# ---- scalars


def random_scalar() -> bytes:
    """``RandomScalar()``, never zero."""
    scalar = _Bytes32()
    load().crypto_core_ristretto255_scalar_random(scalar)
    return scalar.raw


def scalar_from_uniform(wide: bytes) -> bytes:
    """64 uniform bytes, read as a little-endian number and reduced by the order of the group."""
    assert len(wide) == WIDE
    scalar = _Bytes32()
    load().crypto_core_ristretto255_scalar_reduce(scalar, wide)
    return scalar.raw


def check_scalar(scalar: bytes) -> None:
    """RFC 9497, section 4.1, DeserializeScalar, and not zero. Raises InvalidScalar."""
    if len(scalar) != SCALAR or not any(scalar) or scalar_from_uniform(scalar + bytes(WIDE - SCALAR)) != scalar:
        raise InvalidScalar


def scalar_product(one: bytes, other: bytes) -> bytes:
    """``one * other``, of two scalars."""
    product = _Bytes32()
    load().crypto_core_ristretto255_scalar_mul(product, one, other)
    return product.raw


def scalar_difference(one: bytes, other: bytes) -> bytes:
    """``one - other``, of two scalars."""
    difference = _Bytes32()
    load().crypto_core_ristretto255_scalar_sub(difference, one, other)
    return difference.raw


def inverses(scalars: Sequence[bytes]) -> list[bytes]:
    """``ScalarInverse`` of each, none of them zero: one inversion for all, which costs as much as thirty products."""
    products = list(accumulate(scalars, scalar_product))
    inverse = _Bytes32()
    if scalars:
        load().crypto_core_ristretto255_scalar_invert(inverse, products[-1])
    rest, found = inverse.raw, []
    for place in range(len(scalars) - 1, 0, -1):  # rest is the inverse of products[place]
        found.append(scalar_product(rest, products[place - 1]))
        rest = scalar_product(rest, scalars[place])
    return [*([rest] if scalars else []), *reversed(found)]
