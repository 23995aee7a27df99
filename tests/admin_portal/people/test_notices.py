"""What users hear by e-mail when somebody changes how they come in."""

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from admin_portal.people import users
from admin_portal.security.mails import send_due
from tests.admin_portal.people.conftest import PASSWORD, address_of, browser_of, sent


def told() -> list[tuple[list[str], str]]:
    send_due(timezone.now())
    return [(message.to, str(message.subject)) for message in mail.outbox]


def test_old_address_hears_of_the_new_one(client: Client, bob: User) -> None:
    client.post(address_of(bob), sent(bob, email="robert@example.com"))

    assert told() == [(["bob@example.com"], "The e-mail address of your account was changed")]
    assert "ann changed the e-mail address" in mail.outbox[0].body


def test_old_address_hears_of_it_too_where_one_changed_it_oneself(bob: User) -> None:
    mine = {**users.own_values_of(bob), "email": "new@example.com", "your_password": PASSWORD}

    browser_of(bob).post("/account-setting/", mine)

    assert [to for to, _subject in told()] == [["bob@example.com"]]


@pytest.mark.parametrize("email", ["bob@example.com", "thief@example.com"])
def test_new_password_by_somebody_else_is_told_where_the_user_reads_it(
    client: Client, bob: User, email: str
) -> None:
    client.post(address_of(bob), sent(bob, email=email, password="another long pass phrase"))

    heard = [to for to, subject in told() if subject == "A new password was set for your account"]
    assert heard == [["bob@example.com"]]


def test_another_name_is_no_news(client: Client, bob: User) -> None:
    client.post(address_of(bob), sent(bob, last_name="Baker"))

    assert told() == []
