"""What both sites tell browsers, on every answer, errors included."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
PATHS = ["/sign-in/", "/", "/no-such-page/", "/gateway/apikeycheck", "/problems/missing-key/"]


@pytest.fixture(params=["Commerce Admin", "Commerce account"])
def _each_site(request: pytest.FixtureRequest, db: None) -> None:
    if request.param == "Commerce account":
        request.getfixturevalue("commerce_account_site")


@pytest.mark.usefixtures("_each_site")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_every_answer_has_the_headers(client: Client, path: str, method: str) -> None:
    answer = getattr(client, method)(path)

    assert set(answer["Content-Security-Policy"].split("; ")) == CSP
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in answer


@pytest.mark.usefixtures("_each_site")
def test_form_without_its_token_is_refused_with_the_headers(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"login": "ada"})

    assert answer.status_code == 403
    assert set(answer["Content-Security-Policy"].split("; ")) == CSP


@pytest.mark.usefixtures("_each_site")
def test_cookies_are_for_this_site_and_not_for_scripts(
    client: Client, administrator: User, settings: Settings
) -> None:
    settings.ACCOUNT_LOGIN_METHODS = {"username"}

    client.get("/sign-in/")
    client.post("/sign-in/", {"login": "ada", "password": "ada's own password"})

    names = {settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_NAME}
    if settings.ROOT_URLCONF == "api_keys.commerce_account.urls":
        names.add(settings.KNOWN_DEVICES_COOKIE_NAME)
    assert set(client.cookies) == names
    assert all(cookie["httponly"] for cookie in client.cookies.values())
    assert {cookie["samesite"] for cookie in client.cookies.values()} == {"Lax"}


@pytest.mark.usefixtures("_each_site")
def test_pages_are_free_of_inline_script_and_style(client: Client, administrator: User) -> None:
    client.force_login(administrator)

    for path in PATHS:
        page = client.get(path, follow=True).text
        assert "<style" not in page
        assert " style=" not in page
        assert "javascript:" not in page
        assert page.count("<script") == page.count("<script src=")
