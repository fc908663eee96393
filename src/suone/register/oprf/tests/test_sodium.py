"""The binding: what it finds, and what it says when it finds nothing."""

import ctypes
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suone.register.oprf import LibsodiumMissing, sodium

_scalars = st.binary(min_size=64, max_size=64).map(sodium.scalar_from_uniform).filter(any)
_ONE = (1).to_bytes(32, "little")


@pytest.fixture
def _nothing_loaded():
    sodium.load.cache_clear()
    yield
    sodium.load.cache_clear()


@pytest.mark.usefixtures("_nothing_loaded")
def test_without_libsodium_the_message_says_what_to_install(monkeypatch):
    def missing(name):
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", missing)

    with pytest.raises(LibsodiumMissing, match="apt-get install libsodium23"):
        sodium.random_scalar()


@pytest.mark.usefixtures("_nothing_loaded")
def test_a_libsodium_without_the_group_counts_as_missing(monkeypatch):
    class Old:
        def sodium_init(self):
            return 0

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Old())

    with pytest.raises(LibsodiumMissing):
        sodium.load()


@given(st.lists(_scalars, max_size=5))
def test_inverses_are_inverses(scalars):
    inverses = sodium.inverses(scalars)

    assert [sodium.scalar_product(*pair) for pair in zip(scalars, inverses, strict=True)] == [_ONE] * len(scalars)


@given(_scalars, _scalars)
def test_the_group_distributes(one, other):
    difference = sodium.scalar_difference(one, other)

    if any(difference):
        total = sodium.add(sodium.multiply_generator(difference), sodium.multiply_generator(other))
        assert total == sodium.multiply_generator(one)


def test_the_package_needs_no_other():
    """It also runs at an institution that has no Suone, so it must not draw in Django or another package."""
    asked = "import sys, suone.register.oprf.tokenizers; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()

    assert "django" not in loaded
    assert {name for name in loaded if name.startswith("suone.") and not name.startswith("suone.register.oprf")} == {
        "suone.register"
    }  # the wing, which is empty
