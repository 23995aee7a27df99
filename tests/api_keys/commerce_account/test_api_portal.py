"""My Account > API Portal."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from api_keys.commerce_account.issuing import check_key
from api_keys.commerce_account.models import Company, Event, IssuedKey
from api_keys.contract import Environment, Verdict, fingerprint
from tests.api_keys.commerce_account.conftest import delete, new_key

URL = "/my-account/api-portal/"
XSS = "<script>alert('x')</script>"


def key_url(row: IssuedKey, action: str = "") -> str:
    return f"{URL}keys/{row.pk}/{action}"


def create(client: Client, **data: str) -> str:
    complete = {"description": "Amazon Sales Channel", "environment": "production", **data}
    return client.post(URL, complete, follow=True).text


def test_portal_without_keys_says_what_to_do(member_client: Client) -> None:
    page = member_client.get(URL).text

    assert "There is no Production key." in page
    assert "Acme Outdoor" in page


def test_new_key_appears_at_once_with_its_name_and_masked(member_client: Client) -> None:
    page = create(member_client)

    row = IssuedKey.objects.get()
    assert "<strong>Amazon Sales Channel</strong>" in page
    assert f"ck_production_…{row.last_four}" in page
    assert row.fingerprint in page
    assert row.company.name == "Acme Outdoor"
    assert Event.objects.get().actor == User.objects.get()


def test_new_key_works_and_expires_after_the_set_time(
    member_client: Client, settings: Settings
) -> None:
    settings.ISSUED_KEY_LIFETIME_DAYS = 30
    create(member_client)
    key = member_client.post(
        key_url(IssuedKey.objects.get()), headers={"accept": "text/plain"}
    ).text

    now = check_key(key, Environment.PRODUCTION)
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        later = check_key(key, Environment.PRODUCTION)

    assert (now.verdict, later.verdict) == (Verdict.VALID, Verdict.EXPIRED)


def test_lifetime_of_0_days_means_for_ever(member_client: Client, settings: Settings) -> None:
    settings.ISSUED_KEY_LIFETIME_DAYS = 0

    page = create(member_client)

    assert IssuedKey.objects.get().expires_at is None
    assert "never" in page


def test_keys_of_each_environment_are_listed_apart(
    member_client: Client, issued: tuple[IssuedKey, str]
) -> None:
    create(member_client, description="Trying things", environment="sandbox")

    production = member_client.get(URL).text
    sandbox = member_client.get(URL, {"environment": "sandbox"}).text

    assert "Amazon Sales Channel</strong>" in production
    assert "Trying things" not in production
    assert "Trying things" in sandbox
    assert "Amazon Sales Channel</strong>" not in sandbox


def test_unknown_environment_shows_production(member_client: Client) -> None:
    page = member_client.get(URL, {"environment": "moon"})

    assert page.status_code == 200
    assert "There is no Production key." in page.text


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ("", "This field is required."),
        ("   ", "This field is required."),
        ("x" * 101, "at most 100 characters"),
        ("x" * 10_000, "at most 100 characters"),
        ("nu\0ll", "Null characters are not allowed."),
    ],
)
def test_bad_description_is_refused_beside_the_field_and_kept(
    member_client: Client, description: str, message: str
) -> None:
    page = create(member_client, description=description)

    assert message in page
    assert not IssuedKey.objects.exists()
    assert f'value="{description}"' in page or not description.strip()


def test_bad_environment_creates_nothing(member_client: Client) -> None:
    create(member_client, environment="moon")

    assert not IssuedKey.objects.exists()


@pytest.mark.parametrize("text", [XSS, "\u202egnp.exe", "🔑 key", '" onfocus="alert(1)'])
def test_description_is_text_wherever_it_is_shown(member_client: Client, text: str) -> None:
    page = create(member_client, description=text)
    row = IssuedKey.objects.get()
    pages = page + member_client.get(key_url(row, "delete/")).text

    assert row.description == text
    assert "<script>alert" not in pages
    assert '" onfocus="' not in pages


def test_copy_answers_with_exactly_the_key(
    member_client: Client, issued: tuple[IssuedKey, str]
) -> None:
    answer = member_client.post(key_url(issued[0]), headers={"accept": "text/plain"})

    assert answer.content == issued[1].encode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert Event.objects.latest("pk").kind == "revealed"


def test_without_javascript_copy_opens_a_page_with_the_key(
    member_client: Client, issued: tuple[IssuedKey, str]
) -> None:
    page = member_client.post(key_url(issued[0]), headers={"accept": "text/html,*/*;q=0.8"})

    assert f">{issued[1]}</textarea>" in page.text
    assert "no-store" in page["Cache-Control"]
    assert issued[1] not in page.text.split("<body>")[0]


def test_key_is_shown_to_no_get(member_client: Client, issued: tuple[IssuedKey, str]) -> None:
    visit = member_client.get(key_url(issued[0]))

    assert visit["Location"] == f"{URL}?environment=production"
    assert not Event.objects.filter(kind="revealed").exists()


def test_deleting_asks_first_and_then_is_final(
    member_client: Client, issued: tuple[IssuedKey, str]
) -> None:
    question = member_client.get(key_url(issued[0], "delete/"))
    before = check_key(issued[1], Environment.PRODUCTION)
    page = member_client.post(key_url(issued[0], "delete/"), follow=True)
    after = check_key(issued[1], Environment.PRODUCTION)

    assert "Delete “Amazon Sales Channel”?" in question.text
    assert "The key “Amazon Sales Channel” was deleted." in page.text
    assert f"…{issued[0].last_four}" not in page.text
    assert (before.verdict, after.verdict) == (Verdict.VALID, Verdict.REVOKED)


def test_key_deleted_in_another_tab_is_told_so(
    member_client: Client, member: User, issued: tuple[IssuedKey, str]
) -> None:
    delete(issued[0])

    pages = [
        member_client.get(key_url(issued[0], "delete/"), follow=True),
        member_client.post(key_url(issued[0], "delete/"), follow=True),
        member_client.post(key_url(issued[0]), follow=True),
    ]

    for_script = member_client.post(key_url(issued[0]), headers={"accept": "text/plain"})
    assert all("was already deleted" in page.text for page in pages)
    assert for_script.status_code == 410
    assert "was already deleted" not in member_client.get(URL).text


def test_expired_key_stays_listed_as_expired(member_client: Client, company: Company) -> None:
    new_key(
        company,
        "Last year's",
        expires_at=timezone.now() - timedelta(days=1),
    )

    assert '<span class="badge badge-bad">Expired</span>' in member_client.get(URL).text


def test_newest_key_stands_first(member_client: Client) -> None:
    create(member_client, description="First")

    page = create(member_client, description="Second")

    assert page.index("<strong>Second") < page.index("<strong>First")


def test_copy_that_can_not_be_opened_says_so_and_counts_as_no_reveal(
    member_client: Client, issued: tuple[IssuedKey, str], settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = ["A" * 43 + "="]

    for_script = member_client.post(key_url(issued[0]), headers={"accept": "text/plain"})
    page = member_client.post(key_url(issued[0]), follow=True)

    assert for_script.status_code == 410
    assert "The key itself still works." in page.text
    assert not Event.objects.filter(kind="revealed").exists()
    assert check_key(issued[1], Environment.PRODUCTION).verdict is Verdict.VALID


def test_many_keys_cost_no_more_queries_than_few(
    member_client: Client,
    company: Company,
    issued: tuple[IssuedKey, str],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(20):
        new_key(company, f"{number}")

    with django_assert_max_num_queries(8):
        page = member_client.get(URL)

    assert page.text.count("data-copied") == 21


def test_fingerprint_is_the_one_the_admin_shows(
    member_client: Client, issued: tuple[IssuedKey, str]
) -> None:
    assert fingerprint(issued[1]) in member_client.get(URL).text
