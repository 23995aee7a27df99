"""Several processes of this site count together on a Valkey, which may stop and come back."""

import time
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client

from api_keys.commerce_account.models import Company
from tests.api_keys.commerce_account.conftest import member_of
from tests.api_keys.commerce_account.people import PORTAL, sign_in
from tests.api_keys.commerce_account.test_failed_sign_ins import TOO_MANY, guess
from tests.valkey import Valkey, as_cache


@pytest.fixture
def shared(valkey: Valkey) -> Iterator[Valkey]:
    with as_cache(valkey, "commerce-account"):
        yield valkey


def in_another_process() -> None:
    """Forget what only this process remembers."""
    LocMemCache("", {}).clear()


def is_let_in(user: User) -> bool:
    page = sign_in(Client(), user.email, f"{user.username}'s own password")
    return (PORTAL, 302) in page.redirect_chain


def test_guesses_at_all_processes_count_together(shared: Valkey, member: User) -> None:
    stranger = Client(REMOTE_ADDR="192.0.2.7")

    sixth = guess(stranger, 6)
    in_another_process()
    seventh = guess(stranger, 1)

    assert TOO_MANY not in sixth
    assert TOO_MANY in seventh


def test_while_valkey_is_away_people_get_in_and_guessers_do_not(
    shared: Valkey, company: Company, member: User
) -> None:
    stranger, ben = Client(REMOTE_ADDR="192.0.2.7"), member_of(company, "ben")
    guess(stranger, 7)

    shared.stop()
    let_in_meanwhile = is_let_in(ben)
    last_guess = guess(stranger, 7)
    shared.start()
    in_another_process()
    guess(stranger, 6)

    assert let_in_meanwhile
    assert TOO_MANY in last_guess
    assert TOO_MANY in guess(stranger, 1)
    assert is_let_in(ben)
    assert shared.client.keys("commerce-account:*login_failed*")


def test_no_page_waits_for_long_while_valkey_hangs(shared: Valkey, member: User) -> None:
    with shared.hanging():
        began = time.monotonic()
        let_in = is_let_in(member)
        took = time.monotonic() - began

    assert let_in
    assert took < 10
