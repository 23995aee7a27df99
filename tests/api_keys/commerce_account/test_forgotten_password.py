"""A forgotten password, replaced by a link in a mail."""

import re
from typing import Any

from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from tests.api_keys.commerce_account.people import EMAIL, PORTAL, is_signed_in, sign_in
from tests.second_factors import totp_code, use_totp

NEW = "another long phrase"


def ask_for_link(client: Client) -> str:
    client.post("/forgot-password/", {"email": EMAIL})
    (path,) = re.findall(r"http://127.0.0.1:8001(\S+)", str(mail.outbox[-1].body))
    return str(path)


def choose_password(client: Client, path: str) -> Any:
    form = client.get(path, follow=True)
    new = {"password1": NEW, "password2": NEW}
    return client.post(form.redirect_chain[-1][0], new, follow=True)


def test_forgotten_password_is_replaced_by_the_link_in_the_mail(
    client: Client, member: User
) -> None:
    path = ask_for_link(client)

    page = choose_password(client, path)

    member.refresh_from_db()
    assert member.check_password(NEW)
    assert "Your password is changed" in page.text
    assert page.redirect_chain[0] == (PORTAL, 302)
    assert "used before, or it is too old" in Client().get(path, follow=True).text
    assert mail.outbox[-1].subject == "Your password was changed"


def test_page_after_asking_says_where_mails_go_without_a_mail_server(
    client: Client, member: User
) -> None:
    page = client.post("/forgot-password/", {"email": EMAIL}, follow=True)

    assert "Look into your mail" in page.text
    assert "This installation has no mail server" in page.text


def test_new_password_does_not_save_the_second_step(client: Client, member: User) -> None:
    use_totp(member)

    page = choose_password(client, ask_for_link(client))
    before = client.get(PORTAL)
    after = client.post("/sign-in/second-step/", {"code": totp_code()}, follow=True)

    assert "Second step" in page.text
    assert before.status_code == 302
    assert after.redirect_chain[0] == (PORTAL, 302)


def test_new_password_ends_every_session(client: Client, member: User) -> None:
    elsewhere = Client()
    sign_in(elsewhere)

    choose_password(client, ask_for_link(client))

    assert not is_signed_in(elsewhere)
    assert is_signed_in(client)


def test_two_different_passwords_are_refused_and_never_shown(client: Client, member: User) -> None:
    form = client.get(ask_for_link(client), follow=True)

    new = {"password1": "one long phrase", "password2": "two long phrases"}
    page = client.post(form.redirect_chain[-1][0], new)

    assert "You must type the same password each time." in page.text
    assert "long phrase" not in page.text
