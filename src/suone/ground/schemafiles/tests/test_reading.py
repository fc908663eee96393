"""Whatever a file is written with, it is read, or refused in a sentence as something else."""

from pathlib import Path
from typing import Annotated

import pytest

from suone.ground.schemafiles.checks import Between, InLanguages, Many, Text
from suone.ground.schemafiles.problems import BrokenFile, text_of
from suone.ground.schemafiles.reading import Entry, Kind, parsed


class Leaf(Entry):
    id: Annotated[str, Text(10)]
    size: Annotated[int, Between(0, 9)] = 0


class Tree(Entry):
    title: Annotated[dict[str, str], InLanguages(20)]
    leaf: Annotated[list[Leaf], Many(2, least=1)]


TREES = Kind(Tree, "the tree")
TITLE = 'title = { de = "Ahorn", fr = "Érable", en = "Maple" }\n'
TEXT = f'{TITLE}[[leaf]]\nid = "a"\nsize = 3\n'


def written(folder: Path, content: bytes) -> Path:
    path = folder / "tree.toml"
    path.write_bytes(content)
    return path


def problems_of(text: str) -> list[str]:
    with pytest.raises(BrokenFile) as broken:
        TREES.read(text, "tree.toml")
    return broken.value.problems


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_is_read_with_and_without_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, TEXT.encode(encoding))

    assert text_of(path) == TEXT
    assert TREES.read(text_of(path), path.name).leaf[0].size == 3


@pytest.mark.parametrize(("encoding", "line"), [("latin-1", 1), ("utf-16", 1)])
def test_another_encoding_is_reported_with_its_line_and_the_remedy(tmp_path: Path, encoding: str, line: int) -> None:
    path = written(tmp_path, TEXT.encode(encoding))

    with pytest.raises(BrokenFile) as broken:
        text_of(path)

    assert broken.value.problems == [
        f"tree.toml, line {line}: this is not written in UTF-8: save the file again with the encoding UTF-8 "
        "(in the editor's Save as)."
    ]


def test_the_line_of_another_encoding_is_that_of_its_first_letter(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="line 3: this is not written in UTF-8"):
        text_of(written(tmp_path, b"a = 1\n\nb = '\xe9'\n"))


def test_lines_may_end_as_windows_ends_them(tmp_path: Path) -> None:
    assert problems_of(TEXT.replace("size = 3", "size = 10").replace("\n", "\r\n")) == [
        "tree.toml, line 4, leaf a: size must be a whole number from 0 to 9."
    ]


def test_an_endless_file_is_not_parsed() -> None:
    with pytest.raises(BrokenFile, match="line 1: the file has more than 1000000 characters"):
        parsed("#" * 1_000_001, "tree.toml")


def test_another_kind_of_file_is_not_reported_line_by_line() -> None:
    problems = problems_of(TEXT.replace(TITLE, TITLE + "".join(f"key{number} = 1\n" for number in range(300))))

    assert problems[0] == "tree.toml, line 2, the tree: unknown entry key0; allowed are leaf, title."
    assert problems[-1] == "tree.toml, line 1: 100 more mistakes; is it the right file?"
    assert len(problems) == 201


def test_a_number_of_thousands_of_digits_is_named_with_its_line() -> None:
    assert problems_of(TEXT.replace("3", "3" * 5000)) == [
        "tree.toml, line 4: this number is too long to be read; shorten it."
    ]


def test_a_duplicate_key_is_named_with_its_line() -> None:
    assert problems_of(TEXT + "size = 4\n")[0].startswith(
        "tree.toml, line 5, column 9: this cannot be read (Cannot over"
    )


def test_what_breaks_off_is_named() -> None:
    assert problems_of(TEXT + "size = ")[0].startswith(
        "tree.toml, at its end: this cannot be read (Invalid value): look"
    )


def test_more_entries_than_allowed_are_named_with_the_first_of_them() -> None:
    assert problems_of(TEXT + '[[leaf]]\nid = "b"\n[[leaf]]\nid = "c"\n') == [
        "tree.toml, line 2, the tree: leaf has 3 entries; at most 2 are allowed."
    ]


def test_of_a_kept_version_the_shape_alone_is_asked() -> None:
    kept = TEXT.replace("size = 3", 'size = 10\nshade = "dark"')

    assert len(problems_of(kept)) == 2
    assert TREES.read_kept(kept, "tree 1").leaf[0].size == 10
    with pytest.raises(BrokenFile, match="tree 1, line 4, leaf a: size must be a whole number"):
        TREES.read_kept(TEXT.replace("size = 3", 'size = "3"'), "tree 1")
