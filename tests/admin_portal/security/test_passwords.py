"""An administrator's password: what it may be, and changing it."""

import itertools
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from admin_portal.security import mails
from admin_portal.security.models import KeptPassword
from tests.admin_portal.security.conftest import (
    PASSWORD,
    SECURITY,
    is_signed_in,
    recorded,
    sign_in,
)

NEW = "another long phrase"


@pytest.fixture
def _with_reuse_refused(settings: Settings) -> None:
    """As the settings do where former passwords count."""
    rule = {"NAME": "admin_portal.security.passwords.ReuseValidator"}
    settings.AUTH_PASSWORD_VALIDATORS = [*settings.AUTH_PASSWORD_VALIDATORS, rule]


def change(client: Client, new: str, old: str = PASSWORD) -> Any:
    said = {"oldpassword": old, "password1": new, "password2": new}
    return client.post(f"{SECURITY}password/", said)


def test_password_is_changed_recorded_and_told(ada_client: Client, ada: User) -> None:
    elsewhere = Client()
    sign_in(elsewhere)

    answer = change(ada_client, NEW)

    ada.refresh_from_db()
    assert answer["Location"] == SECURITY
    assert ada.check_password(NEW)
    assert recorded()[-1] == ("own_account.password_changed", "success", "ada")
    assert is_signed_in(ada_client)
    assert not is_signed_in(elsewhere)
    mail.outbox.clear()
    mails.send_due(timezone.now())
    assert [(m.to, m.subject) for m in mail.outbox] == [
        (["ada@example.com"], "Your password was changed")
    ]


def test_wrong_password_in_use_changes_nothing(ada_client: Client, ada: User) -> None:
    page = change(ada_client, NEW, old="wrong")

    ada.refresh_from_db()
    assert "This is not your current password." in page.text
    assert ada.check_password(PASSWORD)
    assert recorded()[-1] == ("sign_in.confirmation_failed", "failure", "ada")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("eleven char", "at least 12 characters"),
        ("1q2w3e4r5t6y", "too common"),
        ("ada@example.com", "too similar"),
    ],
)
def test_weak_password_is_refused(ada_client: Client, password: str, why: str) -> None:
    page = change(ada_client, password)

    assert why in page.text


@pytest.mark.parametrize(
    "password",
    [
        "twelve chars",
        "パスワードは長いほどよい",
        "  spaces before and behind  ",
        "a" * 63 + "🔑",
        "every <kind> of “sign” & \\ ' \t %s {{ x }} " * 5,
    ],
)
def test_any_characters_and_any_length_are_taken_as_they_are(
    ada_client: Client, ada: User, password: str
) -> None:
    change(ada_client, password)

    ada.refresh_from_db()
    assert ada.check_password(password)
    assert not ada.check_password(password.strip() + "x")
    assert sign_in(Client(), password)["Location"] == "/"


def test_field_does_not_forbid_pasting_or_cut_anything(ada_client: Client) -> None:
    page = ada_client.get(f"{SECURITY}password/").text

    fields = re.findall(r"<input[^>]*type=\"password\"[^>]*>", page)
    assert len(fields) == 3
    assert not any("maxlength" in field or "onpaste" in field for field in fields)


@pytest.mark.usefixtures("_with_reuse_refused")
def test_former_passwords_are_refused_as_often_as_is_set(
    ada_client: Client, ada: User, settings: Settings
) -> None:
    settings.PASSWORD_REUSE = 1
    words = [PASSWORD, "the second phrase", "the third phrase"]
    for old, new in itertools.pairwise(words):
        change(ada_client, new, old=old)

    refused = [change(ada_client, word, old=words[2]).text for word in words[1:]]
    forgotten = change(ada_client, PASSWORD, old=words[2])

    assert all("You have used this password before." in page for page in refused)
    assert forgotten["Location"] == SECURITY
    assert KeptPassword.objects.filter(user=ada).count() == 2


def test_former_passwords_are_neither_refused_nor_kept_unless_it_is_set(
    ada_client: Client, ada: User
) -> None:
    change(ada_client, NEW)

    answer = change(ada_client, PASSWORD, old=NEW)

    (kept,) = KeptPassword.objects.filter(user=ada)
    ada.refresh_from_db()
    assert answer["Location"] == SECURITY
    assert kept.encoded == ada.password


@pytest.mark.usefixtures("_with_reuse_refused")
def test_password_in_use_is_no_other_one_where_passwords_grow_old(
    ada: User, settings: Settings
) -> None:
    settings.PASSWORD_LIFETIME_DAYS = 90

    with pytest.raises(ValidationError, match="used this password before"):
        validate_password(PASSWORD, ada)


def test_signing_in_makes_a_password_no_younger(ada: User, client: Client) -> None:
    before = KeptPassword.objects.get(user=ada)

    sign_in(client)

    assert KeptPassword.objects.get(user=ada) == before
