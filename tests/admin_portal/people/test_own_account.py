"""Account Setting: what everybody changes of themselves, whatever their role."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from admin_portal.action_log.actions import Action
from admin_portal.action_log.models import ActionRecord
from admin_portal.people import users
from tests.admin_portal.people.conftest import PASSWORD, browser_of

PAGE = "/account-setting/"
LANGUAGE = "/account-setting/language/"


@pytest.fixture
def browser(bob: User) -> Client:
    return browser_of(bob)


def own(bob: User, **changed: str) -> dict[str, str]:
    return {**users.own_values_of(bob), "your_password": "", **changed}


def test_name_is_changed_without_a_password_and_recorded(browser: Client, bob: User) -> None:
    browser.post(PAGE, own(bob, first_name="Robert"))

    bob.refresh_from_db()
    row = ActionRecord.objects.get(action=Action.ACCOUNT_CHANGED)
    assert bob.first_name == "Robert"
    assert row.changes == [["First Name", "Bob", "Robert"]]


@pytest.mark.parametrize(("password", "email"), [("", "bob"), ("wrong", "bob"), (PASSWORD, "new")])
def test_address_is_changed_only_with_ones_own_password(
    browser: Client, bob: User, password: str, email: str
) -> None:
    browser.post(PAGE, own(bob, email="new@example.com", your_password=password))

    bob.refresh_from_db()
    assert bob.email == f"{email}@example.com"


def test_nothing_else_can_be_sent_along(browser: Client, bob: User, ann: User) -> None:
    browser.post(PAGE, own(bob, username="ann2", is_superuser="1", role="1", is_active=""))

    bob.refresh_from_db()
    assert (bob.username, bob.is_superuser, bob.is_active) == ("bob", False, True)


def test_address_of_somebody_else_is_refused(browser: Client, bob: User, ann: User) -> None:
    page = browser.post(PAGE, own(bob, email="ANN@example.com", your_password=PASSWORD)).text

    assert "Another user has this e-mail address." in page


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    browser: Client, bob: User
) -> None:
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', browser.get(PAGE).text)
    User.objects.filter(pk=bob.pk).update(last_name="Baker")

    page = browser.post(PAGE, own(bob, first_name="Robert", seen=seen)).text

    bob.refresh_from_db()
    assert "Last Name: Baker" in page
    assert (bob.first_name, bob.last_name) == ("Bob", "Baker")


def test_first_administrator_saves_without_a_name_or_an_address(administrators: object) -> None:
    root = User.objects.create_user("admin", password=PASSWORD)

    answer = browser_of(root).post(PAGE, own(root, first_name="Ada"))

    root.refresh_from_db()
    assert answer.status_code == 302
    assert (root.first_name, root.email) == ("Ada", "")


def test_language_and_clock_are_chosen_and_recorded(browser: Client, bob: User) -> None:
    answer = browser.post(LANGUAGE, {"language": "ja", "time_zone": "Asia/Tokyo"}, follow=True)

    row = ActionRecord.objects.get(action=Action.ACCOUNT_CHANGED)
    assert '<html lang="ja">' in answer.text
    assert row.changes == [
        ["Interface Locale", "As the browser asks", "日本語"],
        ["Time zone", "", "Asia/Tokyo"],
    ]


def test_menu_at_the_top_right_leads_there(browser: Client) -> None:
    assert f'href="{PAGE}"' in browser.get("/notifications/").text.split("user-menu-panel")[1]


@pytest.mark.parametrize(
    ("page", "typed", "shown"),
    [
        (PAGE, {"first_name": "Robert"}, 'value="Robert"'),
        (LANGUAGE, {"language": "ja", "time_zone": "Asia/Tokyo"}, '"Asia/Tokyo" selected'),
    ],
)
def test_what_was_sent_after_the_session_ended_is_back_after_signing_in(
    browser: Client, bob: User, page: str, typed: dict[str, str], shown: str
) -> None:
    hidden = dict(
        re.findall(r'type="hidden" name="(author|seen)" value="([^"]+)"', browser.get(page).text)
    )
    browser.logout()

    browser.post(page, {**own(bob), **typed, **hidden})
    browser.post(f"/sign-in/?next={page}", {"login": "bob", "password": PASSWORD})
    back = browser.get(page).text

    bob.refresh_from_db()
    assert shown in back
    assert bob.first_name == "Bob"
