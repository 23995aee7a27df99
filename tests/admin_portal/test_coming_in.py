"""Signing in to the Commerce Admin, and the first administrator."""

import io
import re

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client


def test_sign_in_page_has_the_words_administrators_know(client: Client, db: None) -> None:
    page = client.get("/sign-in/").text

    assert "Welcome, please sign in" in page
    assert re.search(r"<label[^>]*>Username</label>", page)
    assert re.search(r"<label[^>]*>Password</label>", page)
    assert "Remember" not in page


def test_right_password_leads_on_to_the_page_asked_for(client: Client, administrator: User) -> None:
    wanted = "/marketing/amazon-sales-channel/"
    asked = client.get(wanted)

    answer = client.post(asked["Location"], {"login": "ada", "password": "ada's own password"})

    assert asked["Location"] == f"/sign-in/?next={wanted}"
    assert answer["Location"] == wanted
    assert set(client.cookies) == {"admin_csrf", "admin_session"}


def test_wrong_password_and_unknown_user_are_refused_alike(
    client: Client, administrator: User
) -> None:
    pages = [
        client.post("/sign-in/", {"login": login, "password": "wrong"}).text
        for login in ("ada", "eva")
    ]

    alike = [re.sub(r'value="(ada|eva|\w{64})"', "", page) for page in pages]
    assert "not correct" in pages[0]
    assert alike[0] == alike[1]


def test_signing_in_makes_a_new_session(client: Client, administrator: User) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key

    client.post("/sign-in/", {"login": "ada", "password": "ada's own password"})

    assert client.session.session_key != planted


def test_signing_out_needs_a_post_and_ends_the_session(admin_client: Client) -> None:
    question = admin_client.get("/sign-out/")
    still_in = admin_client.get("/")
    admin_client.post("/sign-out/")

    assert "Sign out?" in question.text
    assert still_in.status_code == 200
    assert admin_client.get("/")["Location"] == "/sign-in/?next=/"


@pytest.mark.parametrize("path", ["/create-an-account/", "/signup/", "/admin/"])
def test_nobody_makes_himself_an_administrator(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 404


def test_first_administrator_is_made_once_with_a_random_password(db: None) -> None:
    first, second = io.StringIO(), io.StringIO()

    call_command("create_first_administrator", stdout=first)
    call_command("create_first_administrator", stdout=second)

    (password,) = re.findall(r"Password: (\S+)", first.getvalue())
    user = User.objects.get()
    assert (user.username, user.is_superuser) == ("admin", True)
    assert user.check_password(password)
    assert len(password) >= 20
    assert second.getvalue() == ""
