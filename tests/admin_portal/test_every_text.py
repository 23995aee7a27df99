"""What the Admin shows: every text is marked, and what the libraries say is translated."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import get_resolver

from api_keys.contract import Verdict
from tests import pseudo
from tests.admin_portal.people.test_role_walk import addresses, pages
from tests.conftest import HttpAnswer, KeyService, client_with

pytestmark = pytest.mark.django_db

NAMES = ("ada", "English")
CHANNEL = "/marketing/amazon-sales-channel/"
ANSWERS: list[Verdict | HttpAnswer] = [
    Verdict.VALID,
    Verdict.INVALID,
    Verdict.REVOKED,
    Verdict.EXPIRED,
    Verdict.WRONG_ENVIRONMENT,
    (429, {}, ""),
    (503, {}, ""),
    (200, {"Content-Type": "text/html"}, "<p>Hotel"),
]


@pytest.fixture(autouse=True)
def asked_for() -> Iterator[set[str]]:
    with pseudo.speaking() as asked_for:
        yield asked_for


def test_every_page_and_every_refused_form(
    admin_client: Client,
    stored_key: str,
    key_service: KeyService,
    monkeypatch: pytest.MonkeyPatch,
    asked_for: set[str],
) -> None:
    monkeypatch.setattr("api_keys.store_configuration.service_connection.RUNS_A_MINUTE", 0)
    key_service.answers(Verdict.INVALID)

    found = pseudo.walk(admin_client, [path for _name, path in pages()], *NAMES)

    assert found == {}
    assert pseudo.not_translated(asked_for) == set()


def test_the_channel_whatever_the_service_says(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    for answer in ANSWERS:
        key_service.answers(answer)
        found = pseudo.walk(admin_client, [CHANNEL, "/", "/notifications/"], *NAMES)

        assert found == {}, answer


def test_before_signing_in(asked_for: set[str]) -> None:
    paths = [path for name, path in addresses(get_resolver().url_patterns) if "(" not in path]

    found = pseudo.walk(Client(), paths, *NAMES)

    assert found == {}
    assert pseudo.not_translated(asked_for) == set()


def test_without_permission(asked_for: set[str]) -> None:
    found = pseudo.walk(client_with(), [path for _name, path in pages()], "eve", "English")

    assert found == {}
