"""A mail server that can't be reached."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from tests.api_keys.commerce_account.conftest import signed_in

NEWCOMER = {
    "name": "Nia Newcomer",
    "company": "Newcomer Ltd",
    "email": "nia@example.com",
    "password1": "a long enough pass phrase",
}
FAILED = "The e-mail could not be sent."


@pytest.fixture(autouse=True)
def _no_mail_server(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def test_registering_says_that_no_mail_came_through(client: Client, db: None) -> None:
    page = client.post("/create-an-account/", NEWCOMER, follow=True)

    assert page.status_code == 200
    assert FAILED in page.text
    assert User.objects.get().email == "nia@example.com"


@pytest.mark.parametrize("email", ["mia@example.com", "nobody@example.com"])
def test_forgotten_password_says_so_too_for_known_and_unknown_alike(
    client: Client, member: User, email: str
) -> None:
    page = client.post("/forgot-password/", {"email": email}, follow=True)

    assert page.status_code == 200
    assert FAILED in page.text


def test_changing_the_address_says_so_and_keeps_the_old_one(member: User) -> None:
    member.emailaddress_set.create(email=member.email, primary=True, verified=True)
    client = signed_in(member)

    page = client.post(
        "/my-account/security/email/", {"email": "new@example.com", "action_add": ""}, follow=True
    )

    assert page.status_code == 200
    assert FAILED in page.text
    member.refresh_from_db()
    assert member.email == "mia@example.com"
