"""A forgotten password of an administrator, replaced by a link in a mail."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from admin_portal.security import mails
from admin_portal.security.models import SecurityMail
from tests.admin_portal.security.conftest import (
    PASSWORD,
    SECOND_STEP,
    is_signed_in,
    recorded,
    sign_in,
)
from tests.second_factors import totp_code, use_totp

FORGOT = "/forgot-password/"
NEW = "another long phrase"


def ask(client: Client, email: str = "ada@example.com") -> Any:
    return client.post(FORGOT, {"email": email}, follow=True)


def links_sent() -> list[str]:
    mail.outbox.clear()
    mails.send_due(timezone.now())
    return [
        link
        for message in mail.outbox
        for link in re.findall(r"http://127.0.0.1:8000(\S+)", str(message.body))
    ]


def choose(client: Client, link: str) -> Any:
    form = client.get(link, follow=True)
    new = {"password1": NEW, "password2": NEW}
    return client.post(form.redirect_chain[-1][0], new, follow=True)


def test_forgotten_password_is_replaced_by_the_link_in_the_mail(client: Client, ada: User) -> None:
    elsewhere = Client()
    sign_in(elsewhere)
    ask(client)
    (link,) = links_sent()

    page = choose(client, link)

    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert page.redirect_chain[-1] == ("/sign-in/", 302)
    assert "Your password is changed." in page.text
    assert not is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert "used before, or it is too old" in Client().get(link, follow=True).text
    assert recorded()[1:] == [
        ("sign_in.reset_asked", "success", ""),
        ("sign_in.password_reset", "success", "ada"),
    ]


def test_new_password_still_takes_the_second_factor(client: Client, ada: User) -> None:
    use_totp(ada)
    ask(client)
    (link,) = links_sent()
    choose(client, link)

    step = sign_in(client, NEW)
    before = is_signed_in(client)
    client.post(SECOND_STEP, {"code": totp_code()})

    assert step["Location"] == SECOND_STEP
    assert not before
    assert is_signed_in(client)


@pytest.mark.parametrize("hours", [2.1, 24])
def test_link_is_good_for_two_hours(client: Client, ada: User, hours: float) -> None:
    ask(client)
    (link,) = links_sent()

    with time_machine.travel(timezone.now() + timedelta(hours=hours)):
        page = client.get(link, follow=True)

    assert "used before, or it is too old" in page.text


def test_link_of_who_was_made_inactive_meanwhile_is_dead(client: Client, ada: User) -> None:
    ask(client)
    (link,) = links_sent()
    User.objects.filter(pk=ada.pk).update(is_active=False)

    page = client.get(link, follow=True)

    assert "used before, or it is too old" in page.text


def test_asking_says_the_same_to_everybody_and_looks_nobody_up(ada: User) -> None:
    User.objects.create_user("ina", "ina@example.com", PASSWORD, is_active=False)
    ask(Client(), "first@example.com")  # whatever only the first record of all does
    pages, queries = [], []
    for email in ("ada@example.com", "ina@example.com", "nobody@example.com"):
        with CaptureQueriesContext(connection) as counted:
            pages.append(ask(Client(), email).text)
        queries.append([re.sub(r"'[^']*'|\d+", "", q["sql"]) for q in counted.captured_queries])

    assert pages[0] == pages[1] == pages[2]
    assert queries[0] == queries[1] == queries[2]
    assert not any("auth_user" in query for query in queries[0])


def test_mail_goes_to_active_people_only(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(email="Ada@Example.com")
    User.objects.create_user("ina", "ina@example.com", PASSWORD, is_active=False)
    for email in ("ina@example.com", "nobody@example.com", "ADA@example.com"):
        ask(Client(), email)

    links = links_sent()

    assert len(links) == 1
    assert [m.to for m in mail.outbox] == [["Ada@Example.com"]]
    assert SecurityMail.objects.count() == 1


def test_address_that_only_looks_the_same_gets_nothing(ada: User) -> None:
    ada.email = "mike@example.com"
    ada.save()

    ask(Client(), "mıke@example.com")  # a dotless i, which becomes I in capitals

    assert links_sent() == []


def test_two_users_of_one_address_get_a_link_each_in_one_mail(ada: User) -> None:
    User.objects.create_user("bob", "ada@example.com", PASSWORD)
    ask(Client())

    links = links_sent()

    assert len(links) == 2
    assert len(mail.outbox) == 1
    assert "For the user bob:" in mail.outbox[0].body


def test_link_that_could_not_be_sent_in_time_is_not_sent(ada: User) -> None:
    ask(Client())

    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        links = links_sent()

    assert links == []


def test_page_says_where_mails_go_on_this_machine(ada: User, settings: Settings) -> None:
    here = ask(Client())
    settings.SITE_URL = "https://admin.example.com"
    beyond = ask(Client())

    assert "This installation has no mail server" in here.text
    assert "This installation has no mail server" not in beyond.text


def test_asking_is_limited(ada: User) -> None:
    for _number in range(5):
        ask(Client())

    with time_machine.travel(timezone.now() + timedelta(minutes=50)):
        answer = Client().post(FORGOT, {"email": "ada@example.com"})

    assert answer.status_code == 429
    assert SecurityMail.objects.count() == 5


def test_old_mails_are_deleted(ada: User) -> None:
    ask(Client())
    links_sent()

    mails.purge(timezone.now() + timedelta(days=8))

    assert not SecurityMail.objects.exists()
