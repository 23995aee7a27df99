"""Ask the key-validation service as clients do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.test import Client

from api_keys.contract import KEY_HEADERS, Answer, read_answer

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

PRODUCTION = "/gateway/apikeycheck"
SANDBOX = "/sandbox/gateway/apikeycheck"
PROBLEM_TYPES = "http://127.0.0.1:8001/problems/"


def check(client: Client, key: str, path: str = PRODUCTION) -> tuple[int, Answer]:
    """Ask as our own client does, and read the answer as it does."""
    response = client.get(path, headers=dict.fromkeys(KEY_HEADERS, key))
    answer = read_answer(response.status_code, response["Content-Type"], response.content)
    return response.status_code, answer


def problem_of(response: Response) -> str:
    """Return the last part of a problem's type, which is what clients compare."""
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["type"].startswith(PROBLEM_TYPES)
    return str(problem["type"]).removeprefix(PROBLEM_TYPES).rstrip("/")
