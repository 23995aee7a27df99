"""The user page where it is easily got wrong: who is who, and one's own account."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from admin_portal.people.models import Role
from admin_portal.security import mails
from tests.admin_portal.people.conftest import (
    ALL_USERS,
    PASSWORD,
    USER_ROLES,
    address_of,
    browser_of,
    sent,
)


def new(role: Role, **given: str) -> dict[str, str]:
    return {
        "username": "cleo",
        "first_name": "Cleo",
        "last_name": "Miller",
        "email": "cleo@example.com",
        "password": "a pass phrase to begin with",
        "language": "",
        "is_active": "1",
        "role": str(role.pk),
        "your_password": PASSWORD,
        **given,
    }


@pytest.mark.parametrize("name", ["JÜRGEN", "ＪÜＲＧＥＮ"])
def test_names_are_one_whatever_their_case_and_width(
    client: Client, bob: User, testers: Role, name: str
) -> None:
    User.objects.filter(pk=bob.pk).update(username="jürgen")

    page = client.post(f"{ALL_USERS}new/", new(testers, username=name)).text

    assert "Another user has this name." in page
    assert User.objects.count() == 2


@pytest.mark.parametrize("password", ["Kirchheimbolanden1", PASSWORD])
def test_new_password_is_neither_the_last_name_nor_the_one_in_use(
    client: Client, bob: User, settings: Settings, password: str
) -> None:
    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
        {"NAME": "admin_portal.security.passwords.ReuseValidator"},
    ]
    bob.keptpassword_set.all().delete()  # set before this version, which keeps them

    page = client.post(
        address_of(bob), sent(bob, last_name="Kirchheimbolanden", password=password)
    ).text

    assert "Nothing was saved." in page


def test_own_new_password_ends_all_sessions_but_this_one(client: Client, ann: User) -> None:
    elsewhere = browser_of(ann)
    elsewhere.get("/notifications/")
    before = client.session.session_key

    client.post(address_of(ann), sent(ann, password="another long pass phrase"))

    assert client.get("/notifications/").status_code == 200
    assert client.session.session_key != before
    assert elsewhere.get("/notifications/")["Location"].startswith("/sign-in/")
    assert ann.usersession_set.filter(session_key=client.session.session_key).exists()


def test_superuser_of_the_command_line_saves_their_own_page(db: None) -> None:
    root = User.objects.create_superuser(
        "root", "root@example.com", PASSWORD, first_name="R", last_name="T"
    )

    answer = browser_of(root).post(address_of(root), sent(root, first_name="Rita"))

    root.refresh_from_db()
    assert answer.status_code == 302
    assert (root.first_name, root.is_superuser) == ("Rita", True)


@pytest.mark.parametrize(
    "asked",
    [f"?role={'9' * 30}", "?role=abc&sort=x&status=y", "?page=-1", "?q=%00", f"{'9' * 30}/"],
)
def test_odd_addresses_are_no_errors(client: Client, asked: str) -> None:
    assert client.get(f"{ALL_USERS}{asked}").status_code in (200, 404)


def test_note_of_another_page_overwrites_nothing(client: Client, bob: User, testers: Role) -> None:
    page = client.get(f"{USER_ROLES}{testers.pk}/").text
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', page)

    answer = client.post(address_of(bob), sent(bob, first_name="Robert", seen=seen))

    bob.refresh_from_db()
    assert "Somebody changed this user" in answer.text
    assert bob.first_name == "Bob"


def test_link_of_a_new_user_chooses_their_password(client: Client, testers: Role) -> None:
    client.post(f"{ALL_USERS}new/", new(testers, password=""))
    mails.send_due(timezone.now())
    (link,) = re.findall(r"https?://[^/\s]+(/forgot-password/\S+)", str(mail.outbox[0].body))
    stranger = Client()
    page = stranger.get(link, follow=True)

    password = "a pass phrase of cleo"
    chosen = {"password1": password, "password2": password}
    stranger.post(page.request["PATH_INFO"], chosen)

    assert mail.outbox[0].to == ["cleo@example.com"]
    assert User.objects.get(username="cleo").check_password(password)
