"""Proving once more that it is still you, before the account itself is changed."""

from collections.abc import Iterator

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from api_keys.commerce_account.models import Event, IssuedKey
from tests.api_keys.commerce_account.people import EMAIL, PASSWORD, PORTAL, sign_in
from tests.api_keys.commerce_account.test_api_portal import key_url
from tests.api_keys.commerce_account.test_creating_an_account import NEWCOMER
from tests.second_factors import totp_code, use_totp

pytestmark = pytest.mark.any_database

SECURITY = "/my-account/security/"
NEW_ADDRESS = {"email": "new@example.com", "action_add": ""}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-03-01 08:00", tick=False) as clock:
        yield clock


@pytest.fixture
def quarter_of_an_hour_later(client: Client, member: User, clock: time_machine.Traveller) -> Client:
    """Mia's browser, 15 minutes after she signed in by her password."""
    sign_in(client)
    clock.shift(15 * 60)
    return client


@pytest.mark.parametrize(
    "path",
    ["authenticator/", "passkeys/add/", "passkeys/1/rename/", "passkeys/1/remove/"],
)
def test_changing_factors_asks_for_the_password_again(
    quarter_of_an_hour_later: Client, path: str
) -> None:
    page = quarter_of_an_hour_later.get(SECURITY + path, follow=True)

    assert page.redirect_chain[0][0].startswith("/my-account/still-you/?next=")
    assert "Is it still you?" in page.text
    assert f"You are signed in as {EMAIL}" in page.text


def test_until_then_nobody_is_asked(
    client: Client, member: User, clock: time_machine.Traveller
) -> None:
    sign_in(client)

    clock.shift(15 * 60 - 1)

    assert client.get(f"{SECURITY}authenticator/").status_code == 200


def test_new_account_is_not_asked_for_the_password_just_chosen(client: Client, db: None) -> None:
    client.post("/create-an-account/", NEWCOMER)

    assert client.get(f"{SECURITY}authenticator/").status_code == 200


def test_what_was_asked_for_is_done_after_the_password(quarter_of_an_hour_later: Client) -> None:
    asked = quarter_of_an_hour_later.post(f"{SECURITY}email/", NEW_ADDRESS)
    not_yet = list(mail.outbox)

    done = quarter_of_an_hour_later.post(asked["Location"], {"password": PASSWORD}, follow=True)

    assert not_yet == []
    assert mail.outbox[0].to == ["new@example.com"]
    assert done.redirect_chain[-1] == (f"{SECURITY}email/", 302)
    assert "Waiting for confirmation" in done.text


def test_proof_is_good_for_another_quarter(
    quarter_of_an_hour_later: Client, clock: time_machine.Traveller
) -> None:
    quarter_of_an_hour_later.post(f"/my-account/still-you/?next={SECURITY}", {"password": PASSWORD})
    clock.shift(14 * 60)

    assert quarter_of_an_hour_later.get(f"{SECURITY}passkeys/add/").status_code == 200


def test_wrong_password_is_refused_beside_the_field(quarter_of_an_hour_later: Client) -> None:
    asked = quarter_of_an_hour_later.post(f"{SECURITY}email/", NEW_ADDRESS)

    page = quarter_of_an_hour_later.post(asked["Location"], {"password": "wrong password"})
    again = quarter_of_an_hour_later.post(asked["Location"], {"password": PASSWORD})

    assert "Incorrect password." in page.text
    assert "aria-invalid" in page.text
    assert "wrong password" not in page.text
    assert again["Location"] == f"{SECURITY}email/"


def test_guessing_the_password_is_limited(quarter_of_an_hour_later: Client) -> None:
    pages = [
        quarter_of_an_hour_later.post("/my-account/still-you/", {"password": "wrong"})
        for _number in range(7)
    ]
    right = quarter_of_an_hour_later.post("/my-account/still-you/", {"password": PASSWORD})

    assert "Too many failed" in pages[-1].text
    assert "Too many failed" in right.text


def test_strangers_failures_do_not_keep_the_owner_from_going_on(
    quarter_of_an_hour_later: Client,
) -> None:
    stranger = Client()
    for _number in range(12):
        sign_in(stranger, password="wrong")

    answer = quarter_of_an_hour_later.post(
        f"/my-account/still-you/?next={SECURITY}", {"password": PASSWORD}
    )

    assert answer["Location"] == SECURITY


def test_code_will_do_as_well(quarter_of_an_hour_later: Client, member: User) -> None:
    use_totp(member)
    asked = quarter_of_an_hour_later.get(f"{SECURITY}authenticator/remove/", follow=True)

    wrong = quarter_of_an_hour_later.post("/my-account/still-you/code/", {"code": "000000"})
    page = quarter_of_an_hour_later.post(
        f"/my-account/still-you/code/?next={SECURITY}authenticator/remove/",
        {"code": totp_code()},
        follow=True,
    )

    assert "Use a code" in asked.text
    assert "This code is not right." in wrong.text
    assert "Turn off two-step verification?" in page.text
    assert Authenticator.objects.exists()


def test_password_in_use_is_proof_enough_to_change_it(
    quarter_of_an_hour_later: Client, member: User
) -> None:
    new = {"oldpassword": PASSWORD, "password1": "a new long phrase"}

    quarter_of_an_hour_later.post(f"{SECURITY}password/", {**new, "password2": new["password1"]})

    member.refresh_from_db()
    assert member.check_password("a new long phrase")
    assert quarter_of_an_hour_later.get(f"{SECURITY}passkeys/add/").status_code == 200


def test_other_site_is_no_place_to_go_on_to(quarter_of_an_hour_later: Client) -> None:
    answer = quarter_of_an_hour_later.post(
        "/my-account/still-you/?next=https://evil.example/", {"password": PASSWORD}
    )

    assert answer["Location"] == PORTAL


@pytest.mark.parametrize("action", ["reveal/", "delete/"])
def test_what_was_asked_of_a_key_is_done_after_the_password(
    quarter_of_an_hour_later: Client, issued: tuple[IssuedKey, str], action: str
) -> None:
    asked = quarter_of_an_hour_later.post(key_url(issued[0], action))
    before = Event.objects.filter(kind__in=["key_revealed", "key_deleted"]).count()

    done = quarter_of_an_hour_later.post(asked["Location"], {"password": PASSWORD}, follow=True)

    assert before == 0
    assert Event.objects.filter(kind__in=["key_revealed", "key_deleted"]).count() == 1
    assert (issued[1] if action == "reveal/" else "was deleted") in done.text
    assert "no-store" in done["Cache-Control"]
