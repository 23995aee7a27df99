"""The gate, through the URLs of the channel."""

import re
from datetime import UTC, datetime

import pytest
import requests
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from admin_portal.notifications.reading import UnreadOnes
from amazon_channel import urls
from api_keys.contract import Answer, Environment, Verdict, fingerprint
from api_keys.store_configuration.connecting import MEANWHILE
from api_keys.store_configuration.models import StoredKey
from tests.conftest import KeyService

HOME = "/marketing/amazon-sales-channel/"
WELCOME = "/marketing/amazon-sales-channel/welcome/"

BAD_VERDICTS = [
    (Verdict.INVALID, "The stored API key is not known"),
    (Verdict.REVOKED, "The stored API key was deleted"),
    (Verdict.EXPIRED, "The stored API key has expired"),
    (Verdict.WRONG_ENVIRONMENT, "The stored API key belongs to another environment"),
]
OUTAGES = [
    requests.ConnectTimeout(),
    requests.ConnectionError(),
    (500, {}, ""),
    (302, {"Location": "https://elsewhere.example/"}, ""),
    (200, {"Content-Type": "text/html"}, "<h1>Welcome to the hotel's network</h1>"),
]


def test_valid_key_opens_the_channel_and_shows_its_state(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    expiry = datetime(2031, 5, 6, 7, 8, tzinfo=UTC)
    key_service.answers(Answer(Verdict.VALID, Environment.PRODUCTION, expires_at=expiry))

    page = admin_client.get(HOME)

    assert page.status_code == 200
    assert "Sell products in the Amazon marketplace" in page.text
    assert fingerprint(stored_key) in page.text
    assert stored_key[-4:] in page.text
    assert "May 6, 2031, 7:08 a.m. UTC" in page.text
    assert page.text.count("<h3>") == 8
    assert stored_key not in page.text


def test_bell_has_what_this_very_visit_found(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID, Verdict.REVOKED, Verdict.VALID)

    bells = [
        re.findall('<span class="bell-number">(.*?)</span>', admin_client.get(HOME).text)
        for _visit in ("good", "sent on to Welcome", "good again")
    ]

    assert bells == [[], [], ["2"]]


def test_what_frames_a_page_is_rendered_while_the_service_answers(
    admin_client: Client,
    stored_key: str,
    key_service: KeyService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked_with = []

    def unread(user: User) -> UnreadOnes:
        asked_with.append(MEANWHILE.get() is not None)
        return UnreadOnes(0, ())

    monkeypatch.setattr("admin_portal.notifications.templatetags.notifications.unread_by", unread)
    key_service.answers(Verdict.VALID)
    admin_client.get(HOME)
    asked_with.clear()

    admin_client.get(HOME)

    assert asked_with == [True]


def test_the_key_is_checked_again_on_every_visit(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID, Verdict.EXPIRED)

    first = admin_client.get(HOME)
    second = admin_client.get(HOME, follow=True)

    assert "Sell products in the Amazon marketplace" in first.text
    assert "expired" in second.text
    # Two visits to the channel, and the Welcome page, which asks for itself.
    assert key_service.keys_seen == [stored_key] * 3


@pytest.mark.parametrize(("verdict", "heading"), BAD_VERDICTS)
def test_bad_key_leads_to_the_welcome_page_which_says_why(
    admin_client: Client,
    stored_key: str,
    key_service: KeyService,
    settings: Settings,
    verdict: Verdict,
    heading: str,
) -> None:
    key_service.answers(verdict)

    visit = admin_client.get(HOME)
    welcome = admin_client.get(WELCOME)

    assert (visit.status_code, visit["Location"]) == (302, WELCOME)
    assert heading in welcome.text
    assert fingerprint(stored_key) in welcome.text
    assert f'href="{settings.API_PORTAL_URL}" target="_blank" rel="noopener"' in welcome.text
    assert f'href="{reverse("api_keys")}"' in welcome.text


def test_expired_key_tells_its_date_and_a_key_of_the_other_environment_which(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(
        Answer(Verdict.EXPIRED, expires_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        Answer(Verdict.WRONG_ENVIRONMENT, Environment.SANDBOX),
    )

    expired = admin_client.get(WELCOME)
    elsewhere = admin_client.get(WELCOME)

    assert "Jan. 2, 2026, 3:04 a.m. UTC" in expired.text
    assert "<dd>Sandbox</dd>" in elsewhere.text


def test_no_key_leads_to_the_welcome_page_without_a_call(
    admin_client: Client, key_service: KeyService
) -> None:
    welcome = admin_client.get(HOME, follow=True)

    assert welcome.redirect_chain == [(WELCOME, 302)]
    assert "No API key is stored yet" in welcome.text
    assert key_service.keys_seen == []


def test_unreadable_key_leads_to_the_welcome_page_without_a_call(
    admin_client: Client, stored_key: str, key_service: KeyService, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = ["A" * 43 + "="]

    welcome = admin_client.get(HOME, follow=True)

    assert welcome.redirect_chain == [(WELCOME, 302)]
    assert "The stored API key can&#x27;t be read" in welcome.text
    assert key_service.keys_seen == []


@pytest.mark.parametrize("outage", OUTAGES)
@pytest.mark.parametrize("path", [HOME, WELCOME])
def test_outage_is_a_503_that_never_asks_for_another_key(
    admin_client: Client,
    stored_key: str,
    key_service: KeyService,
    outage: Exception | tuple[int, dict[str, str], str],
    path: str,
) -> None:
    key_service.answers(outage)

    page = admin_client.get(path)

    assert page.status_code == 503
    assert page["Retry-After"] == "30"
    assert "was not judged" in page.text
    assert f'href="{path}">Try again' in page.text
    assert "Add the key" not in page.text


def test_post_during_an_outage_offers_to_try_the_channel_again(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers((503, {}, ""))

    page = admin_client.post(HOME)

    assert page.status_code == 503
    assert f'href="{HOME}">Try again' in page.text


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
def test_no_method_passes_the_gate_with_a_bad_key(
    admin_client: Client, stored_key: str, key_service: KeyService, method: str
) -> None:
    key_service.answers(Verdict.REVOKED)

    visit = getattr(admin_client, method)(HOME)

    assert (visit.status_code, visit["Location"]) == (302, WELCOME)


def test_every_page_of_the_channel_but_the_welcome_page_is_gated(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.REVOKED)
    names = {str(pattern.name) for pattern in urls.urlpatterns}

    led = {
        name: admin_client.get(reverse(f"amazon_channel:{name}")) for name in names - {"welcome"}
    }

    assert {name: answer["Location"] for name, answer in led.items()} == dict.fromkeys(led, WELCOME)
    assert "home" in led


def test_valid_key_leads_on_from_the_welcome_page(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)

    welcome = admin_client.get(WELCOME)

    assert (welcome.status_code, welcome["Location"]) == (302, HOME)


@pytest.mark.parametrize("path", [HOME, WELCOME])
def test_signed_out_visit_asks_to_sign_in_and_verifies_nothing(
    client: Client, stored_key: str, key_service: KeyService, path: str
) -> None:
    visit = client.get(path)

    assert (visit.status_code, visit["Location"]) == (302, f"/sign-in/?next={path}")
    assert key_service.keys_seen == []


def test_no_page_of_the_channel_is_kept_by_a_cache(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID, Verdict.REVOKED, (500, {}, ""))

    pages = [admin_client.get(path) for path in (HOME, HOME, WELCOME)]
    key_service.answers(Verdict.REVOKED)
    pages.append(admin_client.get(WELCOME))

    assert [page.status_code for page in pages] == [200, 302, 503, 200]
    assert all("no-store" in page["Cache-Control"] for page in pages)


def test_sandbox_key_does_not_open_the_channel(
    administrator: User, admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    StoredKey.objects.filter(pk=Environment.PRODUCTION).update(environment=Environment.SANDBOX)
    key_service.answers(Verdict.VALID)

    visit = admin_client.get(HOME)

    assert visit["Location"] == WELCOME
    assert key_service.keys_seen == []


def test_help_page_is_open_without_a_key(admin_client: Client, key_service: KeyService) -> None:
    page = admin_client.get("/help/amazon-sales-channel/")

    assert page.status_code == 200
