"""The list of keys: found, filtered, sorted, paged, and how much each was used."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from api_keys.commerce_account.models import Company, IssuedKey, KeyUsage
from tests.api_keys.commerce_account.test_api_portal import XSS, portal_of, see


@pytest.fixture
def ten_thousand_keys(company: Company) -> None:
    """Nearly all of them revoked; of the others some are retiring, some expire soon."""
    now = timezone.now()
    expiring = {"expires_at": now + timedelta(days=3)}
    IssuedKey.objects.bulk_create(
        IssuedKey(
            company=company,
            environment="production",
            description=f"Store {number:05}",
            digest=f"{number:064}",
            ciphertext="",
            fingerprint=f"{number:04x}-0000-0000",
            last_four="AbCd",
            created_at=now - timedelta(minutes=number),
            revoked_at=None if number < 60 else now,
            **(expiring if 30 <= number < 40 else {}),
        )
        for number in range(10_000)
    )


@pytest.mark.usefixtures("ten_thousand_keys")
def test_list_is_found_searched_filtered_sorted_and_paged(member_client: Client) -> None:
    assert listed(see(member_client)) == [f"Store {number:05}" for number in range(25)]
    assert listed(see(member_client, page="3")) == [f"Store {n:05}" for n in range(50, 60)]
    assert "Page 3 of 3" in see(member_client, page="3")
    assert listed(see(member_client, q="00042")) == ["Store 00042"]
    assert listed(see(member_client, q="09999", state="revoked")) == ["Store 09999"]
    assert listed(see(member_client, q="0007-0000")) == ["Store 00007"]
    assert listed(see(member_client, state="expiring")) == [f"Store {n:05}" for n in range(30, 40)]
    assert listed(see(member_client, state="expired")) == []
    assert listed(see(member_client, sort="oldest"))[0] == "Store 00059"
    assert listed(see(member_client, sort="description", page="2"))[0] == "Store 00025"
    assert listed(see(member_client, sort="expiry"))[0] in [f"Store {n:05}" for n in range(30, 40)]
    assert "Page 398 of 398" in see(member_client, state="revoked", page="999999")


@pytest.mark.parametrize(
    "query",
    [
        {"page": "x"},
        {"page": "-1"},
        {"state": "moon"},
        {"sort": "digest"},
        {"environment": "\0"},
        {"q": "\0"},
        {"q": "\u202e"},
        {"q": XSS},
        {"q": "x" * 10_000},
    ],
)
def test_no_query_breaks_the_list(
    member_client: Client, issued: tuple[IssuedKey, str], query: dict[str, str]
) -> None:
    page = member_client.get(portal_of(issued[0].company), query)

    assert page.status_code == 200
    assert XSS not in page.text


def test_search_without_a_match_says_so_and_leads_back(
    member_client: Client, issued: tuple[IssuedKey, str]
) -> None:
    page = see(member_client, q="no such key")

    assert "No key matches." in page
    assert 'value="no such key"' in page
    assert "Show all" in page


@pytest.mark.usefixtures("ten_thousand_keys")
def test_ten_thousand_keys_cost_no_more_queries_than_few(
    member_client: Client, company: Company, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    member_client.get(portal_of(company))

    with django_assert_max_num_queries(8):
        member_client.get(portal_of(company))
    with django_assert_max_num_queries(8):
        member_client.get(portal_of(company), {"state": "revoked", "page": "300"})


def test_uses_are_shown_as_a_line_and_in_words(
    member_client: Client, issued: tuple[IssuedKey, str]
) -> None:
    today = timezone.now().date()
    for days_ago, calls in [(0, 5), (1, 2), (1, 1), (29, 4), (30, 1000)]:
        KeyUsage.objects.create(
            key=issued[0],
            day=today - timedelta(days=days_ago),
            address="127.0.0.1",
            client=f"client {calls}",
            calls=calls,
            last_used_at=timezone.now(),
        )

    page = see(member_client)

    assert 'aria-label="12 calls in the last 30 days, 5 on the busiest"' in page
    (points,) = re.findall(r'<polyline points="([^"]+)"', page)
    corners = points.split()
    assert len(corners) == 30
    assert (corners[0], corners[28], corners[29]) == ("0.0,5.4", "115.9,9.8", "120.0,1.0")


def listed(page: str) -> list[str]:
    return re.findall(r"<strong><bdi>([^<]+)</bdi>", page)


def test_key_searched_for_leaves_the_address_at_once(
    member_client: Client, issued: tuple[IssuedKey, str]
) -> None:
    asked = member_client.get(portal_of(issued[0].company), {"q": f" {issued[1]} "})
    page = member_client.get(asked["Location"]).text

    assert issued[1] not in asked["Location"]
    assert listed(page) == [issued[0].description]
    assert "Roll it" in page
