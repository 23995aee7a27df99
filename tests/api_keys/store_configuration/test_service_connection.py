"""The pages of System > Tools > Service connection: who, how often, what for, and the text."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import Settings

from api_keys.contract import Environment, fingerprint, generate_key
from api_keys.store_configuration import service_connection
from tests.api_keys.store_configuration.diagnosing import (
    INVALID,
    URL,
    VALID,
    results,
    run,
)
from tests.api_keys.store_configuration.faulty_service import (
    FaultyService,
)

pytestmark = [pytest.mark.usefixtures("_short_limits"), pytest.mark.django_db]

BUNDLE = f"{URL}support-bundle/"


def test_page_shows_what_would_be_called_and_calls_nothing(
    admin_client: Client, settings: Settings, stored_key: str
) -> None:
    with FaultyService(VALID) as service:
        settings.KEY_VALIDATION_URLS = dict.fromkeys(Environment, service.url)
        page = admin_client.get(URL)

    assert page.status_code == 200
    assert page.text.count(f"{service.url}/gateway/apikeycheck") == 2
    assert fingerprint(stored_key) in page.text
    assert service.requests == []


def test_nothing_of_the_request_is_called(admin_client: Client, settings: Settings) -> None:
    with FaultyService(INVALID) as other, FaultyService(INVALID) as service:
        settings.KEY_VALIDATION_URLS = dict.fromkeys(Environment, service.url)
        asked = {"url": other.url, "host": other.url, "environment": other.url}
        admin_client.post(f"{URL}?url={other.url}", asked)

    assert other.requests == []
    assert len(service.requests) == 2


def test_bundle_has_what_was_found_and_no_secret(
    admin_client: Client, settings: Settings, stored_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = generate_key(Environment.SANDBOX)
    monkeypatch.setenv("https_proxy", "http://ada:proxy-password@proxy.example")
    monkeypatch.delenv("no_proxy", raising=False)
    settings.KEY_VALIDATION_CA_BUNDLE = f"/etc/{planted}"

    with FaultyService(INVALID) as service:
        page = run(admin_client, settings, service.url)
    signed = re.findall(r'name="bundle" value="([^"]+)"', page)[0]
    sent = admin_client.post(BUNDLE, {"bundle": signed})

    text = sent.text
    assert sent["Content-Type"] == "text/plain; charset=utf-8"
    assert sent["Content-Disposition"] == 'attachment; filename="service-connection.txt"'
    assert "no-store" in sent["Cache-Control"]
    assert f"Production: {service.url}/gateway/apikeycheck" in text
    assert f"fingerprint {fingerprint(stored_key)}, ends in {stored_key[-4:]}" in text
    for word in ("Python 3", "Django 5", "OpenSSL", "requests 2", "urllib3 2", "DNS: passed"):
        assert word in text
    session = admin_client.cookies[settings.SESSION_COOKIE_NAME].value
    for secret in (stored_key, planted, "proxy-password", session, settings.SECRET_KEY):
        assert secret not in text + page


@pytest.mark.parametrize("bundle", ["", "made up", "made:up:too"])
def test_text_that_is_not_ours_is_not_sent(admin_client: Client, bundle: str) -> None:
    answer = admin_client.post(BUNDLE, {"bundle": bundle}, follow=True)

    assert answer.redirect_chain == [(URL, 302)]
    assert "Run the test first" in answer.text


def test_seventh_run_within_a_minute_is_put_off(
    admin_client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultyService(INVALID) as service:
        pages = [run(admin_client, settings, service.url) for _run in range(7)]

    assert len(service.requests) == 12
    assert "Wait a minute, then run it again" not in pages[5]
    assert "Wait a minute, then run it again" in pages[6]
    assert results(pages[6]) == {}


def test_one_run_at_a_time(admin_client: Client, settings: Settings) -> None:
    with FaultyService(INVALID) as service, service_connection._running:
        page = run(admin_client, settings, service.url)

    assert "Somebody is running this test just now" in page
    assert service.requests == []


def test_run_that_broke_leaves_room_for_the_next(
    admin_client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(service_connection, "diagnose", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            admin_client.post(URL)

    with FaultyService(INVALID) as service:
        page = run(admin_client, settings, service.url)

    assert results(page)["HTTP"] == "Good"


@pytest.mark.parametrize("path", [URL, BUNDLE])
@pytest.mark.parametrize("method", ["get", "post"])
def test_page_takes_the_permission_for_tools(client: Client, path: str, method: str) -> None:
    user = User.objects.create_user("eve")
    signed_out = getattr(client, method)(path)
    client.force_login(user)

    without = getattr(client, method)(path)
    user.user_permissions.add(Permission.objects.get(codename="use_tools"))
    with_permission = client.get(URL)

    assert signed_out["Location"].startswith("/sign-in/")
    assert without.status_code == 403
    assert with_permission.status_code == 200
    assert "no-store" in with_permission["Cache-Control"]


@pytest.mark.parametrize("path", [URL, BUNDLE])
def test_other_methods_are_refused(admin_client: Client, path: str) -> None:
    assert admin_client.put(path).status_code == 405
