"""The OpenAPI document against what the service answers; `end_to_end/test_schema.py` has more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from jsonschema_rs import validator_for
from pytest_django import Settings

from api_keys.commerce_account.models import Company
from api_keys.commerce_account.problems import CHECK_PROBLEMS
from api_keys.contract import Environment
from tests.api_keys.commerce_account.checks import PRODUCTION, SANDBOX, problem_of
from tests.api_keys.commerce_account.conftest import delete, new_key

pytestmark = pytest.mark.any_database

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def document(client: Client, db: None) -> dict[str, Any]:
    described: dict[str, Any] = client.get("/gateway/openapi.json").json()
    return described


def fail(_digest: str) -> None:
    raise OperationalError("database is locked")


@pytest.fixture
def answers(
    client: Client, company: Company, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Response]:
    """One answer of each kind, by the problem it tells of; "" tells of none."""

    def ask(key: str = "", **extra: Any) -> Response:
        return client.get(PRODUCTION, headers={"x-api-key": key} if key else {}, **extra)

    with time_machine.travel(NOW, tick=False):
        deleted, deleted_key = new_key(company, "deleted")
        delete(deleted)
        good = new_key(company, "good", expires_at=NOW + timedelta(days=1))[1]
        sandbox = new_key(company, "test", environment=Environment.SANDBOX)[1]
        found = {
            "": ask(good),
            "invalid-key": ask("unknown"),
            "revoked-key": ask(deleted_key),
            "expired-key": ask(new_key(company, "expired", expires_at=NOW)[1]),
            "wrong-environment": ask(sandbox),
            "missing-key": ask(),
            "key-in-address": client.get(f"{PRODUCTION}?key=x"),
            "conflicting-keys": ask(good, HTTP_MAGENTO_API_KEY="another"),
            "body-sent": ask(good, CONTENT_LENGTH="1"),
            "headers-too-large": ask(good, HTTP_X_PADDING="p" * 9000),
            "method-not-allowed": client.post(PRODUCTION),
        }
        with monkeypatch.context() as broken:
            broken.setattr("api_keys.commerce_account.answering.find_key", fail)
            found["unavailable"] = ask(good)
        settings.LIMIT_PER_KEY = 1
        found["too-many-requests"] = [ask(sandbox) for _ in range(2)][-1]
        settings.IS_HTTPS = True
        found["https-required"] = ask(good)
    return found


def test_every_documented_answer_can_be_had_and_is_as_described(
    document: dict[str, Any], answers: dict[str, Response]
) -> None:
    documented = document["paths"][PRODUCTION]["get"]["responses"]
    headers = document["components"]["headers"]

    for name, response in answers.items():
        described = documented[str(response.status_code)]
        content = described["content"][response["Content-Type"]]
        schema = {**content["schema"], "components": document["components"]}
        validator_for(schema, validate_formats=True).validate(response.json())
        for header in described["headers"]:
            if headers[header].get("required"):
                assert header in response, (name, header)

    assert set(answers) == {"", *(problem.slug for problem in CHECK_PROBLEMS)}
    assert {str(response.status_code) for response in answers.values()} == set(documented)


def test_each_answer_tells_of_its_own_problem(answers: dict[str, Response]) -> None:
    told = {name: problem_of(response) for name, response in answers.items() if name}

    assert told == {name: name for name in told}


def test_schema_refuses_what_is_not_so(
    document: dict[str, Any], answers: dict[str, Response]
) -> None:
    content = document["paths"][PRODUCTION]["get"]["responses"]["403"]["content"]
    schema = {**content["application/problem+json"]["schema"], "components": document["components"]}
    told = answers["wrong-environment"].json()
    is_valid: Callable[[object], bool] = validator_for(schema, validate_formats=True).is_valid

    assert is_valid(told)
    assert not is_valid({**told, "type": answers["invalid-key"].json()["type"]})
    assert not is_valid({**told, "reason": "revoked"})
    assert not is_valid({**told, "environment": "elsewhere"})
    assert not is_valid({**told, "expires_at": "tomorrow"})


def test_both_paths_and_both_methods_and_both_headers_are_described(
    document: dict[str, Any],
) -> None:
    methods = {path: set(methods) for path, methods in document["paths"].items()}
    checks = {"get", "head"}
    assert methods == {PRODUCTION: checks, SANDBOX: checks, "/gateway/leaks": {"post"}}
    assert document["security"] == [{"magento-api-key": []}, {"x-api-key": []}]
    assert document["servers"] == [{"url": "http://127.0.0.1:8001"}]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_document_is_only_read(client: Client, db: None, method: str) -> None:
    assert getattr(client, method)("/gateway/openapi.json").status_code == 405
