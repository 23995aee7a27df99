"""The cookie by which a browser is known to an account."""

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from api_keys.commerce_account.known_devices import MOST_ACCOUNTS, is_known, remember
from tests.api_keys.commerce_account.people import sign_in


def test_signing_in_makes_the_browser_known(client: Client, member: User) -> None:
    sign_in(client)

    cookie = client.cookies["account_devices"]
    request = RequestFactory().get("/")
    request.COOKIES["account_devices"] = cookie.value
    assert is_known(request, member)
    assert not is_known(request, User(pk=member.pk + 1))
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["max-age"] > 365 * 24 * 3600


def test_failing_to_sign_in_does_not(client: Client, member: User) -> None:
    sign_in(client, password="wrong")

    assert "account_devices" not in client.cookies


@pytest.mark.django_db
def test_the_account_seen_longest_ago_makes_room() -> None:
    request = RequestFactory().get("/")

    for pk in [*range(1, MOST_ACCOUNTS + 1), 1, 99]:
        response = HttpResponse()
        remember(request, response, User(pk=pk))
        request.COOKIES = {name: morsel.value for name, morsel in response.cookies.items()}

    known = [pk for pk in range(100) if is_known(request, User(pk=pk))]
    assert known == [1, *range(3, MOST_ACCOUNTS + 1), 99]


def test_cookie_is_secure_on_a_site_of_https(
    client: Client, member: User, settings: Settings
) -> None:
    settings.SESSION_COOKIE_SECURE = True

    client.post(
        "/sign-in/", {"login": "mia@example.com", "password": "mia's own password"}, secure=True
    )

    assert client.cookies["account_devices"]["secure"]
