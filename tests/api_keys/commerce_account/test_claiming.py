"""Whoever registers another's address does not get into the account that its owner confirms."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailConfirmationHMAC
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from pytest_django import Settings

from api_keys.commerce_account.models import Company
from tests.api_keys.commerce_account.conftest import member_of
from tests.api_keys.commerce_account.people import is_signed_in, sign_in
from tests.api_keys.commerce_account.test_creating_an_account import NEWCOMER

EMAIL, CHOSEN = NEWCOMER["email"], NEWCOMER["password1"]
OWN = "the owner's own phrase"
SENTENCE = "Choose a password: this address was registered in another browser."


@pytest.fixture(autouse=True)
def _mail_server(db: None, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


@pytest.fixture
def attacker() -> Client:
    """Somebody who registered an address that is not his."""
    attacker = Client()
    attacker.post("/create-an-account/", NEWCOMER)
    return attacker


def link() -> str:
    (path,) = re.findall(r"http://127.0.0.1:8001(\S+)", str(mail.outbox[0].body))
    return str(path)


def confirm(client: Client) -> Any:
    client.get(link())
    return client.post(link(), follow=True)


@pytest.mark.parametrize("registers_too", [True, False])
def test_confirming_in_another_browser_ends_the_password_chosen_before_and_asks_for_one(
    client: Client, attacker: Client, registers_too: bool
) -> None:
    if registers_too:
        client.post("/create-an-account/", {**NEWCOMER, "password1": OWN})

    page = confirm(client)
    sign_in(attacker, EMAIL, CHOSEN)

    assert SENTENCE in page.text
    assert not is_signed_in(attacker)
    client.post(page.redirect_chain[-1][0], {"password1": OWN, "password2": OWN})
    assert is_signed_in(client)
    sign_in(attacker, EMAIL, CHOSEN)
    assert not is_signed_in(attacker)
    assert User.objects.get().emailaddress_set.get().verified
    assert User.objects.get().check_password(OWN)


def test_confirming_in_the_browser_that_registered_keeps_the_password(
    client: Client,
) -> None:
    client.post("/create-an-account/", NEWCOMER)

    page = confirm(client)

    assert SENTENCE not in page.text
    sign_in(client, EMAIL, CHOSEN)
    assert is_signed_in(client)
    assert User.objects.get().check_password(CHOSEN)


def test_browser_that_gave_the_password_confirms_as_the_one_that_registered(
    client: Client, attacker: Client
) -> None:
    sign_in(client, EMAIL, CHOSEN)

    page = confirm(client)

    assert SENTENCE not in page.text
    assert User.objects.get().check_password(CHOSEN)


def test_looking_at_the_link_changes_nothing(client: Client, attacker: Client) -> None:
    client.get(link())

    assert User.objects.get().check_password(CHOSEN)


def test_account_in_use_keeps_its_password_when_its_address_is_confirmed_elsewhere(
    client: Client, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    at_home = Client()
    at_home.post("/create-an-account/", NEWCOMER)

    page = confirm(client)

    assert SENTENCE not in page.text
    assert is_signed_in(at_home)
    assert User.objects.get().check_password(CHOSEN)
    assert User.objects.get().emailaddress_set.get().verified


def test_changed_address_is_confirmed_elsewhere_without_a_new_password(
    client: Client, member: User, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    at_home = Client()
    sign_in(at_home)
    at_home.post("/my-account/security/email/", {"email": EMAIL, "action_add": ""})

    page = confirm(client)

    assert SENTENCE not in page.text
    member.refresh_from_db()
    assert (member.email, member.check_password("mia's own password")) == (EMAIL, True)
    assert is_signed_in(at_home)


def test_owner_hears_of_the_account_though_a_link_was_sent_a_moment_ago(
    client: Client, attacker: Client
) -> None:
    client.post("/create-an-account/", NEWCOMER)

    assert [message.subject for message in mail.outbox] == [
        "Confirm your address for the Commerce account",
        "You have a Commerce account already",
    ]


def test_nobody_is_flooded_by_registering_an_address_again_and_again(member: User) -> None:
    for email in (EMAIL, member.email):
        for _number in range(7):
            Client().post("/create-an-account/", {**NEWCOMER, "email": email})

    assert [m.to[0] for m in mail.outbox] == [EMAIL] * 5 + [member.email] * 5


@pytest.mark.parametrize(("password", "is_left"), [("short", True), (CHOSEN, False)])
def test_only_a_valid_registration_takes_an_address_from_who_asked_to_change_to_it(
    client: Client, member: User, password: str, is_left: bool
) -> None:
    member.emailaddress_set.create(email=EMAIL)

    client.post("/create-an-account/", {**NEWCOMER, "password1": password})

    assert member.emailaddress_set.filter(email=EMAIL).exists() == is_left
    assert User.objects.filter(email=EMAIL).exists() != is_left


def test_address_of_another_account_is_taken_from_nobody_even_unconfirmed(
    client: Client, member: User, company: Company
) -> None:
    thief = member_of(company, "sec")
    address = thief.emailaddress_set.create(email=member.email)
    link = EmailConfirmationHMAC(address).key

    page = client.post(f"/confirm-email/{link}/", follow=True).text

    thief.refresh_from_db()
    address.refresh_from_db()
    assert "belongs to another account" in page
    assert (thief.email, address.verified) == ("sec@example.com", False)
