"""The line of each entry of a TOML file, which the parser of the standard library does not report."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'''
      (?P<text> """(?:\\.|[^\\])*?"{3,5} | \'\'\'.*?\'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
    | (?P<remark> \#[^\n]* )
    | (?P<end> \n )
    | (?P<sign> [][{}=,.] )
    | (?P<bare> [^][{}=,.\s\#"']+ )
    ''',
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for found in _TOKEN.finditer(text):
        yield _Token(found.lastgroup or "", found[0], line)
        line += found[0].count("\n")


def too_deep(text: str, most: int) -> int | None:
    """The first line on which brackets or dotted names nest deeper than ``most``.

    Checked before parsing, which would recurse as deep; ``text`` need not be valid TOML.
    """
    brackets = dots = 0
    for token in _tokens(text):
        if token.text in ("[", "{"):
            brackets += 1
        elif token.text in ("]", "}"):
            brackets = max(0, brackets - 1)
        elif token.text == ".":
            dots += 1
        elif token.kind == "end" or token.text in ("=", ","):
            dots = 0
        if max(brackets, dots) > most:
            return token.line
    return None


def lines_of(text: str) -> dict[Path, int]:
    """The line of every key, table and list entry, by its path; ``text`` must be valid TOML."""
    return _Reader(list(_tokens(text))).read()


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}  # of the lists of tables

    def read(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip_blank():
            if self._sees("["):
                table = self._heading()
            else:
                self._pair(table)
        return self._lines

    def _heading(self) -> Path:
        """``[a.b]`` or ``[[a.b]]``: the table that the next lines fill."""
        line = self._take().line
        is_list = self._sees("[")
        if is_list:
            self._take()
        *way, last = self._keys(until="]")
        self._at += 1 if is_list else 0
        path: Path = ()
        for key in way:
            path = self._newest((*path, key), line)
        path = (*path, last)
        if not is_list:
            self._lines.setdefault(path, line)
            return path
        self._counts[path] = self._counts.get(path, 0) + 1
        return self._newest(path, line)

    def _newest(self, path: Path, line: int) -> Path:
        """The path of a table; for a list of tables, of its latest entry."""
        self._lines.setdefault(path, line)
        if path in self._counts:
            path = (*path, self._counts[path] - 1)
            self._lines.setdefault(path, line)
        return path

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._at].line
        path = table
        for key in self._keys(until="="):
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._value(path)

    def _keys(self, *, until: str) -> list[str]:
        keys = []
        while not self._sees(until):
            token = self._take()
            if token.kind == "text":
                keys.append(next(iter(tomllib.loads(f"{token.text} = 0"))))
            elif token.kind == "bare":
                keys.append(token.text)
        self._take()
        return keys

    def _value(self, path: Path) -> None:
        if self._sees("["):
            self._list(path)
        elif self._sees("{"):
            self._take()
            while self._skip_blank() and not self._sees("}"):
                if self._sees(","):
                    self._take()
                else:
                    self._pair(path)
            self._take()
        else:
            while self._at < len(self._tokens) and not self._ends_value():
                self._take()

    def _list(self, path: Path) -> None:
        self._take()
        count = 0
        while self._skip_blank() and not self._sees("]"):
            if self._sees(","):
                self._take()
                count += 1
            else:
                self._lines[(*path, count)] = self._tokens[self._at].line
                self._value((*path, count))
        self._take()

    def _ends_value(self) -> bool:
        token = self._tokens[self._at]
        return token.kind in ("end", "remark") or token.text in (",", "]", "}")

    def _skip_blank(self) -> bool:
        """Skip line ends and comments; returns whether a token is left."""
        while self._at < len(self._tokens) and self._tokens[self._at].kind in ("end", "remark"):
            self._at += 1
        return self._at < len(self._tokens)

    def _sees(self, sign: str) -> bool:
        token = self._tokens[self._at]
        return token.kind == "sign" and token.text == sign

    def _take(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]
