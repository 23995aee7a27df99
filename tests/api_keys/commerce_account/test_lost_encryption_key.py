"""Second factors after an encryption key was dropped that was still needed."""

import logging

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from tests.api_keys.commerce_account.people import PORTAL, is_signed_in, sign_in
from tests.second_factors import add_passkey, totp_code, use_totp

STEP = "/sign-in/second-step/"
SECURITY = "/my-account/security/"
STILL_YOU = f"/my-account/still-you/code/?next={SECURITY}"
APP_IS_LOST = "can no longer read the secret of your authenticator app, so its codes"
CODES_ARE_LOST = "can no longer read your recovery codes, so they"
BOTH_ARE_LOST = "your authenticator app, nor your recovery codes, so neither works"
ASK = "ask whoever runs this site"


@pytest.fixture
def browser(member: User) -> Client:
    """Mia's browser. Signed in by her password alone, before she has a second factor."""
    client = Client()
    sign_in(client)
    return client


def lose_key(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]


def lose_app_only(member: User, settings: Settings) -> list[str]:
    """Set both up, the recovery codes with the new key; return those."""
    use_totp(member)
    lose_key(settings)
    return RecoveryCodes.activate(member).generate_codes()


def lose_codes_only(member: User, settings: Settings) -> None:
    RecoveryCodes.activate(member)
    lose_key(settings)
    use_totp(member)


def test_second_step_says_that_the_app_can_not_be_used_and_what_can(
    client: Client, member: User, settings: Settings
) -> None:
    lose_app_only(member, settings)
    add_passkey(member)

    step = sign_in(client)
    refused = client.post(STEP, {"code": totp_code()})

    assert step.redirect_chain == [(STEP, 302)]
    for page in (step, refused):
        assert page.status_code == 200
        assert APP_IS_LOST in page.text
        assert "A recovery code works." in page.text
        assert "A passkey works." in page.text
        assert "A code from your authenticator app works." not in page.text
        assert ASK in page.text
    assert "This code is not right." not in step.text
    assert "This code is not right." in refused.text
    assert not is_signed_in(client)


def test_recovery_code_that_can_be_read_signs_in_once(
    client: Client, member: User, settings: Settings
) -> None:
    code = lose_app_only(member, settings)[2]

    sign_in(client)
    page = client.post(STEP, {"code": code}, follow=True)
    another = Client()
    sign_in(another)
    again = another.post(STEP, {"code": code})

    assert page.redirect_chain[0] == (PORTAL, 302)
    assert "This code is not right." in again.text
    assert not is_signed_in(another)


def test_app_works_on_where_only_the_recovery_codes_are_lost(
    client: Client, member: User, settings: Settings
) -> None:
    lose_codes_only(member, settings)

    step = sign_in(client)
    page = client.post(STEP, {"code": totp_code()}, follow=True)

    assert CODES_ARE_LOST in step.text
    assert "A code from your authenticator app works." in step.text
    assert "A recovery code works." not in step.text
    assert page.redirect_chain[0] == (PORTAL, 302)


def test_where_nothing_can_be_read_no_code_opens_and_somebody_is_named(
    client: Client, member: User, settings: Settings
) -> None:
    codes = RecoveryCodes.activate(member).generate_codes()
    use_totp(member)
    lose_key(settings)

    sign_in(client)
    pages = [client.post(STEP, {"code": code}) for code in (totp_code(), codes[0])]

    for page in pages:
        assert page.status_code == 200
        assert BOTH_ARE_LOST in page.text
        assert ASK in page.text
        assert "works." not in page.text.split(BOTH_ARE_LOST)[1]
    assert not is_signed_in(client)


def test_guessing_is_limited_all_the_same(client: Client, member: User, settings: Settings) -> None:
    code = lose_app_only(member, settings)[0]
    sign_in(client)
    for _number in range(6):
        client.post(STEP, {"code": "00000000"})

    client.post(STEP, {"code": code})

    assert not is_signed_in(client)


def test_right_code_forgets_the_failures_before(member: User, settings: Settings) -> None:
    codes = lose_app_only(member, settings)

    for code in codes[:8]:
        browser = Client()
        sign_in(browser)
        browser.post(STEP, {"code": code})

        assert is_signed_in(browser)


def test_log_tells_whoever_runs_the_site_once(
    client: Client, member: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    lose_app_only(member, settings)

    sign_in(client)
    client.post(STEP, {"code": "000000"})
    client.get(STEP)

    (error,) = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert "ACCOUNT_ENCRYPTION_KEYS" in error.getMessage()
    assert f"User {member.pk} can't use totp" in error.getMessage()


def test_proof_that_it_is_still_you_says_so_too(
    browser: Client, member: User, settings: Settings
) -> None:
    code = lose_app_only(member, settings)[0]

    page = browser.get(STILL_YOU)
    refused = browser.post(STILL_YOU, {"code": totp_code()})
    proved = browser.post(STILL_YOU, {"code": code})

    assert APP_IS_LOST in page.text
    assert (refused.status_code, "This code is not right." in refused.text) == (200, True)
    assert proved["Location"] == SECURITY


def test_security_says_what_is_lost_and_how_to_replace_it(
    browser: Client, member: User, settings: Settings
) -> None:
    RecoveryCodes.activate(member)
    use_totp(member)
    lose_key(settings)

    page = browser.get(SECURITY)

    assert page.status_code == 200
    assert "Turn it off, and set it up again." in page.text
    assert "This site can no longer read them. Make new ones." in page.text
    assert "codes are left" not in page.text


@pytest.mark.parametrize("path", ["recovery-codes/", "recovery-codes/download/"])
def test_lost_recovery_codes_are_not_shown(
    browser: Client, member: User, settings: Settings, path: str
) -> None:
    lose_codes_only(member, settings)

    page = browser.get(SECURITY + path, follow=True)

    assert page.redirect_chain == [(SECURITY, 302)]
    assert "This site can no longer read your recovery codes. Make new ones." in page.text


def test_lost_recovery_codes_are_replaced(
    browser: Client, member: User, settings: Settings
) -> None:
    lose_codes_only(member, settings)

    asked = browser.get(f"{SECURITY}recovery-codes/new/")
    browser.post(f"{SECURITY}recovery-codes/new/")

    assert asked.status_code == 200
    codes = RecoveryCodes(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES))
    assert len(codes.get_unused_codes()) == 10


def test_lost_app_is_set_up_again(browser: Client, member: User, settings: Settings) -> None:
    use_totp(member)
    lose_key(settings)

    browser.post(f"{SECURITY}authenticator/remove/")

    assert not Authenticator.objects.exists()
    assert browser.get(f"{SECURITY}authenticator/").status_code == 200
