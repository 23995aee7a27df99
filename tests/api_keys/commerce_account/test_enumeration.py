"""Nobody learns from an answer, or from how long it takes, who has an account."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from pytest_django import Settings

from tests.api_keys.commerce_account.test_creating_an_account import NEWCOMER

KNOWN, UNKNOWN = "mia@example.com", "nobody@example.com"
HASHINGS: list[str] = []


class CountingHasher(MD5PasswordHasher):
    algorithm = "md5"

    def encode(self, password: str, salt: str) -> str:
        HASHINGS.append(password)
        return super().encode(password, salt)


@pytest.fixture
def hashings(settings: Settings) -> Iterator[list[str]]:
    """The passwords that were hashed, each as often as it was."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    HASHINGS.clear()
    yield HASHINGS
    HASHINGS.clear()


@pytest.fixture
def _mail_server(settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.EMAIL_URL = "smtp://mail.example"


def without_what_was_typed(page: str) -> str:
    return re.sub(r'[\w.]+@example.com|value="\w{64}"', "", page)


def answer(path: str, data: dict[str, str]) -> tuple[object, ...]:
    """Return all that a visitor sees: statuses, addresses, text, headers' and cookies' names."""
    client = Client()
    page = client.post(path, data, follow=True)
    seen = without_what_was_typed(page.text)
    return page.status_code, page.redirect_chain, seen, set(page.headers), set(client.cookies)


def test_signing_in_answers_known_and_unknown_alike(member: User, hashings: list[str]) -> None:
    answers = [
        answer("/sign-in/", {"login": email, "password": f"wrong {email}"})
        for email in (KNOWN, UNKNOWN)
    ]

    assert answers[0] == answers[1]
    assert "not correct" in str(answers[0][2])
    assert hashings == [f"wrong {KNOWN}", f"wrong {UNKNOWN}"]


def test_too_many_failures_say_nothing_about_the_account(member: User) -> None:
    pages = []
    for email in (KNOWN, UNKNOWN):
        for _number in range(7):
            page = Client(REMOTE_ADDR="192.0.2.1").post(
                "/sign-in/", {"login": email, "password": "wrong"}
            )
        pages.append(without_what_was_typed(page.text))

    assert "Too many failed" in pages[0]
    assert pages[0] == pages[1]


@pytest.mark.usefixtures("_mail_server")
def test_registering_answers_known_and_unknown_alike(member: User, hashings: list[str]) -> None:
    answers = [
        answer("/create-an-account/", {**NEWCOMER, "email": email}) for email in (KNOWN, UNKNOWN)
    ]

    assert answers[0] == answers[1]
    assert "We sent you a link" in str(answers[0][2])
    assert hashings == [NEWCOMER["password1"]] * 2
    assert sorted(User.objects.values_list("email", flat=True)) == sorted([KNOWN, UNKNOWN])
    assert [(m.to, m.subject) for m in mail.outbox] == [
        ([KNOWN], "You have a Commerce account already"),
        ([UNKNOWN], "Confirm your address for the Commerce account"),
    ]


@pytest.mark.usefixtures("_mail_server")
@pytest.mark.parametrize("path", ["/sign-in/", "/confirm-email/", "/create-an-account/"])
def test_pages_after_registering_are_alike_for_known_and_unknown(member: User, path: str) -> None:
    pages = []
    for email in (KNOWN, UNKNOWN):
        client = Client()
        client.post("/create-an-account/", {**NEWCOMER, "email": email})
        pages.append(client.get(path, follow=True))

    assert pages[0].redirect_chain == pages[1].redirect_chain
    assert without_what_was_typed(pages[0].text) == without_what_was_typed(pages[1].text)


def test_forgotten_password_answers_known_and_unknown_alike(
    member: User, hashings: list[str]
) -> None:
    answers = [answer("/forgot-password/", {"email": email}) for email in (KNOWN, UNKNOWN)]

    assert answers[0] == answers[1]
    assert hashings == []
    assert [m.to for m in mail.outbox] == [[KNOWN], [UNKNOWN]]


def test_changing_to_a_known_address_answers_as_for_an_unknown_one(
    member: User, stranger_client: Client
) -> None:
    pages = []
    for email in (KNOWN, UNKNOWN):
        client = Client()
        client.post("/sign-in/", {"login": "sam@example.com", "password": "sam's own password"})
        page = client.post(
            "/my-account/security/email/", {"email": email, "action_add": ""}, follow=True
        )
        pages.append(without_what_was_typed(page.text))

    assert "on its way there" in pages[0]
    assert pages[0] == pages[1]


def test_without_a_mail_server_registering_says_that_the_address_is_taken(member: User) -> None:
    # One is signed in at once there, so that it can't be hidden; docs/decisions.md says more.
    page = Client().post("/create-an-account/", {**NEWCOMER, "email": KNOWN})

    assert "already registered with this email address" in page.text
