"""Two factors on the Admin: setting up, signing in, proving once more, and the record of it."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from admin_portal.action_log.models import ActionRecord, ChainHead
from admin_portal.actors import Actor
from admin_portal.security import mails
from admin_portal.security.resetting import reset_second_factors
from admin_portal.sign_in.second_factors import has_second_factor
from api_keys.store_configuration.management.commands.rotate_encryption_key import Command
from tests.admin_portal.security.conftest import (
    SECOND_STEP,
    SECURITY,
    is_signed_in,
    recorded,
    sign_in,
)
from tests.rotating import drop_old_keys, put_new_key_first, rotate
from tests.second_factors import SECRET, add_passkey, totp_code, use_totp


def set_up_app(client: Client) -> str:
    """Set up an authenticator app by the page; return its secret."""
    form = client.get(f"{SECURITY}authenticator/").text
    (secret,) = re.findall(r">([A-Z2-7]{32})<", form)
    page = client.post(f"{SECURITY}authenticator/", {"code": totp_code(secret)})
    assert page["Location"] == f"{SECURITY}recovery-codes/"
    return str(secret)


def codes_of(client: Client) -> list[str]:
    return re.findall(r"<li>(\d{8})</li>", client.get(f"{SECURITY}recovery-codes/").text)


def send_mails() -> list[str]:
    mail.outbox.clear()
    mails.send_due(timezone.now())
    return [str(message.subject) for message in mail.outbox]


def test_wrong_code_sets_no_app_up_and_advises_nothing_that_would_not_help(
    ada_client: Client, ada: User
) -> None:
    ada_client.get(f"{SECURITY}authenticator/")

    page = ada_client.post(f"{SECURITY}authenticator/", {"code": "000000"}).text

    assert "This code is not right." in page
    assert "recovery code" not in page
    assert not has_second_factor(ada)


def test_app_is_set_up_recorded_and_told(ada_client: Client, ada: User) -> None:
    set_up_app(ada_client)

    codes = codes_of(ada_client)
    assert len(codes) == 10
    assert has_second_factor(ada)
    assert recorded()[1:] == [
        ("own_account.factor_added", "success", "ada"),
        ("own_account.recovery_codes_made", "success", "ada"),
    ]
    assert ActionRecord.objects.get(number=2).subject == "Authenticator app"


@pytest.mark.django_db(transaction=True)  # the library speaks after the commit
def test_each_change_of_a_factor_is_told_by_mail(ada_client: Client, ada: User) -> None:
    set_up_app(ada_client)
    ada_client.post(f"{SECURITY}recovery-codes/new/")
    ada_client.post(f"{SECURITY}authenticator/remove/")

    subjects = send_mails()

    assert subjects == [
        "Two-step verification was turned on",
        "New recovery codes were made",
        "Two-step verification was turned off",
    ]
    assert "From: 127.0.0.1" in mail.outbox[0].body
    assert str(mail.outbox[0].body).rstrip().endswith("Commerce Admin")


def test_nothing_is_set_up_that_is_not_recorded(
    ada_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = ada_client.get(f"{SECURITY}authenticator/").text
    (secret,) = re.findall(r">([A-Z2-7]{32})<", form)

    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(ChainHead.objects, "select_for_update", fail)
    with pytest.raises(DatabaseError):
        ada_client.post(f"{SECURITY}authenticator/", {"code": totp_code(secret)})

    assert not Authenticator.objects.exists()


def test_signing_in_takes_the_second_step(client: Client, ada: User) -> None:
    use_totp(ada)

    step = sign_in(client)
    before = client.get("/")
    client.post(SECOND_STEP, {"code": totp_code()})

    assert step["Location"] == SECOND_STEP
    assert before["Location"] == "/sign-in/?next=/"
    assert is_signed_in(client)
    assert recorded() == [("sign_in.signed_in", "success", "ada")]


@pytest.mark.django_db(transaction=True)  # the library speaks after the commit
def test_used_codes_are_used_up(ada_client: Client, ada: User) -> None:
    secret = set_up_app(ada_client)
    recovery_code = codes_of(ada_client)[4]
    first, second = Client(), Client()

    for browser in (first, second):
        sign_in(browser)
        browser.post(SECOND_STEP, {"code": recovery_code})
    onlooker = Client()
    sign_in(onlooker)
    replayed = onlooker.post(SECOND_STEP, {"code": totp_code(secret)})

    assert is_signed_in(first)
    assert not is_signed_in(second)
    assert "This code is not right." in replayed.text
    assert len(codes_of(ada_client)) == 9
    assert [action for action, _result, _user in recorded()[3:]] == [
        "own_account.recovery_code_used",
        "sign_in.signed_in",
        "sign_in.second_step_failed",
        "sign_in.second_step_failed",
    ]


def test_used_code_is_used_up_for_every_process(ada: User) -> None:
    use_totp(ada)
    first, second = Client(), Client()

    with time_machine.travel("2040-11-24 08:00:10Z", tick=False):
        for browser in (first, second):
            sign_in(browser)
        first.post(SECOND_STEP, {"code": totp_code()})
        cache.clear()  # another process knows nothing of what this one remembers
        replayed = second.post(SECOND_STEP, {"code": totp_code()})
    with time_machine.travel("2040-11-24 08:00:31Z", tick=False):
        second.post(SECOND_STEP, {"code": totp_code()})
        both = [is_signed_in(first), is_signed_in(second)]

    assert "This code is not right." in replayed.text
    assert both == [True, True]


def test_passkey_that_is_none_is_a_recorded_failure(client: Client, ada: User) -> None:
    add_passkey(ada)
    sign_in(client)

    step = client.post(SECOND_STEP, {"credential": '{"id": "x"}'})
    alone = Client().post("/sign-in/passkey/", {"credential": '{"id": "x"}'}, follow=True)

    assert step.status_code == 200
    assert "not right" in alone.text
    assert recorded() == [
        ("sign_in.second_step_failed", "failure", "ada"),
        ("sign_in.failed", "failure", ""),
    ]


def test_secrets_lie_encrypted_and_are_rotated(ada_client: Client, settings: Settings) -> None:
    secret = set_up_app(ada_client)
    put_new_key_first(settings)

    code, said = rotate(Command)
    drop_old_keys(settings)

    app = Authenticator.objects.get(type="totp")
    assert code == 0
    assert "second factors: 2 re-encrypted" in said
    assert secret not in str(app.data)
    assert app.wrap().validate_code(totp_code(secret))


@pytest.mark.parametrize(
    "path", ["authenticator/", "passkeys/add/", "recovery-codes/new/", "authenticator/remove/"]
)
def test_proof_is_asked_for_again_before_factors_change(
    ada_client: Client, ada: User, path: str
) -> None:
    if "remove" in path or "recovery" in path:
        use_totp(ada)
    now = timezone.now()
    with time_machine.travel(now + timedelta(seconds=600)):
        ada_client.get(SECURITY)  # she is not idle meanwhile

    with time_machine.travel(now + timedelta(seconds=901)):
        answer = ada_client.post(SECURITY + path)
        asked = ada_client.get(answer["Location"])
        ada_client.post(answer["Location"], {"password": "wrong"})

    assert settings.STEP_UP_SECONDS == 900
    assert answer["Location"].startswith("/account-setting/still-you/")
    assert "Is it still you?" in asked.text
    assert Authenticator.objects.exclude(type="totp").count() == 0
    assert recorded()[-1] == ("sign_in.confirmation_failed", "failure", "ada")


def test_another_takes_the_factors_away(ada: User, ada_client: Client) -> None:
    use_totp(ada)
    add_passkey(ada)
    boss = User.objects.create_superuser("boss", password="the boss's own password")

    done = reset_second_factors(ada, by=Actor(boss, "192.0.2.7"))

    row = ActionRecord.objects.latest("number")
    assert done
    assert not Authenticator.objects.exists()
    assert not is_signed_in(ada_client)
    assert (row.action, row.user_name, row.subject) == ("users.factors_reset", "boss", "ada")
    assert row.changes == [["Second factors", "Authenticator app, Passkey", ""]]
    assert send_mails() == ["Your second factors were taken away"]
    assert mail.outbox[0].to == ["ada@example.com"]
    assert "boss took the second factors" in mail.outbox[0].body
    assert sign_in(Client())["Location"] == "/"


def test_there_is_nothing_to_take_away_from_who_has_none(ada: User) -> None:
    done = reset_second_factors(ada, by=Actor(None))

    assert not done
    assert recorded() == []
    assert send_mails() == []


def test_command_takes_the_factors_away(ada: User) -> None:
    use_totp(ada)

    call_command("reset_second_factors", "ada")

    assert not Authenticator.objects.exists()
    with pytest.raises(CommandError, match="has no second factor"):
        call_command("reset_second_factors", "ada")
    with pytest.raises(CommandError, match="Nobody is called eve"):
        call_command("reset_second_factors", "eve")


def test_app_shows_the_user_name(ada_client: Client) -> None:
    page = ada_client.get(f"{SECURITY}authenticator/")

    assert "otpauth://totp/ada?" in page.context["totp_url"]
    assert "issuer=Commerce%20Admin" in page.context["totp_url"]


def test_codes_that_cannot_be_read_lead_back_and_not_to_an_error(
    ada_client: Client, ada: User, settings: Settings
) -> None:
    set_up_app(ada_client)
    put_new_key_first(settings)
    drop_old_keys(settings)

    page = ada_client.get(f"{SECURITY}recovery-codes/", follow=True)

    assert "This site can no longer read your recovery codes" in page.text
    assert SECRET not in page.text
