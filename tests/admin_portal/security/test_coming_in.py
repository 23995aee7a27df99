"""Who can't come in is told the same, whatever the reason, and everything is recorded."""

import re
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from admin_portal.action_log.models import ChainHead
from admin_portal.entrance.models import Lock
from tests.admin_portal.security.conftest import (
    PASSWORD,
    SECOND_STEP,
    is_signed_in,
    recorded,
    sign_in,
)
from tests.second_factors import add_passkey, totp_code, use_totp

TRIES = {
    "wrong password": ("ada", "wrong"),
    "unknown user": ("eva", PASSWORD),
    "inactive user": ("ina", PASSWORD),
    "inactive user and wrong password": ("ina", "wrong"),
}


@pytest.fixture
def ina(ada: User) -> User:
    return User.objects.create_user("ina", "ina@example.com", PASSWORD, is_active=False)


@pytest.fixture
def hashings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is hashed from now on: that is what signing in takes its time for."""
    hashed: list[str] = []
    original = MD5PasswordHasher.encode

    def encode(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return str(original(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
    return hashed


def refusal(username: str, password: str) -> str:
    """Return the page with the words that were typed, and what differs each time, cut out."""
    page = Client().post("/sign-in/", {"login": username, "password": password})
    return re.sub(rf'value="({username}|\w{{64}})"', "", page.text)


def test_all_who_cannot_come_in_read_the_same(ina: User) -> None:
    pages = {why: refusal(*said) for why, said in TRIES.items()}

    assert "not correct" in pages["wrong password"]
    assert set(pages.values()) == {pages["wrong password"]}


@pytest.mark.parametrize("why", TRIES)
def test_each_refusal_costs_one_hashing(ina: User, hashings: list[str], why: str) -> None:
    username, password = TRIES[why]

    refusal(username, password)

    assert hashings == [password]


def test_each_refusal_costs_the_same_queries(ina: User) -> None:
    for said in TRIES.values():
        refusal(*said)  # whatever only the first attempt at a name does
    queries: dict[str, Any] = {}

    for why, said in TRIES.items():
        with CaptureQueriesContext(connection) as counted:
            refusal(*said)
        queries[why] = len(counted.captured_queries)

    assert set(queries.values()) == {queries["wrong password"]}, queries


def test_locked_costs_what_wrong_costs(ada: User, settings: Settings) -> None:
    """Names that nobody has are locked many at once, so it would tell which names somebody has."""
    queries = []

    for _each in range(settings.LOCKOUT_FAILURES + 2):
        with CaptureQueriesContext(connection) as counted:
            refusal("eva", "wrong")
        queries.append(len(counted.captured_queries))

    assert Lock.objects.exists()
    assert queries[1] == queries[-1]


def test_passkey_of_an_inactive_user_opens_nothing(
    ina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    passkey = add_passkey(ina)
    monkeypatch.setattr(
        "admin_portal.sign_in.second_factor_forms.SignInPasskeyForm.clean_credential",
        lambda form: passkey,
    )
    client = Client()

    page = client.post("/sign-in/passkey/", {"credential": '{"id": "x"}'}, follow=True)

    assert not is_signed_in(client)
    assert page.redirect_chain == [("/sign-in/", 302)]
    assert "inactive" not in page.text
    assert recorded() == [("sign_in.failed", "failure", "")]


def test_stranger_begins_only_so_many_sessions(db: None) -> None:
    by_script = {"X-Requested-With": "XMLHttpRequest"}
    answers = [
        Client().get("/sign-in/passkey/", headers=by_script).status_code for _each in range(40)
    ]

    assert answers == [200] * 30 + [429] * 10
    assert Session.objects.count() == 30


@pytest.mark.parametrize("change", ["inactive", "password"])
def test_second_step_opens_nothing_once_the_first_is_worth_nothing(ada: User, change: str) -> None:
    use_totp(ada)
    client = Client()
    sign_in(client)
    if change == "inactive":
        User.objects.filter(pk=ada.pk).update(is_active=False)
    else:
        ada.set_password("another pass phrase")
        ada.save()

    page = client.post(SECOND_STEP, {"code": totp_code()}, follow=True)
    User.objects.filter(pk=ada.pk).update(is_active=True)

    assert not is_signed_in(client)
    assert page.redirect_chain == [("/sign-in/", 302)]
    assert "not correct" in page.text
    assert recorded()[-1] == ("sign_in.failed", "failure", "ada")


def test_signing_in_holds_the_account_before_it_writes_to_the_user(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As whoever saves their own account does: otherwise the two would wait for each other."""
    passkey = add_passkey(ada)
    monkeypatch.setattr(
        "admin_portal.sign_in.second_factor_forms.SignInPasskeyForm.clean_credential",
        lambda form: passkey,
    )

    with CaptureQueriesContext(connection) as run:
        Client().post("/sign-in/passkey/", {"credential": '{"id": "x"}'})

    told = [query["sql"] for query in run.captured_queries]
    holding = [number for number, sql in enumerate(told) if 'FROM "entrance_guarded"' in sql]
    writing = [number for number, sql in enumerate(told) if 'UPDATE "auth_user"' in sql]
    assert holding
    assert holding[0] < writing[0]


def test_coming_and_going_are_recorded(ada: User) -> None:
    client = Client()
    sign_in(client, "wrong")
    sign_in(client)
    client.post("/sign-out/")
    client.post("/sign-out/")

    assert recorded() == [
        ("sign_in.failed", "failure", "ada"),
        ("sign_in.signed_in", "success", "ada"),
        ("sign_in.signed_out", "success", "ada"),
    ]


def test_nobody_comes_in_unrecorded(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(ChainHead.objects, "select_for_update", fail)
    client = Client()
    with pytest.raises(DatabaseError):
        sign_in(client)

    ada.refresh_from_db()
    assert ada.last_login is None
    assert not is_signed_in(client)


def test_signing_in_asks_nobody_to_confirm_an_address(ada: User) -> None:
    sign_in(Client())

    assert mail.outbox == []


def test_page_leads_to_a_forgotten_password_and_names_no_account(client: Client) -> None:
    page = client.get("/sign-in/").text

    assert "Forgot your password?" in page
    assert "Create an account" not in page
