"""My Account > History: what is found again, page by page."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from admin_portal.actors import NOBODY
from api_keys.commerce_account import members
from api_keys.commerce_account.models import Company, Event, Role
from tests.api_keys.commerce_account.conftest import new_key
from tests.api_keys.commerce_account.histories import DAY, add, rows, see, url_of

Kind = Event.Kind


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"number (\d+)", page)]


def test_filters_find_by_kind_person_key_and_day(
    viewer_client: Client, company: Company, member: User
) -> None:
    row, _key = new_key(company, "Wanted", by=member)
    other, _key = new_key(company, "Other", by=None)
    members.invite(company, "nia@example.com", Role.VIEWER, by=NOBODY)
    add(company, 1)

    by_kind = rows(see(viewer_client, company, kind="member_invited"))
    by_doer = rows(see(viewer_client, company, person="MIA@"))
    by_concerned = rows(see(viewer_client, company, person="nia@"))
    by_key = see(viewer_client, company, key=row.pk)
    by_day = rows(see(viewer_client, company, since="2026-11-20", until="2026-11-20"))

    assert ["Member invited" in text for text in by_kind] == [True]
    assert ["Wanted" in text for text in by_doer] == [True]
    assert ["nia@example.com" in text for text in by_concerned] == [True]
    assert "Only of the key:" in by_key
    assert len(rows(by_key)) == 1
    assert other.fingerprint not in by_key
    assert ["number 0" in text for text in by_day] == [True]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"until": "9999-99-99"}, "Enter a valid date."),
        ({"kind": "nothing"}, "Select a valid choice."),
        ({"person": "x" * 10_000}, "at most 254 characters"),
        ({"person": "a\0b"}, "Null characters are not allowed."),
        ({"since": "2026-11-20", "until": "2026-11-19"}, "This day comes before “From”."),
        ({"since": "2026-11-20", "until": "2026-11-20"}, "number 0"),
        ({"key": "9" * 30}, "Nothing"),
        ({"key": "x", "before": "x", "after": "-1"}, "number 0"),
        ({"before": "9" * 400}, "number 0"),
        ({"since": "0001-01-01", "until": "9999-12-31"}, "number 0"),
    ],
)
def test_bad_filter_is_told_beside_its_field_and_does_no_harm(
    viewer_client: Client, company: Company, query: dict[str, str], message: str
) -> None:
    add(company, 1)

    page = viewer_client.get(url_of(company), query)

    assert page.status_code == 200
    assert message in page.text or (message == "Nothing" and numbers(page.text) == [0])


def test_nothing_found_says_so_and_leads_back(viewer_client: Client, company: Company) -> None:
    add(company, 1)

    page = see(viewer_client, company, person="nobody@")

    assert "Nothing matches." in page
    assert "Show all" in page


def test_pages_go_back_and_forth_without_a_gap(viewer_client: Client, company: Company) -> None:
    add(company, 60)

    first = see(viewer_client, company)
    second = viewer_client.get(url_of(company) + link_in(first, "next")).text
    third = viewer_client.get(url_of(company) + link_in(second, "next")).text
    back = viewer_client.get(url_of(company) + link_in(third, "prev")).text
    start = viewer_client.get(url_of(company) + link_in(back, "prev")).text

    assert numbers(first) == list(range(59, 34, -1))
    assert numbers(second) == list(range(34, 9, -1))
    assert numbers(third) == list(range(9, -1, -1))
    assert (back, start) == (second, first) or numbers(back + start) == numbers(second + first)
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in third


def test_events_of_the_same_instant_are_each_on_one_page(
    viewer_client: Client, company: Company
) -> None:
    Event.objects.bulk_create(
        Event(
            company=company,
            kind=Kind.COMPANY_CREATED,
            detail={"name": f"number {index}"},
            created_at=DAY,
        )
        for index in range(40)
    )

    first = see(viewer_client, company)
    second = viewer_client.get(url_of(company) + link_in(first, "next")).text

    assert numbers(first) + numbers(second) == list(range(39, -1, -1))


def link_in(page: str, rel: str) -> str:
    (link,) = re.findall(rf'rel="{rel}" href="([^"]+)"', page)
    return str(link).replace("&amp;", "&")


@pytest.mark.parametrize("number", [20, 2000])
def test_queries_do_not_grow_with_the_history(
    viewer_client: Client,
    company: Company,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    number: int,
) -> None:
    add(company, number)
    see(viewer_client, company)

    with django_assert_max_num_queries(8):
        page = see(viewer_client, company)

    assert len(rows(page)) == min(number, 25)
