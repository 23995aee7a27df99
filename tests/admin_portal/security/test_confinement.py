"""Who has something to do first reaches nothing else until it is done."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from pytest_django import Settings

from tests.admin_portal.security.conftest import PASSWORD, SECURITY, sign_in
from tests.admin_portal.security.test_second_factors import set_up_app
from tests.second_factors import totp_code, use_totp

SET_UP = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}
ARGUMENTS = {"environment": "production"}
NEW = {"oldpassword": PASSWORD, "password1": "another long phrase"}
NEW["password2"] = NEW["password1"]


@pytest.fixture
def _beyond_loopback(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


def pages() -> dict[str, str]:
    """Return the name and the address of each page that only who is signed in may open."""
    found: dict[str, str] = {}

    def walk(patterns: list[URLPattern | URLResolver], namespace: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{pattern.namespace}:" if pattern.namespace else namespace
                walk(pattern.url_patterns, inner)
            elif getattr(pattern.callback, "login_required", True) and pattern.name:
                arguments = {name: ARGUMENTS.get(name, 1) for name in pattern.pattern.converters}
                found[pattern.name] = reverse(namespace + pattern.name, kwargs=arguments)

    walk(get_resolver().url_patterns, "")
    return found


@pytest.mark.usefixtures("_beyond_loopback")
def test_who_has_no_second_factor_reaches_nothing_but_setting_one_up(ada_client: Client) -> None:
    answers = {
        name: [ada_client.get(path), ada_client.post(path)] for name, path in pages().items()
    }

    led_away = {
        name
        for name, both in answers.items()
        if all(answer.get("Location") == SECURITY for answer in both)
    }
    assert len(answers) > 20
    assert set(answers) - led_away == SET_UP


@pytest.mark.usefixtures("_beyond_loopback")
def test_pages_meanwhile_show_nothing_else(ada_client: Client) -> None:
    page = ada_client.get("/", follow=True)

    assert page.redirect_chain == [(SECURITY, 302)]
    assert "A password alone is not enough here." in page.text
    assert 'class="sidebar"' not in page.text
    assert "bell" not in page.text
    assert f"{SECURITY}password/" not in page.text
    assert "Sign out" in page.text


@pytest.mark.usefixtures("_beyond_loopback")
def test_form_sent_meanwhile_is_not_lost_quietly(ada_client: Client) -> None:
    page = ada_client.post("/notifications/", follow=True)

    assert "Nothing was saved." in page.text


@pytest.mark.usefixtures("_beyond_loopback")
def test_one_can_sign_out_meanwhile(ada_client: Client) -> None:
    answer = ada_client.post("/sign-out/")

    assert answer["Location"] == "/sign-in/"


@pytest.mark.usefixtures("_beyond_loopback")
def test_everything_is_open_once_a_factor_is_set_up(ada_client: Client) -> None:
    set_up_app(ada_client)

    codes = ada_client.get(f"{SECURITY}recovery-codes/")

    assert "sidebar" in codes.text
    assert ada_client.get("/").status_code == 200


@pytest.mark.usefixtures("_beyond_loopback")
def test_everything_is_closed_again_without_the_factor(client: Client, ada: User) -> None:
    use_totp(ada)
    sign_in(client)
    client.post("/sign-in/second-step/", {"code": totp_code()})
    before = client.get("/")

    client.post(f"{SECURITY}authenticator/remove/")

    assert before.status_code == 200
    assert client.get("/")["Location"] == SECURITY


def test_nothing_is_required_on_this_machine(ada_client: Client) -> None:
    assert ada_client.get("/").status_code == 200


def test_password_that_is_too_old_has_to_be_changed_first(
    ada: User, client: Client, settings: Settings
) -> None:
    settings.PASSWORD_LIFETIME_DAYS = 90
    settings.SECOND_FACTOR_REQUIRED = True

    with time_machine.travel(timezone.now() + timedelta(days=91)):
        sign_in(client)
        led = client.get("/", follow=True)
        factors = client.get(SECURITY)
        client.post(f"{SECURITY}password/", NEW)
        after = client.get("/")

    assert led.redirect_chain == [(f"{SECURITY}password/", 302)]
    assert "Your password is too old." in led.text
    assert factors["Location"] == f"{SECURITY}password/"
    assert after["Location"] == SECURITY


def test_password_that_is_not_too_old_is_let_be(
    ada: User, client: Client, settings: Settings
) -> None:
    settings.PASSWORD_LIFETIME_DAYS = 90

    with time_machine.travel(timezone.now() + timedelta(days=89)):
        sign_in(client)
        page = client.get("/")

    assert page.status_code == 200
