"""My Account > API Portal."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from api_keys.commerce_account.models import Company, Event, IssuedKey, Membership
from api_keys.contract import fingerprint
from tests.api_keys.commerce_account.conftest import delete, member_of, new_key, signed_in
from tests.concurrency import at_once

ENTRY = "/my-account/api-portal/"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
XSS = "<script>alert('x')</script>"


def portal_of(company: Company) -> str:
    return f"/my-account/{company.pk}/api-portal/"


def key_url(row: IssuedKey, action: str = "") -> str:
    return f"{portal_of(row.company)}keys/{row.pk}/{action}"


def fields(**data: str) -> dict[str, str]:
    """Return what the form for a new key sends, by default."""
    complete = {"description": "Amazon Sales Channel", "environment": "production"}
    return {**complete, "token": str(uuid4()), "expires": "365", **data}


def create(client: Client, **data: str) -> str:
    portal = client.get(ENTRY)["Location"]
    return client.post(portal, fields(**data), follow=True).text


def see(client: Client, **query: str) -> str:
    return client.get(ENTRY, query, follow=True).text


def test_portal_without_keys_says_what_to_do(member_client: Client) -> None:
    page = see(member_client)

    assert "There is no Production key." in page
    assert "Acme Outdoor" in page


def test_new_key_appears_at_once_with_its_name_and_masked(member_client: Client) -> None:
    page = create(member_client)

    row = IssuedKey.objects.get()
    assert "<bdi>Amazon Sales Channel</bdi>" in page
    assert f"ck_production_…{row.last_four}" in page
    assert row.fingerprint in page
    assert row.company.name == "Acme Outdoor"
    assert Event.objects.get(kind="key_created").actor == User.objects.get()


def test_keys_of_each_environment_are_listed_apart(
    member_client: Client, issued: tuple[IssuedKey, str]
) -> None:
    create(member_client, description="Trying things", environment="sandbox")

    production = see(member_client)
    sandbox = see(member_client, environment="sandbox")

    assert "Amazon Sales Channel</bdi>" in production
    assert "Trying things" not in production
    assert "Trying things" in sandbox
    assert "Amazon Sales Channel</bdi>" not in sandbox


def test_unknown_environment_shows_production(member_client: Client) -> None:
    assert "There is no Production key." in see(member_client, environment="moon")


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ("", "This field is required."),
        ("   ", "This field is required."),
        ("x" * 101, "at most 100 characters"),
        ("x" * 10_000, "at most 100 characters"),
        ("nu\0ll", "Null characters are not allowed."),
        ("two\nlines", "Use a single line"),
        ("bell\x07", "Use a single line"),
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


def test_expired_key_stays_listed_as_expired(member_client: Client, company: Company) -> None:
    new_key(company, "Last year's", expires_at=timezone.now() - timedelta(days=1))

    assert '<span class="badge badge-bad">Expired</span>' in see(member_client)


def test_newest_key_stands_first(member_client: Client) -> None:
    create(member_client, description="First")

    page = create(member_client, description="Second")

    assert page.index("<bdi>Second") < page.index("<bdi>First")


def test_fingerprint_is_the_one_the_admin_shows(
    member_client: Client, issued: tuple[IssuedKey, str]
) -> None:
    assert fingerprint(issued[1]) in see(member_client)


@pytest.mark.parametrize(
    ("choice", "lifetime"),
    [
        ({}, timedelta(days=365)),
        ({"expires": "90"}, timedelta(days=90)),
        ({"expires": "30"}, timedelta(days=30)),
        ({"expires": "date", "expires_on": "2026-12-01"}, timedelta(days=8, hours=12) - INSTANT),
        ({"expires": "date", "expires_on": "2026-11-23"}, timedelta(hours=12) - INSTANT),
        ({"expires": "never"}, None),
    ],
)
def test_key_is_good_for_as_long_as_was_chosen(
    member_client: Client, choice: dict[str, str], lifetime: timedelta | None
) -> None:
    with time_machine.travel(NOW, tick=False):
        create(member_client, **choice)

    row = IssuedKey.objects.get()
    assert row.expires_at == (NOW + lifetime if lifetime else None)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"expires": ""}, "This field is required."),
        ({"expires": "5000"}, "5000 is not one of the available choices."),
        ({"expires": "date"}, "Choose the last day on which the key is good."),
        ({"expires": "date", "expires_on": "soon"}, "Enter a valid date."),
        ({"expires": "date", "expires_on": "2026-11-22"}, "This day is over."),
        ({"expires": "date", "expires_on": "9999-12-31"}, "within the next 100 years"),
    ],
)
def test_bad_expiry_is_refused_beside_the_field_and_the_rest_is_kept(
    member_client: Client, choice: dict[str, str], message: str
) -> None:
    with time_machine.travel(NOW, tick=False):
        page = create(member_client, **choice)

    assert message in page
    assert 'value="Amazon Sales Channel"' in page
    assert not IssuedKey.objects.exists()


def test_365_days_are_offered_first(member_client: Client) -> None:
    (select,) = re.findall(r'name="expires".*?</select>', see(member_client), re.DOTALL)

    assert re.findall(r'value="(\w+)"', select) == ["365", "90", "30", "date", "never"]


def test_description_is_taken_while_the_key_lives(member_client: Client, company: Company) -> None:
    create(member_client)

    refused = create(member_client)
    elsewhere = create(member_client, environment="sandbox")
    delete(IssuedKey.objects.get(environment="production"))
    again = create(member_client)

    assert "Another key of this environment has this description." in refused
    assert "is ready" in elsewhere
    assert "is ready" in again
    assert IssuedKey.objects.count() == 3


def test_form_sent_twice_makes_one_key(member_client: Client, company: Company) -> None:
    form = fields()

    pages = [member_client.post(portal_of(company), form, follow=True) for _ in range(2)]

    assert IssuedKey.objects.count() == 1
    assert all("is ready" in page.text for page in pages)
    assert all(page.redirect_chain for page in pages), "a reload asks for the list again"


def test_eleventh_live_key_is_refused(member_client: Client, company: Company) -> None:
    expired = timezone.now() - timedelta(days=1)
    for number in range(5):
        delete(new_key(company, f"Deleted {number}")[0])
        new_key(company, f"Expired {number}", expires_at=expired)
    for number in range(10):
        assert "is ready" in create(member_client, description=f"Store {number}")

    page = create(member_client, description="One too many")

    assert "Your company has 10 keys in this environment" in page
    assert 'value="One too many"' in page
    assert not IssuedKey.objects.filter(description="One too many").exists()


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_get_no_more_than_the_limit(company: Company) -> None:
    clients = [signed_in(member_of(company, f"person{number}")) for number in range(5)]
    new_key(company, "First of ten")

    def create_one(number: int) -> int:
        answer = clients[number % 5].post(portal_of(company), fields(description=f"{number}"))
        return answer.status_code

    statuses = at_once(create_one, 50)

    assert sorted(statuses) == [200] * 41 + [302] * 9
    assert IssuedKey.objects.count() == 10


def test_key_pasted_as_a_description_is_refused_and_never_shown(
    member_client: Client, issued: tuple[IssuedKey, str]
) -> None:
    page = create(member_client, description=f"key {issued[1]}")

    assert "This is an API key." in page
    assert issued[1] not in page
    assert IssuedKey.objects.count() == 1


def test_form_of_a_key_that_was_deleted_is_not_called_ready(
    member_client: Client, company: Company
) -> None:
    form = fields()
    member_client.post(portal_of(company), form)
    delete(IssuedKey.objects.get())

    page = member_client.post(portal_of(company), form, follow=True).text

    assert "was already deleted" in page.split("is ready")[-1]
    assert IssuedKey.objects.count() == 1


def test_one_form_for_two_companies_makes_a_key_in_each(
    member: User, member_client: Client, company: Company
) -> None:
    other = Company.objects.create(name="Second")
    Membership.objects.create(company=other, user=member, role="owner")
    form = fields()

    answers = [member_client.post(portal_of(owner), form) for owner in (company, other)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert {row.company for row in IssuedKey.objects.all()} == {company, other}
