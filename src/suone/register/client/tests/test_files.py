"""Files as institutions have them: in three forms, two encodings and three languages."""

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from suone.register.client import xlsx
from suone.register.client.checking import Directory, check
from suone.register.client.columns import COLUMNS, find_columns
from suone.register.client.tables import Table, read_table
from suone.register.client.trouble import Trouble
from suone.register.client.xlsx import read_xlsx, write_xlsx

DIRECTORY = Directory(frozenset({"12"}), frozenset({"ada.amacker@example.org"}), frozenset({"SMZ", "RAV"}))
ADA, BEA = "756.1234.5678.97", "756.9217.0769.85"


def _table(tmp_path: Path, content: str | bytes, name: str = "file.csv") -> Table:
    file = tmp_path / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(file)


def _errors(tmp_path: Path, *lines: str) -> list[str]:
    header = "ahv_number;from;until;office;worker;reference;referred_by\n"
    return [said for _row, said in check(_table(tmp_path, header + "\n".join(lines)), DIRECTORY).errors]


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("AHV-Nummer;Stelle;Zuständige Person;Von;Bis;Referenz;Zugewiesen von", "{a};12;;31.01.2026;;D-1;RAV"),
        ("N° AVS;Bureau;Collaboratrice;Dès;Jusqu'au;Référence;Adressé par", "{a};12;;31.1.2026;;D-1;RAV"),
        ("ahv_number,office,worker,from,until,reference,referred_by", "{a},12,,2026-01-31,,D-1,RAV"),
        ("AHVN13\tStelle\tAb\tDossiernummer\tÜberwiesen durch", "{a}\t12\t31.01.26\tD-1\tRAV"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_reads_the_same_in_any_encoding_and_format(
    tmp_path: Path, header: str, line: str, encoding: str, end: str
) -> None:
    text = end.join([header, line.format(a=ADA), ""])

    checked = check(_table(tmp_path, text.encode(encoding)), DIRECTORY)

    assert checked.errors == []
    ((_row, found),) = checked.valid
    assert (found.number, found.valid_from, found.valid_until) == ("7561234567897", date(2026, 1, 31), None)
    assert (found.office, found.reference, found.referred_by) == ("12", "D-1", "RAV")


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_is_found_by_its_own_name(column: str) -> None:
    assert find_columns(dict.fromkeys(["ahv_number", "from", column]))[column] >= 0  # type: ignore[arg-type]


def test_json_lines_are_read_and_written_back(tmp_path: Path) -> None:
    lines = [{"ahv_number": 7561234567897, "from": "2026-01-31", "until": None}, {"ahv_number": "1", "from": "x"}]
    table = _table(tmp_path, "\n".join(json.dumps(line) for line in lines), "file.jsonl")

    checked = check(table, DIRECTORY)
    table.write_errors(tmp_path / "errors.jsonl", checked.errors)

    assert [found.number for _row, found in checked.valid] == ["7561234567897"]
    (written,) = [json.loads(line) for line in (tmp_path / "errors.jsonl").read_text().splitlines()]
    assert written == {
        "ahv_number": "1",
        "from": "x",
        "until": "",
        "error": "The AHV number is mistyped: its check digit does not hold.",
    }


def test_a_workbook_is_read_and_written_back(tmp_path: Path) -> None:
    write_xlsx(
        tmp_path / "file.xlsx",
        [["AHV-Nummer", "Von", "Referenz"], [ADA, "31.01.2026", "=1+1 <&>"], [], ["1", "31.01.2026", "é"]],
    )
    table = read_table(tmp_path / "file.xlsx")

    checked = check(table, DIRECTORY)
    table.write_errors(tmp_path / "errors.xlsx", checked.errors)

    assert [(row.number, found.reference) for row, found in checked.valid] == [(2, "=1+1 <&>")]
    assert read_xlsx(tmp_path / "errors.xlsx") == [
        ["AHV-Nummer", "Von", "Referenz", "error"],
        ["1", "31.01.2026", "é", "The AHV number is mistyped: its check digit does not hold."],
    ]


def test_numbers_and_days_that_a_spreadsheet_keeps_as_such_are_read(tmp_path: Path) -> None:
    file = tmp_path / "file.xlsx"
    with Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["ahv", "von"])
        sheet.write_number(1, 0, 7561234567897)
        sheet.write_datetime(1, 1, date(2026, 1, 31), book.add_format({"num_format": "dd.mm.yyyy"}))

    ((_row, found),) = check(read_table(file), DIRECTORY).valid

    assert (found.number, found.valid_from) == ("7561234567897", date(2026, 1, 31))


