"""Reading an XLSX file in a process of its own, with bounded memory and time: a file may be broken on purpose.

``python -m suone.register.client.xlsx FILE MEMORY`` prints the rows of the first sheet as JSON lines.
"""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from html import escape
from pathlib import Path

from suone.register.client.language import gettext as _
from suone.register.client.trouble import Trouble

_MEMORY = 1_500_000_000  # bytes: a million rows need about a third of it
_SECONDS = 120


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
            _("The file cannot be read as XLSX: open it, save it anew, or save it as CSV (UTF-8).")
        ) from error
    return [json.loads(line) for line in done.stdout.splitlines()]


def write_xlsx(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """A workbook of one sheet in which every cell is a text: nothing is turned into a number or run as a formula."""
    lines = (
        "<row>"
        + "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{_xml(cell)}</t></is></c>' for cell in row)
        + "</row>"
        for row in rows
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in _FRAME.items():
            book.writestr(name, _HEAD + text)
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for line in lines:
                sheet.write(line.encode())
            sheet.write(b"</sheetData></worksheet>")


def _xml(cell: str) -> str:
    return escape("".join(sign for sign in cell if sign >= " " or sign in "\t\n"), quote=False)


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FRAME = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>'
    '<sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


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
