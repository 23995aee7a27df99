"""Signing in again returns to the page, and what was typed is still there."""

import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from admin_portal.sign_in.kept_input import MOST_BYTES, signature_of
from api_keys.contract import Environment, generate_key
from api_keys.store_configuration.models import GlobalSettings
from tests.admin_portal.entrance.people import PASSWORD, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

SETTINGS = "/stores/configuration/sales-channels/global-settings/"
API_KEYS = "/stores/configuration/services/magento-services/"
BACK = "What you had entered is back; nothing was saved yet."


@pytest.fixture
def ada(administrator: User, client: Client) -> Client:
    """Her browser, in which she is signed in."""
    sign_in(client)
    return client


def fields_of(page: Any) -> dict[str, str]:
    """Return what the page's form would send: hidden fields, and what is chosen in the lists."""
    form = page.text.split('id="global-settings"')[1].split("</form>")[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    lists = re.findall(r'<select name="(\w+)"(.*?)</select>', form, re.DOTALL)
    chosen = {name: re.findall(r'value="([^"]*)" selected', options)[0] for name, options in lists}
    return {**hidden, **chosen}


def send_signed_out(client: Client, **entered: str) -> Any:
    """Open the form, be signed out, send it; return the page to sign in."""
    fields = {**fields_of(client.get(SETTINGS)), **entered}
    Session.objects.all().delete()
    return client.post(SETTINGS, fields, follow=True)


def sign_in_again(client: Client, login: str = "ada", password: str = PASSWORD) -> Any:
    data = {"login": login, "password": password, "next": SETTINGS}
    return client.post("/sign-in/", data, follow=True)


def test_what_was_entered_is_back_and_nothing_saved(ada: Client) -> None:
    refused = send_signed_out(ada, debug_logging="True", clear_log_history="weekly")
    back = sign_in_again(ada)
    shown = fields_of(back)

    assert "Sign in: what you entered is kept." in refused.text
    assert f'name="next" value="{SETTINGS}"' in refused.text
    assert BACK in back.text
    assert (shown["debug_logging"], shown["clear_log_history"]) == ("True", "weekly")
    assert 'aria-invalid="true"' not in back.text
    assert not GlobalSettings.current().debug_logging
    ada.post(SETTINGS, shown)
    assert GlobalSettings.current().debug_logging


def test_it_is_shown_once(ada: Client) -> None:
    send_signed_out(ada, debug_logging="True")
    sign_in_again(ada)

    page = ada.get(SETTINGS)

    assert BACK not in page.text
    assert fields_of(page)["debug_logging"] == "False"


def test_change_by_somebody_else_meanwhile_is_not_undone(ada: Client) -> None:
    send_signed_out(ada, debug_logging="True")
    GlobalSettings.objects.update_or_create(pk=1, defaults={"clear_log_history": "weekly"})

    ada.post(SETTINGS, fields_of(sign_in_again(ada)))

    now = GlobalSettings.current()
    assert (now.debug_logging, now.clear_log_history) == (True, "weekly")


def test_another_person_never_sees_it(ada: Client) -> None:
    User.objects.create_superuser("eve", password="eve's own password")
    send_signed_out(ada, debug_logging="True")

    page = sign_in_again(ada, "eve", "eve's own password")
    ada.post("/sign-out/")
    later = sign_in_again(ada)

    assert BACK not in page.text
    assert fields_of(page)["debug_logging"] == "False"
    assert BACK not in later.text


def test_a_quarter_of_an_hour_later_it_is_gone(ada: Client, settings: Settings) -> None:
    settings.SESSION_COOKIE_AGE = 3600
    with time_machine.travel("2026-03-01 08:00", tick=False) as clock:
        sign_in(ada)
        send_signed_out(ada, debug_logging="True")
        clock.shift(15 * 60 + 1)

        page = sign_in_again(ada)

    assert BACK not in page.text


def test_it_is_of_no_other_page(ada: Client) -> None:
    send_signed_out(ada, debug_logging="True")
    sign_in(ada)

    page = ada.get(API_KEYS)

    assert "Nothing was saved. Paste the key again." not in page.text
    assert BACK in ada.get(SETTINGS).text


def test_secrets_and_files_are_never_kept(ada: Client) -> None:
    key = generate_key(Environment.PRODUCTION)
    file = SimpleUploadedFile("key.txt", key.encode())
    names = ("production_key", "password", "new_password", "code", "api_token", "client_secret")
    signed = {"author": signature_of(User.objects.get().pk)}
    Session.objects.all().delete()

    ada.post(API_KEYS, {**signed, **dict.fromkeys(names, key), "file": file, "seen": "kept"})

    kept = ada.session["kept_input"]
    assert key not in str(dict(ada.session))
    assert "kept" not in kept["fields"]  # encrypted
    assert len(kept["fields"]) < 200


def test_pasted_key_has_to_be_pasted_again(ada: Client, stored_key: str) -> None:
    key = generate_key(Environment.PRODUCTION)
    author = re.findall(r'name="author" value="([^"]+)"', ada.get(API_KEYS).text)[0]
    Session.objects.all().delete()

    asked = ada.post(API_KEYS, {"author": author, "production_key": key})
    page = ada.post(
        "/sign-in/", {"login": "ada", "password": PASSWORD, "next": API_KEYS}, follow=True
    )

    assert asked["Location"] == f"/sign-in/?next={API_KEYS}"
    assert "Nothing was saved. Paste the key again." in page.text
    assert key not in page.text


def test_more_than_a_form_holds_is_not_kept(ada: Client) -> None:
    page = send_signed_out(ada, much="x" * MOST_BYTES)

    assert "Sign in and do it once more." in page.text
    assert "kept_input" not in ada.session


@pytest.mark.parametrize("author", ["", "1", "MQ:1abc:forged"])
def test_nobody_who_never_was_signed_in_has_us_keep_anything(client: Client, author: str) -> None:
    client.post(SETTINGS, {"author": author, "debug_logging": "True"})

    assert not Session.objects.exists()


def test_form_opened_before_signing_in_again_elsewhere_is_shown_again(administrator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)
    entered = {**fields_of(client.get(SETTINGS)), "debug_logging": "True"}

    answer = client.post(SETTINGS, {**entered, "csrfmiddlewaretoken": "x" * 64}, follow=True)
    forged = client.post(SETTINGS, {"debug_logging": "True"})

    assert BACK in answer.text
    assert not GlobalSettings.current().debug_logging
    assert forged.status_code == 403


def test_form_on_another_site_signs_nobody_out(administrator: User) -> None:
    """The browser sends none of our cookies with it, but would take new ones."""
    browser = Client(enforce_csrf_checks=True)

    answer = browser.post(SETTINGS, {"author": signature_of(administrator.pk), "x": "1"})

    assert answer.status_code == 403
    assert not answer.cookies
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil"]
)
def test_signing_in_leads_back_to_our_own_pages_only(
    administrator: User, client: Client, elsewhere: str
) -> None:
    data = {"login": "ada", "password": PASSWORD, "next": elsewhere}

    assert client.post("/sign-in/", data)["Location"] == "/"


def test_page_asked_for_by_get_is_led_back_to_with_its_query(
    administrator: User, client: Client
) -> None:
    wanted = "/system/action-logs/key-verifications/?verdict=valid"

    asked = client.get(wanted)
    answer = client.post(asked["Location"], {"login": "ada", "password": PASSWORD})

    assert answer["Location"] == wanted
