"""Two-step verification and recovery codes of the Commerce account."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from tests.api_keys.commerce_account.people import PORTAL, is_signed_in, sign_in
from tests.second_factors import SECRET, add_passkey, totp_code, use_totp

SECURITY = "/my-account/security/"


@pytest.mark.django_db(transaction=True)  # the library speaks after the commit
def test_two_step_verification_is_set_up_with_a_code(mia: Client, member: User) -> None:
    form = mia.get(f"{SECURITY}authenticator/")
    (secret,) = re.findall(r">([A-Z2-7]{32})<", form.text)

    codes = mia.post(f"{SECURITY}authenticator/", {"code": totp_code(secret)}, follow=True)

    assert "<svg" in form.text
    assert codes.redirect_chain == [(f"{SECURITY}recovery-codes/", 302)]
    assert len(re.findall(r"<li>\d{8}</li>", codes.text)) == 10
    assert "Two-step verification is on." in codes.text
    assert "no-store" in codes["Cache-Control"]
    assert mail.outbox[-1].subject == "Two-step verification was turned on"


def test_wrong_code_sets_nothing_up_and_keeps_the_secret(mia: Client, member: User) -> None:
    form = mia.get(f"{SECURITY}authenticator/")
    (secret,) = re.findall(r">([A-Z2-7]{32})<", form.text)

    page = mia.post(f"{SECURITY}authenticator/", {"code": "000000"})

    assert "This code is not right." in page.text
    assert secret in page.text
    assert not Authenticator.objects.exists()


def test_sign_in_asks_for_the_second_step(client: Client, member: User) -> None:
    use_totp(member)

    step = sign_in(client)
    before = client.get(PORTAL)
    page = client.post("/sign-in/second-step/", {"code": totp_code()}, follow=True)

    assert step.redirect_chain == [("/sign-in/second-step/", 302)]
    assert before.status_code == 302
    assert page.redirect_chain[0] == (PORTAL, 302)


def test_second_step_offers_a_passkey_to_who_has_one(member: User) -> None:
    by_name = Client(HTTP_HOST="localhost:8001")
    use_totp(member)
    without = sign_in(by_name)
    add_passkey(member)

    having = by_name.get("/sign-in/second-step/")

    assert "Use a passkey" not in without.text
    assert "Use a passkey" in having.text


def test_code_is_used_up(client: Client, member: User) -> None:
    use_totp(member)
    code = totp_code()
    sign_in(client)
    client.post("/sign-in/second-step/", {"code": code})

    onlooker = Client()
    sign_in(onlooker)
    page = onlooker.post("/sign-in/second-step/", {"code": code})

    assert "This code is not right." in page.text
    assert not is_signed_in(onlooker)


@pytest.mark.django_db(transaction=True)  # the library speaks after the commit
def test_code_that_set_it_up_is_used_up_as_well(mia: Client, member: User) -> None:
    form = mia.get(f"{SECURITY}authenticator/")
    (secret,) = re.findall(r">([A-Z2-7]{32})<", form.text)
    code = totp_code(secret)
    mia.post(f"{SECURITY}authenticator/", {"code": code})

    onlooker = Client()
    sign_in(onlooker)

    assert "This code is not right." in onlooker.post("/sign-in/second-step/", {"code": code}).text


def recovery_codes(client: Client) -> list[str]:
    return re.findall(r"<li>(\d{8})</li>", client.get(f"{SECURITY}recovery-codes/").text)


@pytest.fixture
def with_codes(mia: Client, member: User) -> Client:
    """Mia's browser; she has an authenticator app, and recovery codes."""
    use_totp(member)
    mia.post(f"{SECURITY}recovery-codes/new/")
    return mia


def test_recovery_code_signs_in_once(with_codes: Client) -> None:
    code = recovery_codes(with_codes)[3]

    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client)
        client.post("/sign-in/second-step/", {"code": code})

    assert is_signed_in(first)
    assert not is_signed_in(second)
    assert len(recovery_codes(with_codes)) == 9


@pytest.mark.django_db(transaction=True)  # the library speaks after the commit
def test_new_recovery_codes_replace_the_old(with_codes: Client) -> None:
    before = recovery_codes(with_codes)

    page = with_codes.post(f"{SECURITY}recovery-codes/new/", follow=True)

    assert "New recovery codes are ready" in page.text
    assert not set(before) & set(recovery_codes(with_codes))


def test_recovery_codes_can_be_downloaded(with_codes: Client) -> None:
    file = with_codes.get(f"{SECURITY}recovery-codes/download/")

    assert file["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert re.findall(r"\d{8}", file.text) == recovery_codes(with_codes)
    assert "no-store" in file["Cache-Control"]


def test_turning_two_step_verification_off_takes_the_codes_along(with_codes: Client) -> None:
    page = with_codes.post(f"{SECURITY}authenticator/remove/", follow=True)

    assert "Two-step verification is off." in page.text
    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].subject == "Two-step verification was turned off"
    assert sign_in(Client()).redirect_chain[0] == (PORTAL, 302)


def test_secrets_lie_encrypted_in_the_database(with_codes: Client) -> None:
    kept = "".join(str(row.data) for row in Authenticator.objects.all())

    assert SECRET not in kept
    assert len(re.findall(r"'gAAAAA[\w=-]+'", kept)) == 2
