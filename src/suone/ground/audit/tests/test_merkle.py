"""The tree is the one of RFC 9162: the vectors of the reference implementation, and a naive one beside it."""

from functools import partial
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suone.ground.audit import merkle

# The reference tree of Certificate Transparency: eight leaves, and the roots of its first n.
LEAVES = [bytes.fromhex(leaf) for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                           "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"],
    (5, 8): ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"],
}  # fmt: skip
CONSISTENCY = {
    (1, 1): [],
    (1, 8): ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"],
    (6, 8): ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
    (2, 5): ["5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"],
}  # fmt: skip


def _naive_root(leaves: list[bytes]) -> bytes:
    """The definition of section 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + _naive_root(leaves[:k]) + _naive_root(leaves[k:])).digest()


def _node(leaves: list[bytes], level: int, index: int) -> bytes:
    whole = leaves[index << level : (index + 1) << level]
    assert len(whole) == 1 << level, "only whole trees are asked for"
    return _naive_root(whole)


def _some(count: int) -> list[bytes]:
    return [number.to_bytes(2) for number in range(count)]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_the_reference(size: int) -> None:
    growing = merkle.Frontier()
    for leaf in LEAVES[:size]:
        growing.add(merkle.leaf_hash(leaf))

    assert growing.root().hex() == ROOTS[size]
    assert merkle.root_of(size, partial(_node, LEAVES)).hex() == ROOTS[size]


@pytest.mark.parametrize(("position", "size"), INCLUSION)
def test_paths_of_inclusion_are_those_of_the_reference(position: int, size: int) -> None:
    path = merkle.inclusion_path(position, size, partial(_node, LEAVES))

    assert [part.hex() for part in path] == INCLUSION[position, size]


@pytest.mark.parametrize(("older", "newer"), CONSISTENCY)
def test_paths_of_consistency_are_those_of_the_reference(older: int, newer: int) -> None:
    path = merkle.consistency_path(older, newer, partial(_node, LEAVES))

    assert [part.hex() for part in path] == CONSISTENCY[older, newer]


def test_every_leaf_of_every_small_tree_is_proven_and_no_other() -> None:
    leaves = _some(40)
    for size in range(1, 41):
        root = _naive_root(leaves[:size])
        for position in range(size):
            leaf = merkle.leaf_hash(leaves[position])
            path = merkle.inclusion_path(position, size, partial(_node, leaves))
            assert merkle.root_by_inclusion(leaf, position, size, path) == root
            assert merkle.root_by_inclusion(merkle.leaf_hash(b"else"), position, size, path) != root
            assert merkle.root_by_inclusion(leaf, position, size, [*path, root]) is None
            assert not path or merkle.root_by_inclusion(leaf, position, size, path[:-1]) is None
            assert size == 1 or merkle.root_by_inclusion(leaf, (position + 1) % size, size, path) != root


def test_every_small_tree_is_proven_to_begin_with_every_smaller_one() -> None:
    leaves = _some(40)
    roots = [_naive_root(leaves[:size]) for size in range(41)]
    for newer in range(41):
        for older in range(newer + 1):
            path = merkle.consistency_path(older, newer, partial(_node, leaves))
            assert merkle.is_consistent(older, roots[older], newer, roots[newer], path)
            other = sha256(b"other").digest()
            assert not merkle.is_consistent(older, other, newer, roots[newer], path)
            assert older == 0 or not merkle.is_consistent(older, roots[older], newer, other, path)
            assert not merkle.is_consistent(older, roots[older], newer, roots[newer], [*path, other])
            assert not path or not merkle.is_consistent(older, roots[older], newer, roots[newer], path[:-1])


@given(size=st.integers(1, 300), data=st.data())
def test_a_larger_tree_proves_like_the_naive_one(size: int, data: st.DataObject) -> None:
    leaves = _some(size)
    position, older = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    node = partial(_node, leaves)
    root = _naive_root(leaves)

    path = merkle.inclusion_path(position, size, node)
    assert merkle.root_by_inclusion(merkle.leaf_hash(leaves[position]), position, size, path) == root
    consistency = merkle.consistency_path(older, size, node)
    assert merkle.is_consistent(older, _naive_root(leaves[:older]), size, root, consistency)
    growing = merkle.Frontier.of(older, node)
    for leaf in leaves[older:]:
        growing.add(merkle.leaf_hash(leaf))
    assert growing.root() == root


@given(
    position=st.integers(-1, 9), size=st.integers(-1, 9), path=st.lists(st.binary(min_size=32, max_size=32), max_size=5)
)
def test_no_path_breaks_the_check(position: int, size: int, path: list[bytes]) -> None:
    found = merkle.root_by_inclusion(b"x" * 32, position, size, path)

    assert found is None or 0 <= position < size
    assert not merkle.is_consistent(position, b"x" * 32, size, b"y" * 32, path)
