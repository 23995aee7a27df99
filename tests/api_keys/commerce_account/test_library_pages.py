"""No page that can be reached is django-allauth's own.

The walk is here. `conftest.py` watches in every test that nothing else is rendered, mails included.
"""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, reverse

from api_keys.commerce_account.urls import urlpatterns
from tests.api_keys.commerce_account.people import sign_in
from tests.second_factors import totp_code, use_totp

pytestmark = pytest.mark.any_database

ARGUMENTS = {"pk": "1", "key": "k", "uidb36": "1", "slug": "expired-key", "token": "1.x"}


def all_paths() -> list[str]:
    """Return the address of every page, signing out last. The check of keys is none."""
    patterns = [p for p in urlpatterns if isinstance(p, URLPattern)]
    named = [p for p in patterns if p.name and p.name != "api_key_check"]
    arguments = [{name: ARGUMENTS[name] for name in p.pattern.regex.groupindex} for p in named]
    paths = [reverse(p.name or "", kwargs=a) for p, a in zip(named, arguments, strict=True)]
    return sorted(paths, key=lambda path: path == "/sign-out/")


def statuses(client: Client) -> dict[str, set[int]]:
    """Visit every page and send every form, empty; return what the answers were."""
    paths = all_paths()
    assert len(paths) > 25
    return {
        path: {
            client.get(path, follow=True).status_code,
            client.post(path, follow=True).status_code,
        }
        for path in paths
    }


def unexpected_in(answered: dict[str, set[int]]) -> dict[str, set[int]]:
    return {path: found for path, found in answered.items() if not found <= {200, 400, 404, 405}}


def test_every_page_can_be_visited_signed_out(client: Client, db: None) -> None:
    answered = statuses(client)

    assert unexpected_in(answered) == {}


def test_every_page_can_be_visited_signed_in(client: Client, member: User) -> None:
    sign_in(client)

    answered = statuses(client)

    assert unexpected_in(answered) == {}


def test_every_page_can_be_visited_with_a_second_factor(client: Client, member: User) -> None:
    use_totp(member)
    sign_in(client)
    client.post("/sign-in/second-step/", {"code": totp_code()})

    answered = statuses(client)

    assert unexpected_in(answered) == {}


def test_every_page_can_be_visited_between_the_two_steps(client: Client, member: User) -> None:
    use_totp(member)
    sign_in(client)

    answered = statuses(client)

    assert unexpected_in(answered) == {}


def test_actions_that_no_button_asks_for_are_ours_as_well(client: Client, member: User) -> None:
    member.emailaddress_set.create(email=member.email, primary=True, verified=True)
    member.emailaddress_set.create(email="new@example.com")
    sign_in(client)

    pages = [
        client.post("/my-account/security/email/", {"email": email, action: ""}, follow=True).text
        for email, action in [
            (member.email, "action_remove"),
            ("new@example.com", "action_primary"),
            (member.email, "action_primary"),
            ("new@example.com", "action_send"),
            ("new@example.com", "action_remove"),
        ]
    ]

    said = [page.split('"notice-body">')[1].split("<")[0] for page in pages]
    assert said == [
        "mia@example.com is the address you sign in with; change it instead.",
        "That address has to be confirmed first.",
        "Your address is changed.",
        "A link to confirm new@example.com is on its way there.",
        "new@example.com is no longer waiting to be confirmed.",
    ]
