"""Codes and passkeys are locked like passwords."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from admin_portal.action_log.actions import Action
from admin_portal.action_log.models import ActionRecord
from admin_portal.entrance.models import Lock
from tests.admin_portal.entrance.people import (
    client_at,
    guess,
    is_signed_in,
    sign_in,
)
from tests.second_factors import add_passkey, totp_code, use_totp

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

SECOND_STEP = "/sign-in/second-step/"


def test_wrong_codes_count_like_wrong_passwords(administrator: User, stranger: Client) -> None:
    use_totp(administrator)
    sign_in(stranger)

    for _time in range(6):
        stranger.post(SECOND_STEP, {"code": "000000"})
    right = stranger.post(SECOND_STEP, {"code": totp_code()})

    failed = ActionRecord.objects.filter(action=Action.SECOND_STEP_FAILED)
    assert "This code is not right" in right.text
    assert failed.exclude(request_id="").count() == 7
    assert Lock.objects.get().failures == 6


def test_right_code_opens_no_account_that_was_locked_since_the_password(
    administrator: User, stranger: Client
) -> None:
    use_totp(administrator)
    sign_in(stranger)
    guess(client_at("198.51.100.9"), 6)

    stranger.post(SECOND_STEP, {"code": totp_code()})

    assert not is_signed_in(stranger)


def test_passkey_opens_no_locked_account(
    administrator: User, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    passkey = add_passkey(administrator)
    monkeypatch.setattr(
        "admin_portal.sign_in.second_factor_forms.SignInPasskeyForm.clean_credential",
        lambda form: passkey,
    )
    guess(client_at("198.51.100.9"), 6)

    page = stranger.post("/sign-in/passkey/", {"credential": '{"id": "x"}'}, follow=True)

    assert not is_signed_in(stranger)
    assert "not correct" in page.text
    assert ActionRecord.objects.latest("pk").action == Action.SIGN_IN_FAILED
