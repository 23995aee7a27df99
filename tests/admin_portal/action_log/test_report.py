"""System > Action Logs > Report: the page, a row's own page and the file."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from admin_portal.action_log import words
from admin_portal.action_log.actions import Action, Group
from admin_portal.action_log.models import ActionRecord
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import NOBODY, Actor
from tests.admin_portal.action_log.records import NOON, add
from tests.api_keys.store_configuration.verifications import rows
from tests.conftest import client_with

URL = "/system/action-logs/report/"
CSV_URL = "/system/action-logs/report.csv"
CHANGE = Change("Clear Log History", "Once Monthly", "Once Daily")

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.fixture
def reader(db: None) -> Client:
    return client_with("view_actionrecord")


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(rf'href="{URL}(\d+)/"', page)]


def download(client: Client, **query: str) -> list[list[str]]:
    answer: Any = client.get(CSV_URL, query)
    return list(csv.reader(io.StringIO(answer.getvalue().decode()[1:], newline="")))


def link_in(page: str, rel: str) -> str:
    (link,) = re.findall(rf'rel="{rel}" href="([^"]+)"', page)
    return URL + str(link).replace("&amp;", "&")


def test_row_tells_who_did_what_from_where_and_what_changed(
    reader: Client, administrator: User
) -> None:
    by = Actor(administrator, "192.0.2.7", request_id="0123abcd")
    row = record(Action.CONFIGURATION_SAVED, by=by, subject="Global Settings", changes=[CHANGE])

    (told,) = rows(reader.get(URL).text)
    page = reader.get(f"{URL}1/").text

    when = f"{row.at:%Y-%m-%d %H:%M:%S}"
    change = "Clear Log History: Once Monthly → Once Daily"
    assert told == (
        f"{when} Configuration Configuration saved Success ada 192.0.2.7 Global Settings {change}"
    )
    for text in ("0123abcd", row.mac, "Once Monthly", "Once Daily", "192.0.2.7", when):
        assert text in page


def test_words_of_our_own_are_translated_as_they_are_shown(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_", lambda text: f"«{text}»")
    record(Action.CONFIGURATION_SAVED, by=NOBODY, subject="Global Settings", changes=[CHANGE])

    (told,) = rows(reader.get(URL).text)

    change = "«Clear Log History»: «Once Monthly» → «Once Daily»"
    assert told.endswith(f"«The Admin itself» «Global Settings» {change}")
    assert ActionRecord.objects.get().changes == [[CHANGE.name, CHANGE.old, CHANGE.new]]


def test_what_the_site_does_itself_has_no_other_name(reader: Client) -> None:
    record(Action.NOTIFIED, by=NOBODY)
    record(Action.SIGN_IN_FAILED, by=Actor(None, "192.0.2.7"))

    failed, notified = rows(reader.get(URL).text)

    assert "The Admin itself" in notified
    assert "The Admin itself" not in failed


def five() -> None:
    add()
    add(group="exports", action="exports.exported")
    add(result="failure", user_name="Eve")
    add(address="2001:db8::1")
    add(user_name="eve", at=NOON - timedelta(days=3))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [4, 3, 2, 1, 5]),
        ({"sort": "oldest"}, [5, 1, 2, 3, 4]),
        ({"sort": "action"}, [2, 5, 1, 3, 4]),
        ({"sort": "address"}, [5, 1, 2, 3, 4]),
        ({"group": "exports"}, [2]),
        ({"action": "exports.exported"}, [2]),
        ({"result": "failure"}, [3]),
        ({"user_name": "Eve"}, [3]),
        ({"user_name": "ev"}, []),
        ({"address": "2001:db8::1"}, [4]),
        ({"address": "2001:db8::"}, []),
        ({"since": "2026-11-20", "until": "2026-11-20"}, [4, 3, 2, 1]),
        ({"until": "2026-11-19"}, [5]),
        ({"group": "sign_in", "result": "success", "sort": "oldest"}, [5, 1, 4]),
        ({"group": "sign_in", "sort": "address"}, [5, 1, 3, 4]),
        ({"user_name": "ada", "sort": "user"}, [1, 2, 4]),
        ({"until": "2026-11-20", "sort": "action"}, [2, 5, 1, 3, 4]),
        ({"group": "roles"}, []),
        ({"group": "roles", "sort": "user"}, []),
    ],
)
def test_filters_and_orders_are_those_of_the_page_and_of_the_file(
    reader: Client, query: dict[str, str], found: list[int]
) -> None:
    five()

    page = reader.get(URL, query).text
    file = [int(cells[0]) for cells in download(reader, **query)[1:]]

    assert numbers(page) == found
    assert [number for number in file if number < 6] == found
    assert ("Nothing matches." in page) is (not found)


def test_file_is_recorded_with_what_it_was_filtered_by(reader: Client) -> None:
    download(reader, group="exports", user_name="ada")

    row = ActionRecord.objects.get()
    assert (row.action, row.subject) == ("exports.exported", "Report")
    assert row.changes == [["Group", "", "exports"], ["Username (whole)", "", "ada"]]


def test_file_has_no_formula_and_no_line_of_anybodys_making(reader: Client) -> None:
    change = Change("Email", "=1+1", "+2\r\n@x")
    record(Action.SIGN_IN_FAILED, by=NOBODY, user_name="=cmd\r\n-x", changes=[change])

    _head, cells, _export = download(reader, sort="oldest")

    assert cells[5] == "'=cmd -x"
    assert cells[8] == "Email: =1+1 → +2 @x"
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]


def test_file_of_many_rows_is_sent_as_it_is_read(reader: Client) -> None:
    add(1999)

    answer: Any = reader.get(CSV_URL)

    assert answer.streaming
    assert [part.count(b"\n") for part in answer.streaming_content] == [1, *[500] * 4]
    assert answer["Content-Disposition"] == 'attachment; filename="action-report.csv"'


@pytest.mark.parametrize("sort", ["newest", "oldest", "user", "action", "address"])
def test_pages_go_back_and_forth_without_a_gap_in_each_order(reader: Client, sort: str) -> None:
    add(30, user_name="eve", action="b", address="b")
    add(30, user_name="ada", action="a", address="c", at=NOON)
    add(1, group="roles")

    first = reader.get(URL, {"sort": sort, "group": "sign_in"}).text
    second = reader.get(link_in(first, "next")).text
    third = reader.get(link_in(second, "next")).text
    back = reader.get(link_in(third, "prev")).text
    start = reader.get(link_in(back, "prev")).text

    pages = [numbers(page) for page in (first, second, third)]
    assert list(map(len, pages)) == [25, 25, 10]
    assert len({number for page in pages for number in page}) == 60
    assert [numbers(page) for page in (back, start)] == [pages[1], pages[0]]
    assert 'rel="prev"' not in first + start
    assert 'rel="next"' not in third


@pytest.mark.parametrize(
    "query",
    [
        {"group": "nothing"},
        {"action": "'; DROP TABLE"},
        {"result": "x"},
        {"sort": "-pk"},
        {"user_name": "x" * 10_000},
        {"user_name": "a\0b"},
        {"address": "\0"},
        {"since": "2026-11-19", "until": "2026-11-18"},
        {"since": "yesterday"},
        {"after": "x", "before": "-1"},
        {"after": "9" * 400},
    ],
)
def test_bad_filter_is_left_out(reader: Client, query: dict[str, str]) -> None:
    add()

    page = reader.get(URL, query)

    assert (page.status_code, numbers(page.text)) == (200, [1])


def test_queries_do_not_grow_with_the_log(
    reader: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    add(2000)
    reader.get(URL)  # the first page of a session notes it

    with django_assert_max_num_queries(9):
        page = reader.get(URL, {"after": "1000", "sort": "user"})

    assert len(numbers(page.text)) == 25


@pytest.mark.parametrize("path", [URL, CSV_URL, f"{URL}1/"])
def test_report_needs_its_permission(db: None, client: Client, path: str) -> None:
    add()

    signed_out = client.get(path)
    without = client_with("view_verificationrecord").get(path)
    allowed = client_with("view_actionrecord")

    assert signed_out["Location"] == f"/sign-in/?next={path}"
    assert without.status_code == 403
    assert allowed.get(path).status_code == 200
    assert "no-store" in allowed.get(path)["Cache-Control"]
    assert allowed.post(path).status_code == 405


def test_row_that_is_not_there_is_not_found(reader: Client) -> None:
    assert reader.get(f"{URL}1/").status_code == 404
    assert reader.get(f"{URL}{'9' * 30}/").status_code == 404


def test_row_of_another_version_harms_neither_page_nor_file(reader: Client) -> None:
    add(group="new", action="new.thing", result="new")

    assert "new new.thing new ada" in rows(reader.get(URL).text)[0]
    assert "new.thing" in reader.get(f"{URL}1/").text
    assert download(reader, sort="oldest")[1][3] == "new.thing"


def test_name_that_looks_like_a_page_is_shown_as_text(reader: Client) -> None:
    xss = "<script>alert(1)</script>"
    add(user_name=xss, subject=xss, changes=[[xss, xss, xss]])

    pages = reader.get(URL).text + reader.get(f"{URL}1/").text

    assert "<script>alert" not in pages


def test_every_action_has_a_group() -> None:
    assert {action.group for action in Action} == set(Group)


def test_empty_report_says_so(reader: Client) -> None:
    assert "Nothing has been done yet." in reader.get(URL).text
