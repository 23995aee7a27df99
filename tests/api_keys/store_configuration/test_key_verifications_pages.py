"""System > Action Logs > Key verifications: filters, orders and pages."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from api_keys.store_configuration.models import VerificationRecord
from tests.api_keys.store_configuration.verifications import NOON, URL, add, download, rows

pytestmark = pytest.mark.postgresql


def times_of_day(page: str) -> list[str]:
    return [row[11:16] for row in rows(page)]


def link_in(page: str, rel: str) -> str:
    (link,) = re.findall(rf'rel="{rel}" href="([^"]+)"', page)
    return URL + str(link).replace("&amp;", "&")


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
    add(60, environment="sandbox")
    # Some are equally slow, and the slowest are not those with the highest ids.
    VerificationRecord.objects.update(slowest_milliseconds=10 - F("slowest_milliseconds") / 20)

    first = admin_client.get(URL, {"sort": sort, "environment": "sandbox"}).text
    second = admin_client.get(link_in(first, "next")).text
    third = admin_client.get(link_in(second, "next")).text
    back = admin_client.get(link_in(third, "prev")).text
    start = admin_client.get(link_in(back, "prev")).text

    pages = [times_of_day(page) for page in (first, second, third)]
    file = [cells[0][11:16] for cells in download(admin_client, sort=sort)[1:]]
    assert list(map(len, pages)) == [25, 25, 10]
    assert [time for page in pages for time in page] == file
    assert len(set(file)) == 60
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

    assert len(rows(page.text)) == min(number, 25)
