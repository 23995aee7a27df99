"""The key-validation service: `GET /gateway/apikeycheck`."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from api_keys.commerce_account.models import Company, IssuedKey
from api_keys.commerce_account.problems import PROBLEMS
from api_keys.contract import (
    KEY_HEADERS,
    Answer,
    Environment,
    Verdict,
    fingerprint,
    generate_key,
    read_answer,
)
from tests.api_keys.commerce_account.conftest import delete, new_key

PRODUCTION = "/gateway/apikeycheck"
SANDBOX = "/sandbox/gateway/apikeycheck"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def check(client: Client, key: str, path: str = PRODUCTION) -> tuple[int, Answer]:
    """Ask as our own client does, and read the answer as it does."""
    response = client.get(path, headers=dict.fromkeys(KEY_HEADERS, key))
    answer = read_answer(response.status_code, response["Content-Type"], response.content)
    return response.status_code, answer


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
    }
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]


def test_head_tells_by_the_status_alone(client: Client, issued: tuple[IssuedKey, str]) -> None:
    assert client.head(PRODUCTION, headers={"x-api-key": issued[1]}).status_code == 200
    assert client.head(PRODUCTION, headers={"x-api-key": "unknown"}).status_code == 401


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
    assert answer.headers == unknown.headers


def test_revoked_key_is_told_so_at_the_next_call(
    client: Client, member: User, issued: tuple[IssuedKey, str]
) -> None:
    assert check(client, issued[1])[0] == 200
    delete(issued[0])

    status, answer = check(client, issued[1])

    assert (status, answer.verdict) == (401, Verdict.REVOKED)
    assert answer.fingerprint == fingerprint(issued[1])


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
    client: Client, company: Company, member: User
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


@pytest.mark.parametrize("path", [PRODUCTION, PRODUCTION + "?api_key=KEY", SANDBOX])
def test_key_anywhere_but_in_a_header_is_no_key(
    client: Client, issued: tuple[IssuedKey, str], path: str
) -> None:
    response = client.get(path.replace("KEY", issued[1]))

    assert response.status_code == 401
    assert response.json()["type"] == "http://127.0.0.1:8001/problems/missing-key/"
    assert issued[1] not in response.text


def test_two_different_keys_are_refused(client: Client, issued: tuple[IssuedKey, str]) -> None:
    headers = {"magento-api-key": issued[1], "x-api-key": "another"}

    response = client.get(PRODUCTION, headers=headers)

    assert response.status_code == 400
    assert response.json()["type"].endswith("/problems/conflicting-keys/")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_other_methods_are_refused_as_no_verdict(db: None, method: str) -> None:
    client = Client(enforce_csrf_checks=True)

    assert getattr(client, method)(PRODUCTION).status_code == 405


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "unknown"}])
def test_errors_are_problem_json_and_lead_to_a_page(
    client: Client, db: None, headers: dict[str, str]
) -> None:
    response = client.get(PRODUCTION, headers=headers)
    problem: dict[str, Any] = response.json()

    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"].startswith("ApiKey ")
    assert problem["status"] == response.status_code
    assert problem["title"]
    assert problem["detail"]
    page = client.get(problem["type"].removeprefix("http://127.0.0.1:8001"))
    assert page.status_code == 200
    assert problem["title"] in page.text


@pytest.mark.parametrize("slug", PROBLEMS)
def test_every_problem_has_a_page(client: Client, db: None, slug: str) -> None:
    assert str(PROBLEMS[slug].detail) in client.get(f"/problems/{slug}/").text


def test_unknown_problem_has_no_page(client: Client, db: None) -> None:
    assert client.get("/problems/no-such-problem/").status_code == 404


@pytest.mark.parametrize("path", [PRODUCTION, SANDBOX])
def test_key_sent_in_clear_to_a_site_of_https_is_refused_and_not_led_on(
    client: Client, issued: tuple[IssuedKey, str], settings: Settings, path: str
) -> None:
    settings.IS_HTTPS = settings.SECURE_SSL_REDIRECT = True

    response = client.get(path, headers={"x-api-key": issued[1]})
    page = client.get("/sign-in/")

    assert response.status_code == 400
    assert "Location" not in response
    assert response.json()["type"].endswith("/problems/https-required/")
    assert page.status_code == 301


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
    with django_assert_num_queries(1):
        check(client, issued[1])


def test_old_client_that_knows_only_200_is_right_about_every_key(
    client: Client, company: Company, member: User, issued: tuple[IssuedKey, str]
) -> None:
    revoked, revoked_key = new_key(company, "revoked")
    delete(revoked)
    _row, expired_key = new_key(company, "expired", expires_at=NOW - timedelta(days=1))

    def is_good(key: str) -> bool:
        return client.get(PRODUCTION, headers={"magento-api-key": key}).status_code == 200

    with time_machine.travel(NOW):
        judged = [is_good(key) for key in (issued[1], revoked_key, expired_key, "unknown", "")]

    assert judged == [True, False, False, False, False]
