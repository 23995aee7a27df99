"""Making a company, and changing over between several."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from admin_portal.actors import Actor
from api_keys.commerce_account import members
from api_keys.commerce_account.models import Company, Event, Membership, Role
from tests.api_keys.commerce_account.conftest import new_key, signed_in
from tests.concurrency import at_once

NEW = "/my-account/new-company/"
PORTAL = "/my-account/api-portal/"


@pytest.fixture
def mia(db: None) -> User:
    return User.objects.create_user("mia", "mia@example.com", "mia's own password")


@pytest.fixture
def client(mia: User) -> Client:
    return signed_in(mia)


def test_person_without_a_company_lands_where_one_is_made(client: Client) -> None:
    page = client.get(PORTAL, follow=True)

    assert page.redirect_chain == [(NEW, 302)]
    assert "You belong to no company yet" in page.text
    assert "Ask one of its owners to invite mia@example.com" in page.text


def test_whoever_makes_a_company_owns_it(client: Client, mia: User) -> None:
    page = client.post(NEW, {"name": "  Acme Outdoor 😀 "}, follow=True)

    company = Company.objects.get()
    assert page.redirect_chain == [(f"/my-account/{company.pk}/api-portal/", 302)]
    assert "Acme Outdoor 😀</bdi>" in page.text
    assert Membership.objects.get(user=mia).role == Role.OWNER
    event = Event.objects.get(kind=Event.Kind.COMPANY_CREATED)
    assert (event.actor, event.detail) == (mia, {"name": "Acme Outdoor 😀"})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "This field is required."),
        ("x" * 10_000, "at most 100 characters"),
        ("a\0b", "Null characters are not allowed."),
        ("a\nb", "Use a single line"),
        ("a\u2028b", "Use a single line"),
        ("Your account is locked: go to https://evil.example/1", "without a web address"),
        ("Your account is locked: go to WWW.evil.example", "without a web address"),
    ],
)
def test_bad_name_is_refused_beside_the_field_and_kept(
    client: Client, name: str, message: str
) -> None:
    page = client.post(NEW, {"name": name})

    assert page.status_code == 200
    assert message in page.text
    assert name in page.text
    assert not Company.objects.exists()


def test_nobody_makes_more_than_five_companies_a_day(client: Client, mia: User) -> None:
    for number in range(5):
        client.post(NEW, {"name": f"Company {number}"})
    Membership.objects.all().delete()  # as by leaving them to others: they count all the same

    today = client.post(NEW, {"name": "One too many"})
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        tomorrow = signed_in(mia).post(NEW, {"name": "Of the next day"})

    assert "You made 5 companies within a day. Wait until tomorrow." in today.text
    assert ("aria-invalid" in today.text, 'value="One too many"' in today.text) == (True, True)
    assert tomorrow.status_code == 302
    assert Company.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_companies_made_at_the_same_moment_count_as_well() -> None:
    mia = User.objects.create_user("mia", "mia@example.com", "mia's own password")
    for number in range(4):
        members.create_company(f"Company {number}", by=Actor(mia))

    def make(number: int) -> None:
        with suppress(members.Refused):
            members.create_company(f"At once {number}", by=Actor(mia))

    at_once(make, 4)

    assert Company.objects.count() == 5


def test_only_those_with_several_companies_get_a_choice(client: Client, mia: User) -> None:
    members.create_company("First Ltd", by=Actor(mia))
    alone = client.get(PORTAL, follow=True).text
    members.create_company("Second Ltd", by=Actor(mia))

    both = client.get(PORTAL, follow=True).text

    assert "Change company" not in alone
    assert NEW in alone
    assert "Change company" in both
    assert "Second Ltd" in both


@pytest.mark.parametrize(
    ("page", "target"),
    [
        ("api-portal/", "api-portal/"),
        ("api-portal/keys/{key}/", "api-portal/"),
        ("members/", "members/"),
        ("members/leave/", "members/"),
        ("history/", "history/"),
    ],
)
def test_choice_leads_to_the_same_kind_of_page(
    client: Client, mia: User, page: str, target: str
) -> None:
    first = members.create_company("First Ltd", by=Actor(mia))
    second = members.create_company("Second Ltd", by=Actor(mia))
    key, _clear = new_key(first)

    seen = client.get(f"/my-account/{first.pk}/{page.format(key=key.pk)}").text

    choice = seen.split("<details")[1].split("</details>")[0]
    assert re.findall(r'href="([^"]+)"', choice) == [f"/my-account/{second.pk}/{target}", NEW]


def test_two_tabs_with_two_companies_do_not_disturb_each_other(client: Client, mia: User) -> None:
    first = members.create_company("First Ltd", by=Actor(mia))
    second = members.create_company("Second Ltd", by=Actor(mia))
    new_key(first, "Of the first")
    new_key(second, "Of the second")

    tabs = [client.get(f"/my-account/{company.pk}/api-portal/").text for company in (first, second)]
    invited = client.post(
        f"/my-account/{first.pk}/members/", {"email": "nia@example.com", "role": "viewer"}
    )
    client.get(invited["Location"])
    again = client.get(f"/my-account/{second.pk}/members/").text

    assert "Of the second" not in tabs[0]
    assert "Of the first" not in tabs[1]
    assert invited["Location"] == f"/my-account/{first.pk}/members/"
    assert "nia@example.com" not in again


def test_api_portal_opens_the_company_seen_last(client: Client, mia: User) -> None:
    members.create_company("First Ltd", by=Actor(mia))
    second = members.create_company("Second Ltd", by=Actor(mia))

    client.get(f"/my-account/{second.pk}/members/")

    assert client.get(PORTAL)["Location"] == f"/my-account/{second.pk}/api-portal/"
