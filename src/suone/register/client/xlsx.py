"""Reading an XLSX file in a process of its own, with bounded memory and time: a file may be broken on purpose.

``python -m suone.register.client.xlsx FILE MEMORY`` prints the rows of the first sheet as JSON lines.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from suone.register.client.language import gettext as _
from suone.register.client.trouble import Trouble

_MEMORY = 1_500_000_000  # bytes: a million rows need about a third of it
_SECONDS = 120
_LONGEST_CELL = 32_767  # of a spreadsheet


def read_xlsx(path: Path) -> list[list[str]]:
    """The cells of the first sheet as texts; days in ISO form."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "suone.register.client.xlsx", str(path), str(_MEMORY)],
            capture_output=True,
            timeout=2 * _SECONDS,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Trouble(
            _("The file cannot be read as XLSX: open it and save it again, or save it as CSV (UTF-8).")
        ) from error
    return [json.loads(line) for line in done.stdout.splitlines()]


def write_xlsx(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """A workbook of one sheet in which every cell is a text: nothing is turned into a number or run as a formula."""
    from xlsxwriter import Workbook  # late: few files come as XLSX

    # Row by row: a million rows need no more memory than one.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(path, options) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, _printable(cell)[:_LONGEST_CELL])


def _printable(cell: str) -> str:
    return "".join(sign for sign in cell if sign >= " " or sign in "\t\n")


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # an AHV number kept as a number
    return "" if cell is None else str(cell)


def _bound(memory: int) -> None:
    with suppress(ImportError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))


def _main() -> None:
    from python_calamine import CalamineWorkbook

    _bound(int(sys.argv[2]))
    sheet = CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0)
    for row in sheet.iter_rows():
        sys.stdout.write(json.dumps([_text(cell) for cell in row]) + "\n")


if __name__ == "__main__":
    _main()