def test_a_workbook_that_swells_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_MEMORY", 400_000_000)
    file = tmp_path / "bomb.xlsx"
    write_xlsx(file, [["ahv", "von"]])
    assert read_xlsx(file) == [["ahv", "von"]]
    with zipfile.ZipFile(file) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            if name.endswith("sheet1.xml"):
                cell = b'<row><c t="inlineStr"><is><t>' + b"a" * 300_000_000 + b"</t></is></c></row>"
                text = text.replace(b"</sheetData>", cell + b"</sheetData>")
            book.writestr(name, text)
    assert file.stat().st_size < 5_000_000

    with pytest.raises(Trouble, match="cannot be read as XLSX"):
        read_table(file)


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 no workbook", b"", b"\n\n", b"\x00\x01\x02", b"{no json", b"a;b\n1;2\n"]
)
def test_another_kind_of_file_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Trouble, match=r"[.:]"):
        _table(tmp_path, content)


def test_two_columns_that_mean_the_same_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="“AHV” and “N° AVS” mean the same"):
        _table(tmp_path, "AHV;N° AVS;von\n")


def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="cannot be opened"):
        read_table(tmp_path / "none.csv")


def test_empty_lines_are_passed_over_and_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    table = _table(tmp_path, f"\nahv;von\n\n{ADA};2026-01-31\n;\n1;2\n")

    assert [row.number for row in table.rows] == [4, 6]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (";2026-01-31", "The AHV number is missing."),
        ("756.1234.5678.98;2026-01-31", "The AHV number is mistyped: its check digit does not hold."),
        ("757.1234.5678.97;2026-01-31", "The AHV number is mistyped: its check digit does not hold."),
        (f"{ADA};", "The first day is missing."),
        (f"{ADA};31.02.2026", "31.02.2026 is no day: write 2026-01-31 or 31.01.2026."),
        (f"{ADA};01.01.0001", "01.01.0001 is no day: write 2026-01-31 or 31.01.2026."),
        (f"{ADA};2026-01-31;2026-01-30", "The last day is before the first."),
        (f"{ADA};2026-01-31;;13", "The directory knows no office 13 of yours."),
        (
            f"{ADA};2026-01-31;;;b@example.org",
            "The directory knows nobody of yours with the address b@example.org.",
        ),
        (f"{ADA};2026-01-31;;;;;XYZ", "The directory knows no institution XYZ."),
        (f"{ADA};2026-01-31;;;;{'x' * 41}", "The reference must be one line of at most 40 signs."),
        (
            f"{ADA};2026-01-31;;;;AHV {ADA}",
            "The reference holds an AHV number, which must not leave: use another reference.",
        ),
        (
            f"{ADA};2026-01-31;;;;D-7569217076985",
            "The reference holds an AHV number, which must not leave: use another reference.",
        ),
    ],
)
def test_what_is_wrong_with_a_row_is_reported(tmp_path: Path, line: str, sentence: str) -> None:
    assert _errors(tmp_path, line) == [sentence]


def test_a_person_is_once_in_a_file(tmp_path: Path) -> None:
    errors = _errors(
        tmp_path,
        f"{ADA};2026-01-31;2026-02-01",
        f"{ADA.replace('.', ' ')};2026-01-31",
        f"{ADA};2026-03-01",
        f"{ADA};2026-04-01",
        f"{BEA};2026-01-31",
    )

    assert errors == [
        "Row 2 already says this of the same person.",
        "Row 4 already is an open registration of the same person: end one of the two.",
    ]


def test_an_old_column_of_errors_is_replaced(tmp_path: Path) -> None:
    table = _table(tmp_path, "ahv;error;von\n1;earlier;2026-01-31\n")

    table.write_errors(tmp_path / "errors.csv", check(table, DIRECTORY).errors)

    assert (tmp_path / "errors.csv").read_text().splitlines()[0] == "ahv;von;error"
    assert "earlier" not in (tmp_path / "errors.csv").read_text()
