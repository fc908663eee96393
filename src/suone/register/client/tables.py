"""Files of registrations: read as text in any supported format, and written back in the same format for correction."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from suone.register.client.columns import ERROR, find_columns
from suone.register.client.language import gettext as _
from suone.register.client.trouble import Trouble
from suone.register.client.xlsx import read_xlsx, write_xlsx


@dataclass(frozen=True)
class Row:
    """One row of the file: its number as a spreadsheet counts, and its cells."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True)
class Table:
    """The file as it came: header, rows, where the known columns are, and how to write rows of the same form."""

    header: Sequence[str]
    rows: Sequence[Row]
    places: dict[str, int]
    write: Callable[[Path, Iterable[Sequence[str]]], None]

    def cell(self, row: Row, column: str) -> str:
        place = self.places.get(column)
        return "" if place is None or place >= len(row.cells) else row.cells[place].strip()

    def write_errors(self, path: Path, errors: Sequence[tuple[Row, str]]) -> None:
        """Write these rows in the format of the file, with the error in a last column, for correction."""
        old = self.places.get(ERROR)

        def without_old(cells: Sequence[str]) -> list[str]:
            filled = [*cells, *[""] * (len(self.header) - len(cells))]
            return [cell for place, cell in enumerate(filled) if place != old]

        lines = [[*without_old(row.cells), sentence] for row, sentence in errors]
        path.touch(mode=0o600)
        self.write(path, [[*without_old(self.header), ERROR], *lines])


def read_table(path: Path) -> Table:
    """Read CSV (; , or tab; UTF-8 or Windows-1252), XLSX or JSON lines; raises ``Trouble`` for anything else."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Trouble(_("The file %(file)s cannot be opened.") % {"file": path.name}) from error
    if data.startswith(b"PK"):
        return _table(read_xlsx(path), write_xlsx)
    if b"\0" in data:
        raise Trouble(_("The file is neither CSV nor XLSX nor JSON lines."))
    text, encoding = _decoded(data)
    if text.lstrip().startswith("{"):
        return _json_table(text)
    return _csv_table(text, encoding)


def _decoded(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("utf-8-sig"), "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "cp1252"


def _table(lines: Sequence[Sequence[str]], write: Callable[[Path, Iterable[Sequence[str]]], None]) -> Table:
    filled = [(number, cells) for number, cells in enumerate(lines, start=1) if any(cell.strip() for cell in cells)]
    if not filled:
        raise Trouble(_("The file is empty."))
    header = filled[0][1]
    return Table(header, [Row(number, cells) for number, cells in filled[1:]], find_columns(header), write)


def _csv_table(text: str, encoding: str) -> Table:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)

    def write(path: Path, rows: Iterable[Sequence[str]]) -> None:
        with path.open("w", encoding=encoding, errors="replace", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)

    try:
        return _table(list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), write)
    except csv.Error as error:
        raise Trouble(_("The file cannot be read as CSV: %(reason)s.") % {"reason": error}) from error


def _json_table(text: str) -> Table:
    objects: list[dict[str, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Trouble(_("Line %(line)s is no JSON object.") % {"line": number})
        objects.append({str(name): "" if value is None else str(value) for name, value in found.items()})
    header = list(dict.fromkeys(name for one in objects for name in one))
    # Line 1 stands for the header, which JSON lines do not have: rows count from 1 there.
    rows = [Row(number, [one.get(name, "") for name in header]) for number, one in enumerate(objects, start=1)]

    def write(path: Path, rows: Iterable[Sequence[str]]) -> None:
        names, *lines = [list(row) for row in rows]
        with path.open("w", encoding="utf-8") as file:
            for cells in lines:
                file.write(json.dumps(dict(zip(names, cells, strict=True)), ensure_ascii=False) + "\n")

    return Table(header, rows, find_columns(header), write)
