"""Which passwords are taken, wherever one chooses one, and how they are kept."""

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import User
from django.test import Client

from admin_portal.settings import commerce_account
from tests.api_keys.commerce_account.people import EMAIL, PASSWORD, sign_in
from tests.api_keys.commerce_account.test_creating_an_account import NEWCOMER

pytestmark = pytest.mark.any_database

REFUSED = [
    ("eleven char", "too short"),
    ("password1234", "too common"),
    ("qwertyuiop123", "too common"),
    ("nia@example.com", "too similar"),
    ("nul\0 in a long phrase", "Null characters are not allowed."),
]
TAKEN = [
    "twelve chars",
    "a" + " lowercase phrase without digits",
    "  spaces around are kept  ",
    "パスワードは何でもいいです。",
    "🔑" * 12,
    "\N{RIGHT-TO-LEFT OVERRIDE}right to left",
    "<script>alert(1)</script>",
    "x" * 64,
    "long " * 2_000,
]


@pytest.mark.parametrize(("password", "message"), REFUSED)
def test_bad_password_is_refused_when_registering(
    client: Client, db: None, password: str, message: str
) -> None:
    page = client.post("/create-an-account/", {**NEWCOMER, "password1": password})

    assert message in page.text
    assert not User.objects.exists()


@pytest.mark.parametrize("password", TAKEN)
def test_any_other_password_is_taken_and_signs_in(client: Client, db: None, password: str) -> None:
    client.post("/create-an-account/", {**NEWCOMER, "password1": password})

    page = sign_in(Client(), NEWCOMER["email"], password)

    assert page.redirect_chain != []


@pytest.mark.parametrize("password", ["short", "password1234", EMAIL])
def test_changed_password_is_held_to_the_same_rules(
    client: Client, member: User, password: str
) -> None:
    sign_in(client)

    client.post(
        "/my-account/security/password/",
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )

    member.refresh_from_db()
    assert member.check_password(PASSWORD)


@pytest.mark.parametrize("path", ["/sign-in/", "/create-an-account/"])
def test_password_fields_can_be_pasted_into(client: Client, db: None, path: str) -> None:
    page = client.get(path).text

    assert "onpaste" not in page
    assert 'maxlength="64"' not in page
    assert 'autocomplete="off"' not in page


def test_hash_is_slow_and_takes_memory() -> None:
    assert commerce_account.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert Argon2PasswordHasher.memory_cost >= 19 * 1024  # KiB; OWASP's least, with two passes
    assert Argon2PasswordHasher.time_cost >= 2
    assert django_settings.AUTH_PASSWORD_VALIDATORS == commerce_account.AUTH_PASSWORD_VALIDATORS
