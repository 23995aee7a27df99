"""Security in My Account: its page, the password and the address."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from tests.api_keys.commerce_account.people import EMAIL, PASSWORD, PORTAL, sign_in

SECURITY = "/my-account/security/"
NEW = {"oldpassword": PASSWORD, "password1": "another long phrase"}
NEW["password2"] = NEW["password1"]


def test_security_shows_all_on_one_page(mia: Client) -> None:
    page = mia.get(SECURITY)

    headings = re.findall(r"<h3>(.*?)</h3>", page.text)
    assert headings == ["Password", "Email", "Two-step verification", "Passkeys"]
    assert EMAIL in page.text
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("path", [SECURITY, f"{SECURITY}email/", "/my-account/sessions/"])
def test_navigation_marks_where_one_is(mia: Client, path: str) -> None:
    page = mia.get(path)

    (current,) = re.findall(r'href="(\S+)" aria-current="page"', page.text)
    assert path.startswith(current)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "password/",
        "email/",
        "authenticator/",
        "authenticator/remove/",
        "recovery-codes/",
        "recovery-codes/new/",
        "recovery-codes/download/",
        "passkeys/add/",
        "passkeys/1/rename/",
        "passkeys/1/remove/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_signed_out_every_page_asks_to_sign_in(
    client: Client, db: None, path: str, method: str
) -> None:
    answer = getattr(client, method)(SECURITY + path)

    assert answer["Location"] == f"/sign-in/?next={SECURITY}{path}"


def test_password_is_changed_and_a_mail_says_so(mia: Client, member: User) -> None:
    page = mia.post(f"{SECURITY}password/", NEW, follow=True)

    member.refresh_from_db()
    assert page.redirect_chain == [(SECURITY, 302)]
    assert "Your password is changed" in page.text
    assert member.check_password(NEW["password1"])
    assert [(m.to, m.subject) for m in mail.outbox] == [([EMAIL], "Your password was changed")]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("oldpassword", "wrong", "This is not your current password."),
        ("password2", "something else", "You must type the same password each time."),
        ("password1", "short", "at least 12 characters"),
        ("password1", "nul\0 in a long phrase", "Null characters are not allowed."),
    ],
)
def test_bad_new_password_is_refused_beside_the_field(
    mia: Client, member: User, field: str, value: str, message: str
) -> None:
    page = mia.post(f"{SECURITY}password/", {**NEW, field: value})

    assert message in page.text
    assert "aria-invalid" in page.text
    assert not any(password in page.text for password in NEW.values())


def test_guessing_the_password_in_use_is_limited(mia: Client, member: User) -> None:
    for _number in range(5):
        mia.post(f"{SECURITY}password/", {**NEW, "oldpassword": "wrong"})

    answer = mia.post(f"{SECURITY}password/", NEW)

    member.refresh_from_db()
    assert answer.status_code == 429
    assert member.check_password(PASSWORD)


def link_in_the_last_mail() -> str:
    (path,) = re.findall(r"http://127.0.0.1:8001(\S+)", str(mail.outbox[-1].body))
    return str(path)


def test_new_address_counts_once_it_is_confirmed(mia: Client, member: User) -> None:
    asked = mia.post(f"{SECURITY}email/", {"email": "New@example.com", "action_add": ""})
    meanwhile = mia.get(f"{SECURITY}email/")
    old_still_works = sign_in(Client())
    mia.post(link_in_the_last_mail(), follow=True)

    member.refresh_from_db()
    assert asked["Location"] == f"{SECURITY}email/"
    assert "Waiting for confirmation" in meanwhile.text
    assert old_still_works.redirect_chain[0] == (PORTAL, 302)
    assert member.email == "new@example.com"
    assert sign_in(Client(), "new@example.com").redirect_chain[0] == (PORTAL, 302)
    assert sign_in(Client()).redirect_chain == []


def test_change_of_address_is_told_to_the_old_one(mia: Client, member: User) -> None:
    member.emailaddress_set.create(email=EMAIL, verified=True, primary=True)
    mia.post(f"{SECURITY}email/", {"email": "new@example.com", "action_add": ""})

    mia.post(link_in_the_last_mail())

    assert mail.outbox[-1].to == [EMAIL]
    assert "from mia@example.com to new@example.com" in mail.outbox[-1].body
    assert [a.email for a in member.emailaddress_set.all()] == ["new@example.com"]


def test_change_of_address_can_be_called_off(mia: Client, member: User) -> None:
    mia.post(f"{SECURITY}email/", {"email": "new@example.com", "action_add": ""})
    link = link_in_the_last_mail()

    page = mia.post(
        f"{SECURITY}email/", {"email": "new@example.com", "action_remove": ""}, follow=True
    )
    mia.post(link)

    member.refresh_from_db()
    assert "no longer waiting" in page.text
    assert member.email == EMAIL


def test_second_change_of_address_replaces_the_first(mia: Client, member: User) -> None:
    for email in ("first@example.com", "second@example.com"):
        page = mia.post(f"{SECURITY}email/", {"email": email, "action_add": ""}, follow=True)

    assert "second@example.com" in page.text
    assert "first@example.com" not in page.text
    assert "In use" in page.text
    assert EMAIL in page.text


@pytest.mark.parametrize("path", ["authenticator/remove/", "recovery-codes/", "passkeys/7/rename/"])
def test_what_one_does_not_have_is_no_page(mia: Client, path: str) -> None:
    assert mia.get(SECURITY + path).status_code == 404
