"""System > Action Logs > Key verifications: the page and the file."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db.models import F
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from api_keys.contract import Cause, Verdict, fingerprint
from api_keys.store_configuration.models import VerificationRecord
from api_keys.store_configuration.verification import Occasion
from api_keys.store_configuration.verification_words import CAUSES, OCCASIONS, VERDICTS
from tests.conftest import KeyService

URL = "/system/action-logs/key-verifications/"
CSV_URL = "/system/action-logs/key-verifications.csv"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

pytestmark = pytest.mark.postgresql


def add(number: int = 1, **values: Any) -> None:
    """Add rows a minute apart, the first the oldest, which took 0, 1, 2 … milliseconds."""
    first = VerificationRecord.objects.count()
    VerificationRecord.objects.bulk_create(
        VerificationRecord(
            **{
                "once": str(first + index),
                "environment": "production",
                "verdict": "valid",
                "occasion": "job",
                "started_at": NOON + timedelta(minutes=index),
                "last_at": NOON + timedelta(minutes=index),
                "times": 1,
                "total_milliseconds": index,
                "slowest_milliseconds": index,
                **values,
            }
        )
        for index in range(number)
    )


def rows(page: str) -> list[str]:
    """Return what stands in each row of the table, the first first."""
    found = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def times_of_day(page: str) -> list[str]:
    return [row[11:16] for row in rows(page)]


def download(client: Client, **query: str) -> list[list[str]]:
    answer: Any = client.get(CSV_URL, query)
    return list(csv.reader(io.StringIO(answer.getvalue().decode()[1:], newline="")))


def link_in(page: str, rel: str) -> str:
    (link,) = re.findall(rf'rel="{rel}" href="([^"]+)"', page)
    return URL + str(link).replace("&amp;", "&")


def test_what_happened_is_told_in_words(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers((503, {}, ""), Verdict.REVOKED)
    admin_client.get("/marketing/amazon-sales-channel/")
    admin_client.get("/marketing/amazon-sales-channel/")

    page = admin_client.get(URL).text

    key = fingerprint(stored_key)
    deleted, outage = rows(page)
    assert re.fullmatch(
        rf"[\d-]+ [\d:]+ Production {key} Deleted in API Portal 1 \d+ ada Visit of the channel",
        deleted,
    )
    assert re.fullmatch(
        rf"[\d-]+ [\d:]+ Production {key} Not judged Failure of the key service 1 \d+ ada Visit.*",
        outage,
    )
    assert stored_key not in page


def test_counted_row_tells_from_when_to_when_and_how_long_they_took(admin_client: Client) -> None:
    add(
        last_at=NOON + timedelta(seconds=41),
        times=312,
        total_milliseconds=3120,
        slowest_milliseconds=88,
    )

    (row,) = rows(admin_client.get(URL).text)

    assert row == (
        "2026-11-20 12:00:00 to 12:00:41 Production Valid 312 10 on average, at most 88"
        " Background job"
    )


def test_row_in_detail_tells_its_details_and_request(admin_client: Client) -> None:
    add(verdict="unavailable", cause="time_out", detail="time-out", request_id="0123abcd")

    (row,) = rows(admin_client.get(URL).text)

    assert "Not judged No answer in time time-out 0123abcd 1 0" in row


def test_everything_that_can_be_found_has_words() -> None:
    assert set(VERDICTS) == set(Verdict)
    assert set(CAUSES) == set(Cause)
    assert set(OCCASIONS) == set(Occasion)
    assert len({*map(str, VERDICTS.values())}) == len(Verdict)


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_is_shown_and_found_by_its_words(
    admin_client: Client, verdict: Verdict
) -> None:
    add(verdict=verdict)
    add(verdict="another")

    page = admin_client.get(URL, {"verdict": verdict}).text

    (row,) = rows(page)
    words = str(VERDICTS[verdict]).replace("'", "&#x27;")
    assert words in row
    assert f'<option value="{verdict}" selected>{words}</option>' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["12:04", "12:03", "12:02", "12:01", "12:00"]),
        ({"environment": "sandbox"}, ["12:01"]),
        ({"verdict": "revoked"}, ["12:02"]),
        ({"occasion": "visit"}, ["12:03"]),
        ({"who": "ADA"}, ["12:03"]),
        ({"occasion": "job", "sort": "oldest"}, ["12:00", "12:01", "12:02", "12:04"]),
        ({"sort": "slowest"}, ["12:01", "12:04", "12:03", "12:02", "12:00"]),
        ({"sort": "most"}, ["12:02", "12:04", "12:03", "12:01", "12:00"]),
        ({"who": "nobody"}, []),
        ({"until": "2026-11-19"}, []),
        ({"since": "2026-11-21"}, []),
        ({"since": "2026-11-20", "until": "2026-11-20", "verdict": "revoked"}, ["12:02"]),
    ],
)
def test_filters_and_orders_are_those_of_the_page_and_of_the_file(
    admin_client: Client, query: dict[str, str], found: list[str]
) -> None:
    add(5)
    VerificationRecord.objects.filter(once="1").update(
        environment="sandbox", slowest_milliseconds=99
    )
    VerificationRecord.objects.filter(once="2").update(verdict="revoked", times=7)
    VerificationRecord.objects.filter(once="3").update(occasion="visit", user_name="ada")

    page = admin_client.get(URL, query).text
    file = download(admin_client, **query)

    assert times_of_day(page) == found
    assert [cells[0][11:16] for cells in file[1:]] == found
    assert ("Nothing matches." in page) is (not found)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"since": "2026-11-19", "until": "2026-11-18"}, "This day comes before “From”."),
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"until": "9999-99-99"}, "Enter a valid date."),
        ({"since": "0001-01-01", "until": "9999-12-31"}, ""),
        ({"verdict": "nothing"}, "Select a valid choice."),
        ({"environment": "'; DROP TABLE"}, "Select a valid choice."),
        ({"occasion": "x"}, "Select a valid choice."),
        ({"sort": "-pk"}, "Select a valid choice."),
        ({"who": "x" * 10_000}, "at most 150 characters"),
        ({"who": "a\0b"}, "Null characters are not allowed."),
        ({"after": "x", "before": "-1"}, ""),
        ({"after": "9" * 400}, ""),
        ({"after": "٣"}, ""),
        ({"nothing": "x"}, ""),
    ],
)
def test_bad_filter_is_told_beside_its_field_and_left_out(
    admin_client: Client, query: dict[str, str], message: str
) -> None:
    add(started_at=NOON - timedelta(days=1))

    page = admin_client.get(URL, query)

    assert page.status_code == 200
    assert (message in page.text) if message else ("errorlist" not in page.text)
    assert len(rows(page.text)) == 1
    assert len(download(admin_client, **query)) == 2


def test_empty_log_says_when_something_will_be_there(admin_client: Client) -> None:
    assert "No key has been verified yet." in admin_client.get(URL).text


def test_nothing_found_leads_back_to_everything(admin_client: Client) -> None:
    add()

    page = admin_client.get(URL, {"verdict": "revoked"}).text

    assert "Nothing matches." in page
    assert f'<a href="{URL}">Show all</a>' in page


def test_another_page_or_order_is_no_search(admin_client: Client) -> None:
    add(60)

    first = admin_client.get(URL, {"sort": "oldest", "environment": "", "who": ""}).text
    second = admin_client.get(link_in(first, "next")).text
    empty = admin_client.get(URL, {"sort": "oldest", "environment": "sandbox"}).text

    assert "Show all" not in first + second
    assert "Show all" in empty


@pytest.mark.parametrize("sort", ["newest", "oldest", "slowest", "most"])
def test_pages_go_back_and_forth_without_a_gap_in_each_order(
    admin_client: Client, sort: str
) -> None:
    add(120, environment="sandbox")
    # Some are equally slow, and the slowest are not those with the highest ids.
    VerificationRecord.objects.update(slowest_milliseconds=10 - F("slowest_milliseconds") / 40)

    first = admin_client.get(URL, {"sort": sort, "environment": "sandbox"}).text
    second = admin_client.get(link_in(first, "next")).text
    third = admin_client.get(link_in(second, "next")).text
    back = admin_client.get(link_in(third, "prev")).text
    start = admin_client.get(link_in(back, "prev")).text

    pages = [times_of_day(page) for page in (first, second, third)]
    file = [cells[0][11:16] for cells in download(admin_client, sort=sort)[1:]]
    assert list(map(len, pages)) == [50, 50, 20]
    assert [time for page in pages for time in page] == file
    assert len(set(file)) == 120
    assert [times_of_day(page) for page in (back, start)] == [pages[1], pages[0]]
    assert 'rel="prev"' not in first + start
    assert 'rel="next"' not in third


@pytest.mark.parametrize("place", ["0", "-1", "x", "9" * 30, "\u0663", "1.5"])
def test_what_is_no_place_in_the_list_leads_to_the_first_page(
    admin_client: Client, place: str
) -> None:
    add(2)

    pages = [admin_client.get(URL, {name: place}) for name in ("after", "before")]

    assert [page.status_code for page in pages] == [200, 200]
    assert [len(times_of_day(page.text)) for page in pages] == [2, 2]


@pytest.mark.parametrize("number", [20, 10_000])
def test_queries_do_not_grow_with_the_log(
    admin_client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    number: int,
) -> None:
    add(number)
    admin_client.get(URL)  # the first visit notes the session

    with django_assert_max_num_queries(8):
        page = admin_client.get(URL)

    assert len(rows(page.text)) == min(number, 50)


def test_name_that_looks_like_a_page_is_shown_as_text(admin_client: Client) -> None:
    add(user_name="<script>alert(1)</script>\r\nX: y")

    page = admin_client.get(URL).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("path", [URL, CSV_URL])
def test_log_needs_its_permission(db: None, client: Client, path: str) -> None:
    signed_out = client.get(path)
    user = User.objects.create_user("eve")
    user.user_permissions.add(Permission.objects.get(codename="view_storedkey"))
    client.force_login(user)
    without = client.get(path)
    user.user_permissions.add(Permission.objects.get(codename="view_verificationrecord"))

    allowed = client.get(path)

    assert signed_out["Location"] == f"/sign-in/?next={path}"
    assert (without.status_code, allowed.status_code) == (403, 200)
    assert "no-store" in allowed["Cache-Control"]
    assert client.post(path).status_code == 405


def test_environment_of_another_version_harms_neither_page_nor_file(admin_client: Client) -> None:
    add(environment="staging", verdict="new", cause="new", occasion="new")

    assert rows(admin_client.get(URL).text) == ["2026-11-20 12:00:00 Staging new new 1 0 new"]
    assert download(admin_client)[1][2] == "Staging"
