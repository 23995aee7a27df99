"""Guessers are slowed down, and can't lock the owner out."""

import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from tests.api_keys.commerce_account.people import EMAIL, PORTAL, sign_in
from tests.second_factors import totp_code, use_totp

pytestmark = pytest.mark.any_database

TOO_MANY = "Too many failed login attempts"


def guess(client: Client, times: int, email: str = EMAIL, **extra: Any) -> str:
    pages = [
        client.post("/sign-in/", {"login": email, "password": f"guess {number}"}, **extra)
        for number in range(times)
    ]
    return pages[-1].text


@pytest.fixture
def stranger() -> Client:
    return Client(REMOTE_ADDR="192.0.2.7")


def test_seventh_guess_at_an_account_is_not_even_tried(stranger: Client, member: User) -> None:
    sixth = guess(stranger, 6)
    seventh = sign_in(stranger)

    assert TOO_MANY not in sixth
    assert TOO_MANY in seventh.text


def test_account_is_slowed_down_from_all_addresses_together(db: None, member: User) -> None:
    for number in range(6):
        guess(Client(REMOTE_ADDR=f"192.0.2.{number}"), 1)

    assert TOO_MANY in sign_in(Client(REMOTE_ADDR="192.0.2.99")).text


def test_half_an_hour_later_one_may_try_again(stranger: Client, member: User) -> None:
    with time_machine.travel("2026-03-01 12:00", tick=False) as clock:
        guess(stranger, 7)
        clock.shift(30 * 60 + 1)

        page = sign_in(stranger)

    assert page.redirect_chain[0] == (PORTAL, 302)


def test_address_that_guesses_at_many_accounts_is_slowed_down(stranger: Client, db: None) -> None:
    last = [guess(stranger, 1, f"{number}@example.com") for number in range(11)][-1]

    assert TOO_MANY in last


def test_forged_host_does_not_begin_to_count_anew(stranger: Client, member: User) -> None:
    guess(stranger, 6, HTTP_HOST="127.0.0.1:1111")

    assert TOO_MANY in guess(stranger, 1, HTTP_HOST="127.0.0.1:2222")


def test_owner_gets_in_with_a_browser_used_before(member: User, stranger: Client) -> None:
    at_home = Client(REMOTE_ADDR="192.0.2.7")  # even from the stranger's own address
    sign_in(at_home)
    at_home.post("/sign-out/")
    guess(stranger, 40)

    page = sign_in(at_home)

    assert page.redirect_chain[0] == (PORTAL, 302)


def test_browser_used_before_is_slowed_down_by_its_own_failures(member: User) -> None:
    at_home = Client()
    sign_in(at_home)
    at_home.post("/sign-out/")

    guess(at_home, 6)

    assert TOO_MANY in sign_in(at_home).text


def test_browser_known_to_another_account_is_a_stranger_s(
    member: User, stranger_client: Client, stranger: Client
) -> None:
    sign_in(stranger, "sam@example.com", "sam's own password")
    stranger.post("/sign-out/")
    guess(Client(), 6)

    assert TOO_MANY in sign_in(stranger).text


def test_forged_cookie_makes_no_browser_known(member: User, stranger: Client) -> None:
    stranger.cookies["account_devices"] = "eyJkZXZpY2UiOiJ4IiwiYWNjb3VudHMiOlsxXX0:1:forged"
    guess(stranger, 6)

    assert TOO_MANY in sign_in(stranger).text


def test_owner_gets_in_by_a_new_password_from_anywhere(member: User, stranger: Client) -> None:
    guess(stranger, 40)
    owner = Client(REMOTE_ADDR="198.51.100.5")

    owner.post("/forgot-password/", {"email": EMAIL})
    (path,) = re.findall(r"http://127.0.0.1:8001(\S+)", str(mail.outbox[-1].body))
    form = owner.get(path, follow=True)
    new = {"password1": "another long phrase", "password2": "another long phrase"}
    page = owner.post(form.redirect_chain[-1][0], new, follow=True)
    elsewhere = sign_in(Client(REMOTE_ADDR="198.51.100.6"), password="another long phrase")

    assert page.redirect_chain[0] == (PORTAL, 302)
    assert elsewhere.redirect_chain[0] == (PORTAL, 302)


def test_guessing_codes_is_slowed_down(client: Client, member: User) -> None:
    use_totp(member)
    sign_in(client)

    pages = [client.post("/sign-in/second-step/", {"code": "000000"}).text for _ in range(7)]
    right = client.post("/sign-in/second-step/", {"code": totp_code()})

    assert "This code is not right" in pages[0]
    assert TOO_MANY in pages[-1]
    assert right.status_code == 200


def test_mails_to_one_address_are_limited(member: User) -> None:
    answers = [
        Client(REMOTE_ADDR=f"192.0.2.{number}").post("/forgot-password/", {"email": EMAIL})
        for number in range(7)
    ]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429] * 2
    assert len(mail.outbox) == 5
    assert "That was too often" in answers[-1].text
