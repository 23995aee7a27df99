"""One key's pages: see, reveal, copy and delete it."""

from datetime import timedelta
from urllib.parse import unquote

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from api_keys.commerce_account.checking import check_key
from api_keys.commerce_account.models import Company, Event, IssuedKey, KeyUsage
from api_keys.contract import Environment, Verdict
from tests.api_keys.commerce_account.conftest import delete, new_key
from tests.api_keys.commerce_account.test_api_portal import XSS, fields, key_url, portal_of

Issued = tuple[IssuedKey, str]
FOR_SCRIPT = {"accept": "text/plain"}


def used(issued: IssuedKey, client: str, address: str = "192.0.2.7", *, days_ago: int = 0) -> None:
    now = timezone.now() - timedelta(days=days_ago)
    IssuedKey.objects.filter(pk=issued.pk).update(
        first_used_at=now, last_used_at=now, last_used_address=address, last_used_client=client
    )
    KeyUsage.objects.create(
        key=issued, day=now.date(), address=address, client=client, calls=3, last_used_at=now
    )


def test_page_shows_everything_but_the_key(member_client: Client, issued: Issued) -> None:
    used(issued[0], "Magento/2.4.8 (store 1)")

    page = member_client.get(key_url(issued[0])).text

    assert issued[0].fingerprint in page
    assert issued[0].masked in page
    assert "mia@example.com" in page
    assert "Magento/2.4.8 (store 1)" in page
    assert "192.0.2.7" in page
    assert "3 calls in the last 30 days" in page
    assert issued[1] not in page


@pytest.mark.parametrize("state", ["Active", "Expires in 5 days", "Expired"])
def test_state_is_told(member_client: Client, company: Company, state: str) -> None:
    now = timezone.now()
    expiry = {"Active": now + timedelta(days=31), "Expired": now}
    row, _key = new_key(company, expires_at=expiry.get(state, now + timedelta(days=4, hours=1)))

    assert state in member_client.get(key_url(row)).text


def test_copy_answers_with_exactly_the_key(member_client: Client, issued: Issued) -> None:
    answer = member_client.post(key_url(issued[0], "reveal/"), headers=FOR_SCRIPT)

    assert answer.content == issued[1].encode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert Event.objects.latest("pk").kind == "key_revealed"


def test_reveal_opens_a_page_with_the_key(member_client: Client, issued: Issued) -> None:
    accept = {"accept": "text/html,*/*;q=0.8"}

    page = member_client.post(key_url(issued[0], "reveal/"), headers=accept)

    assert f">{issued[1]}</textarea>" in page.text
    assert "no-store" in page["Cache-Control"]
    assert issued[1] not in page.text.split("<body>")[0]


def test_key_is_shown_to_no_get(member_client: Client, issued: Issued) -> None:
    visit = member_client.get(key_url(issued[0], "reveal/"))

    assert visit["Location"] == key_url(issued[0])
    assert not Event.objects.filter(kind="key_revealed").exists()


@pytest.mark.parametrize("action", ["reveal/", "roll/", "call-off/", "delete/", "new"])
def test_old_proof_has_to_be_renewed_and_then_it_goes_on(
    member_client: Client, issued: Issued, action: str, settings: Settings
) -> None:
    url = portal_of(issued[0].company) if action == "new" else key_url(issued[0], action)
    before = Event.objects.count()

    with time_machine.travel(timezone.now() + timedelta(seconds=settings.STEP_UP_SECONDS + 1)):
        asked = member_client.post(url, fields(overlap="0"))

    assert asked.status_code == 302
    assert asked["Location"].startswith("/my-account/")
    assert unquote(asked["Location"]).endswith(f"?next={url}")
    assert Event.objects.count() == before


def test_deleting_shows_what_would_break_and_then_is_final(
    member_client: Client, issued: Issued
) -> None:
    used(issued[0], "Magento/2.4.8", days_ago=29)
    used(issued[0], "curl/8", "2001:db8::1")
    KeyUsage.objects.create(
        key=issued[0],
        day=timezone.now().date() - timedelta(days=30),
        address="198.51.100.1",
        client="long gone",
        calls=1,
        last_used_at=timezone.now(),
    )

    question = member_client.get(key_url(issued[0], "delete/"))
    before = check_key(issued[1], Environment.PRODUCTION)
    page = member_client.post(key_url(issued[0], "delete/"), follow=True)
    after = check_key(issued[1], Environment.PRODUCTION)

    assert "Delete “Amazon Sales Channel”?" in question.text
    for shown in ("Magento/2.4.8", "192.0.2.7", "curl/8", "2001:db8::1"):
        assert shown in question.text
    assert "long gone" not in question.text
    assert "The key “Amazon Sales Channel” was deleted." in page.text
    assert f"…{issued[0].last_four}" not in page.text
    assert (before.verdict, after.verdict) == (Verdict.VALID, Verdict.REVOKED)


def test_client_that_is_no_text_of_ours_does_no_harm(member_client: Client, issued: Issued) -> None:
    used(issued[0], XSS + "\u202eexe")

    pages = [member_client.get(key_url(issued[0], action)).text for action in ("", "delete/")]

    assert all(XSS not in page and "<bdi>&lt;script&gt;" in page for page in pages)


def test_key_deleted_in_another_tab_is_told_so(member_client: Client, issued: Issued) -> None:
    delete(issued[0])

    pages = [
        member_client.get(key_url(issued[0], "delete/"), follow=True),
        member_client.post(key_url(issued[0], "delete/"), follow=True),
        member_client.post(key_url(issued[0], "reveal/"), follow=True),
    ]
    for_script = member_client.post(key_url(issued[0], "reveal/"), headers=FOR_SCRIPT)

    assert all("was already deleted" in page.text for page in pages)
    assert for_script.status_code == 410
    assert "Revoked" in member_client.get(key_url(issued[0])).text


def test_copy_that_can_not_be_opened_says_so_and_counts_as_no_reveal(
    member_client: Client, issued: Issued, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = ["A" * 43 + "="]

    for_script = member_client.post(key_url(issued[0], "reveal/"), headers=FOR_SCRIPT)
    page = member_client.post(key_url(issued[0], "reveal/"), follow=True)

    assert for_script.status_code == 410
    assert "The key itself still works." in page.text
    assert not Event.objects.filter(kind="key_revealed").exists()
    assert check_key(issued[1], Environment.PRODUCTION).verdict is Verdict.VALID


def test_page_of_a_busy_key_costs_few_queries(
    member_client: Client, issued: Issued, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        used(issued[0], f"client {number}", days_ago=number % 30)

    member_client.get(key_url(issued[0]))

    with django_assert_max_num_queries(8):
        page = member_client.get(key_url(issued[0])).text

    assert "The latest 20 of 60 are shown." in page
