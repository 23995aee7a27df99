"""A check's own way into the site answers as the long way through Django would."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings

from admin_portal.monitoring import request_ids
from api_keys.commerce_account import answering, usage
from api_keys.commerce_account.models import IssuedKey
from tests.admin_portal.monitoring.reading import Counted
from tests.api_keys.commerce_account.checks import PRODUCTION, SANDBOX, problem_of
from tests.api_keys.commerce_account.gateway_client import GatewayClient

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

KEY = "the issued one"

REQUESTS: dict[str, dict[str, Any]] = {
    "good": {"HTTP_X_API_KEY": KEY},
    "good, from behind a proxy": {
        "HTTP_X_API_KEY": KEY,
        "HTTP_X_FORWARDED_FOR": "192.0.2.9, 203.0.113.5",
    },
    "wrong environment": {"HTTP_X_API_KEY": KEY, "PATH_INFO": SANDBOX},
    "unknown": {"HTTP_X_API_KEY": "unknown"},
    "none": {},
    "with an id": {"HTTP_X_REQUEST_ID": "abc-1"},
    "head": {"HTTP_X_API_KEY": KEY, "REQUEST_METHOD": "HEAD"},
    "post": {"HTTP_X_API_KEY": KEY, "REQUEST_METHOD": "POST"},
    "in the query": {"QUERY_STRING": f"key={KEY}"},
    "over https": {"HTTP_X_API_KEY": KEY, "wsgi.url_scheme": "https"},
    "of another host": {"HTTP_X_API_KEY": KEY, "HTTP_HOST": "evil.example"},
    "of no host": {"HTTP_X_API_KEY": KEY, "HTTP_HOST": ""},
}


def ask(client: Client, key: str, request: dict[str, Any]) -> Response:
    whole = {"PATH_INFO": PRODUCTION, "HTTP_HOST": "127.0.0.1:8001", **request}
    return client.request(**{name: value.replace(KEY, key) for name, value in whole.items()})


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS.keys())
def test_both_ways_give_the_same_answer(
    request_: dict[str, Any], issued: tuple[IssuedKey, str], settings: Settings
) -> None:
    settings.LIMIT_PER_KEY = settings.LIMIT_PER_ADDRESS = settings.LIMIT_FAILED_ATTEMPTS = 0

    short = ask(GatewayClient(), issued[1], request_)
    long = ask(Client(), issued[1], request_)

    assert (short.status_code, short.content) == (long.status_code, long.content)
    mine_alone = {name: value for name, value in short.items() if long.get(name) != value}
    assert mine_alone.keys() <= {"Content-Security-Policy", "X-Request-ID"}
    assert dict(long.items()).keys() - {"Vary"} <= dict(short.items()).keys()


def test_both_ways_count_alike(issued: tuple[IssuedKey, str]) -> None:
    counted = Counted()

    for client in (GatewayClient(), Client()):
        ask(client, issued[1], REQUESTS["good"])
        ask(client, issued[1], REQUESTS["wrong environment"])
        ask(client, issued[1], REQUESTS["post"])

    outcomes = [("production", "valid"), ("sandbox", "wrong-environment")]
    outcomes.append(("production", "method-not-allowed"))
    for environment, outcome in outcomes:
        assert counted("commerce_checks_total", environment=environment, outcome=outcome) == 2
    for method, status in [("GET", "200"), ("GET", "403"), ("POST", "405")]:
        about = {"view": "api_key_check", "method": method, "status": status}
        assert counted("commerce_requests_total", **about) == 2
    assert counted("commerce_request_seconds_count", view="api_key_check") == 6
    assert request_ids.current() == ""


def test_hsts_is_told_over_https_alone(issued: tuple[IssuedKey, str], settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000

    in_clear, secure = (
        [ask(client, issued[1], REQUESTS[name]) for client in (GatewayClient(), Client())]
        for name in ("good", "over https")
    )

    header = "Strict-Transport-Security"
    assert [response.get(header) for response in in_clear] == [None, None]
    assert [response.get(header) for response in secure] == ["max-age=31536000"] * 2


def test_odd_methods_are_counted_and_traced_as_one(issued: tuple[IssuedKey, str]) -> None:
    counted = Counted()

    for client in (GatewayClient(), Client()):
        ask(client, issued[1], {"REQUEST_METHOD": "BREW"})

    about = {"view": "api_key_check", "method": "other", "status": "405"}
    assert counted("commerce_requests_total", **about) == 2


def test_check_needs_no_page_s_middleware(
    issued: tuple[IssuedKey, str],
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = GatewayClient()
    ask(client, issued[1], REQUESTS["good"])  # the first use is written down
    settings.MIDDLEWARE = ["this.does.not.exist"]

    with django_assert_num_queries(1):
        response = ask(client, issued[1], REQUESTS["good"])

    assert response.status_code == 200


def test_caller_behind_a_trusted_proxy_is_the_visitor(
    issued: tuple[IssuedKey, str], settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]

    ask(GatewayClient(), issued[1], REQUESTS["good, from behind a proxy"])
    usage.flush()

    issued[0].refresh_from_db()
    assert issued[0].last_used_address == "203.0.113.5"


def test_programs_are_answered_in_english_whatever_the_last_page_was_in(db: None) -> None:
    with translation.override("ja"):
        response = ask(GatewayClient(), "", REQUESTS["none"])

    assert response.json()["title"] == "No key was sent"


def test_what_nobody_thought_of_is_no_verdict(
    issued: tuple[IssuedKey, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_digest: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(answering, "find_key", fail)

    response = ask(GatewayClient(), issued[1], REQUESTS["good"])

    assert (response.status_code, problem_of(response)) == (503, "unavailable")
    assert "ZeroDivisionError" in caplog.text
    assert issued[1] not in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="a file can't hang up")
def test_connection_that_broke_is_made_anew(issued: tuple[IssuedKey, str]) -> None:
    client = GatewayClient()
    assert ask(client, issued[1], REQUESTS["good"]).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    other.close()

    response = ask(client, issued[1], REQUESTS["good"])

    assert response.status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="a file is never away")
def test_server_that_is_away_is_called_once(
    issued: tuple[IssuedKey, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def fail(wrapper: object) -> None:
        calls.append(wrapper)
        raise OperationalError

    connection.close()
    monkeypatch.setattr(BaseDatabaseWrapper, "connect", fail)

    response = ask(GatewayClient(), issued[1], REQUESTS["good"])

    assert (response.status_code, len(calls)) == (503, 1)
