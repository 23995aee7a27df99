"""The key-validation service's verdicts: `GET /gateway/apikeycheck`."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from admin_portal.actors import NOBODY
from api_keys.commerce_account.issuing import roll_key
from api_keys.commerce_account.models import Company, IssuedKey
from api_keys.contract import (
    KEY_HEADERS,
    Answer,
    Environment,
    Verdict,
    fingerprint,
    generate_key,
)
from tests.api_keys.commerce_account.checks import PRODUCTION, SANDBOX, check, problem_of
from tests.api_keys.commerce_account.conftest import delete, new_key

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize("header", KEY_HEADERS)
def test_good_key_is_valid_by_either_header(
    client: Client, issued: tuple[IssuedKey, str], header: str
) -> None:
    response = client.get(PRODUCTION, headers={header: issued[1]})

    assert response.status_code == 200
    assert response.json() == {
        "reason": "valid",
        "environment": "production",
        "fingerprint": fingerprint(issued[1]),
        "expires_at": None,
        "revoked_at": None,
    }
    assert response["Content-Type"] == "application/json"
    assert response["API-Key-Fingerprint"] == fingerprint(issued[1])
    assert "API-Key-Expires" not in response
    assert "no-store" in response["Cache-Control"]


def test_good_key_s_end_is_told_as_an_http_date(client: Client, company: Company) -> None:
    with time_machine.travel(NOW):
        _row, key = new_key(company, expires_at=datetime(2027, 1, 2, 3, 4, 5, 999_999, UTC))

        response = client.get(PRODUCTION, headers={"x-api-key": key})

    assert response["API-Key-Expires"] == "Sat, 02 Jan 2027 03:04:05 GMT"


@pytest.mark.parametrize("key", ["good", "unknown"])
def test_head_is_answered_like_get_without_a_body(
    client: Client, issued: tuple[IssuedKey, str], key: str
) -> None:
    headers = {"x-api-key": issued[1] if key == "good" else key}

    by_get = client.get(PRODUCTION, headers=headers)
    by_head = client.head(PRODUCTION, headers=headers)

    assert by_head.status_code == by_get.status_code
    assert by_head.content == b""
    assert without_what_moves(by_head.headers) == without_what_moves(by_get.headers)
    assert by_head["Content-Length"] == str(len(by_get.content))


def without_what_moves(headers: Any) -> dict[str, str]:
    """Return the headers but for an instant, an id, and what is left of a limit."""
    moving = ("Expires", "RateLimit", "X-Request-ID")
    return {name: value for name, value in dict(headers).items() if name not in moving}


@pytest.mark.parametrize("key", ["good", "unknown", ""])
def test_request_s_id_comes_back(client: Client, issued: tuple[IssuedKey, str], key: str) -> None:
    headers = {"x-request-id": "0f-Z9" * 12, "x-api-key": issued[1] if key == "good" else key}

    response = client.get(PRODUCTION, headers=headers)

    assert response["X-Request-ID"] == "0f-Z9" * 12


@pytest.mark.parametrize("odd", ["", "a b", "a\t", "é", "a" * 65, "a,b", "a_b", "<a>", "a%0a"])
def test_what_is_no_request_s_id_does_not_come_back(
    client: Client, issued: tuple[IssuedKey, str], odd: str
) -> None:
    response = client.get(PRODUCTION, headers={"x-request-id": odd, "x-api-key": issued[1]})

    assert response.status_code == 200
    assert re.fullmatch("[0-9a-f]{32}", response["X-Request-ID"])


def test_unknown_key_is_invalid(client: Client, issued: tuple[IssuedKey, str]) -> None:
    status, answer = check(client, generate_key(Environment.PRODUCTION))

    assert (status, answer) == (401, Answer(Verdict.INVALID))


@pytest.mark.parametrize(
    "malformed", ["x", "ck_production_", "schl\u00fcssel", "k" * 8000, "' OR 1"]
)
def test_malformed_key_gets_the_answer_of_an_unknown_one(
    client: Client, issued: tuple[IssuedKey, str], malformed: str
) -> None:
    unknown = client.get(PRODUCTION, headers={"x-api-key": generate_key(Environment.PRODUCTION)})

    answer = client.get(PRODUCTION, headers={"x-api-key": malformed})

    assert answer.status_code == unknown.status_code == 401
    assert answer.content == unknown.content
    assert without_what_moves(answer.headers) == without_what_moves(unknown.headers)


@pytest.mark.parametrize("malformed", ["x", "schl\u00fcssel", "k" * 8000])
def test_malformed_key_is_looked_up_as_an_unknown_one_is(
    client: Client, db: None, malformed: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        client.get(PRODUCTION, headers={"x-api-key": malformed})
    with django_assert_num_queries(1):
        client.get(PRODUCTION, headers={"x-api-key": generate_key(Environment.PRODUCTION)})


def test_revoked_key_is_told_since_when_at_the_next_call(
    client: Client, issued: tuple[IssuedKey, str]
) -> None:
    assert check(client, issued[1])[0] == 200
    with time_machine.travel(NOW, tick=False):
        delete(issued[0])

    status, answer = check(client, issued[1])

    assert (status, answer.verdict, answer.revoked_at) == (401, Verdict.REVOKED, NOW)
    assert answer.fingerprint == fingerprint(issued[1])


def test_rolled_key_is_valid_until_its_roll_ends_and_revoked_from_there(
    client: Client, issued: tuple[IssuedKey, str]
) -> None:
    with time_machine.travel(NOW, tick=False):
        roll_key(issued[0], by=NOBODY, expires_at=None, overlap=timedelta(hours=1))
    end = NOW + timedelta(hours=1)

    with time_machine.travel(end - timedelta(microseconds=1), tick=False):
        before = check(client, issued[1])
    with time_machine.travel(end, tick=False):
        at = check(client, issued[1])

    assert (before[0], before[1].verdict, before[1].expires_at) == (200, Verdict.VALID, end)
    assert (at[0], at[1].verdict, at[1].revoked_at) == (401, Verdict.REVOKED, end)


def test_key_expires_at_its_very_instant(client: Client, company: Company) -> None:
    _row, key = new_key(company, "short", expires_at=NOW)

    with time_machine.travel(NOW - timedelta(microseconds=1), tick=False):
        before = check(client, key)
    with time_machine.travel(NOW, tick=False):
        at = check(client, key)

    assert (before[0], before[1].verdict) == (200, Verdict.VALID)
    assert (at[0], at[1].verdict, at[1].expires_at) == (401, Verdict.EXPIRED, NOW)


def test_key_of_the_other_environment_is_told_its_own(
    client: Client, company: Company, issued: tuple[IssuedKey, str]
) -> None:
    _row, sandbox_key = new_key(company, "test", environment=Environment.SANDBOX)

    assert check(client, sandbox_key, SANDBOX)[0] == 200
    for key, path, own in [
        (sandbox_key, PRODUCTION, Environment.SANDBOX),
        (issued[1], SANDBOX, Environment.PRODUCTION),
    ]:
        status, answer = check(client, key, path)
        assert (status, answer.verdict) == (403, Verdict.WRONG_ENVIRONMENT)
        assert answer.environment is own


def test_key_with_several_troubles_is_called_by_the_one_that_no_move_would_mend(
    client: Client, company: Company
) -> None:
    row, key = new_key(company, "short", expires_at=NOW)

    with time_machine.travel(NOW):
        expired = check(client, key, SANDBOX)[1]
        delete(row)
        revoked = [check(client, key, path)[1].verdict for path in (PRODUCTION, SANDBOX)]

    assert expired.verdict is Verdict.EXPIRED
    assert revoked == [Verdict.REVOKED, Verdict.REVOKED]


def test_keys_are_known_by_a_digest_that_needs_its_own_secret(
    client: Client, issued: tuple[IssuedKey, str], settings: Settings
) -> None:
    settings.DIGEST_KEY = "another-digest-key-of-32-characters"

    assert check(client, issued[1])[1].verdict is Verdict.INVALID


def test_good_key_over_https_is_valid(
    client: Client, issued: tuple[IssuedKey, str], settings: Settings
) -> None:
    settings.IS_HTTPS = settings.SECURE_SSL_REDIRECT = True

    response = client.get(PRODUCTION, headers={"x-api-key": issued[1]}, secure=True)

    assert response.status_code == 200


def test_a_check_costs_one_query(
    client: Client,
    issued: tuple[IssuedKey, str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    check(client, issued[1])  # the first use is written down

    with django_assert_num_queries(1):
        check(client, issued[1])


def test_database_that_fails_is_no_verdict(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_digest: str) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("api_keys.commerce_account.answering.find_key", fail)

    response = client.get(PRODUCTION, headers={"x-api-key": "any"})

    assert (response.status_code, problem_of(response)) == (503, "unavailable")
    assert response["Retry-After"] == "30"


def test_old_client_that_knows_only_200_is_right_about_every_key(
    client: Client, company: Company, issued: tuple[IssuedKey, str]
) -> None:
    revoked, revoked_key = new_key(company, "revoked")
    delete(revoked)
    _row, expired_key = new_key(company, "expired", expires_at=NOW - timedelta(days=1))

    def is_good(key: str) -> bool:
        return client.get(PRODUCTION, headers={"magento-api-key": key}).status_code == 200

    with time_machine.travel(NOW):
        judged = [is_good(key) for key in (issued[1], revoked_key, expired_key, "unknown", "")]

    assert judged == [True, False, False, False, False]


def test_key_sent_twice_in_one_header_is_one_key(
    client: Client, issued: tuple[IssuedKey, str]
) -> None:
    twice = client.get(PRODUCTION, headers={"x-api-key": f"{issued[1]}, {issued[1]}"})
    two = client.get(PRODUCTION, headers={"x-api-key": f"{issued[1]},another"})

    assert (twice.status_code, two.status_code) == (200, 400)
