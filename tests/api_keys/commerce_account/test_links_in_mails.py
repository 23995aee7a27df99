"""Links in mails lead here, whatever the visitor's Host header said."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from pytest_django import Settings

from tests.api_keys.commerce_account.people import sign_in
from tests.api_keys.commerce_account.test_creating_an_account import NEWCOMER

pytestmark = pytest.mark.any_database

FORGED = "127.0.0.1:6666"  # passes ALLOWED_HOSTS: Django looks at no port


@pytest.fixture
def visitor(member: User, settings: Settings) -> Client:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.SITE_URL = "https://account.example"
    return Client(HTTP_HOST=FORGED)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/create-an-account/", NEWCOMER),
        ("/create-an-account/", {**NEWCOMER, "email": "mia@example.com"}),
        ("/forgot-password/", {"email": "mia@example.com"}),
        ("/forgot-password/", {"email": "nobody@example.com"}),
        ("/sign-in/", {"login": "mia@example.com", "password": "mia's own password"}),
    ],
)
def test_link_has_this_site_s_own_address(visitor: Client, path: str, form: dict[str, str]) -> None:
    visitor.post(path, form)

    assert_link_leads_here()


def test_link_to_a_new_address_does_so_too(visitor: Client, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    sign_in(visitor)

    visitor.post("/my-account/security/email/", {"email": "new@example.com", "action_add": ""})

    assert_link_leads_here()


def assert_link_leads_here() -> None:
    (message,) = mail.outbox
    (link,) = re.findall(r"https?://\S+", str(message.body))
    assert link.startswith("https://account.example/")
    assert "6666" not in message.body
