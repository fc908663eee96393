"""A table as a file, CSV or XLSX; no cell is ever interpreted as a formula."""

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from django.http import Http404, HttpResponse

_WIDEST = 60
FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def as_file(rows: Sequence[Sequence[Any]], *, form: str, name: str) -> HttpResponse:
    """Return rows, the first of them headings, as a file to download; ``Http404`` for a form there is not."""
    if form not in FORMS:
        raise Http404
    response = HttpResponse(as_csv(rows) if form == "csv" else as_xlsx(rows), content_type=FORMS[form])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    response["Cache-Control"] = "no-store"
    return response


def as_csv(rows: Sequence[Sequence[Any]]) -> bytes:
    """Return rows as CSV with semicolons and a byte order mark, as Swiss spreadsheet settings expect."""
    text = StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([[escape_formula(_plain(cell)) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    """Return rows as an XLSX sheet with a frozen heading row and typed cells."""
    kept = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    import xlsxwriter  # late: few commands and pages write a workbook

    with xlsxwriter.Workbook(kept, options) as book:
        sheet = book.add_worksheet()
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd.mm.yyyy"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                elif isinstance(cell, Decimal | int):
                    sheet.write_number(number, column, float(cell))
                elif cell:
                    sheet.write_string(number, column, str(cell), bold if number == 0 else wrapped)
        for column in range(len(rows[0])):
            longest = max(len(_plain(row[column])) for row in rows)
            sheet.set_column(column, column, min(longest + 2, _WIDEST))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows) - 1, 1), len(rows[0]) - 1)
    return kept.getvalue()


def _plain(cell: Any) -> str:
    if cell is None:
        return ""
    return f"{cell:%d.%m.%Y}" if isinstance(cell, date) else str(cell)


def escape_formula(cell: Any) -> Any:
    """Return a cell that no spreadsheet interprets as a formula."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n"):
        return "'" + cell
    return cell
