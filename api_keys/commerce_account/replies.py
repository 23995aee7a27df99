"""What the service's programs get: an answer that any framework, or none, can send."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import override

from api_keys.commerce_account.limits import Allowance, fields
from api_keys.commerce_account.problems import TOO_MANY_REQUESTS, Problem
from api_keys.contract import PROBLEM_JSON

Members = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer over HTTP. `body` is JSON; `problem` is the slug of one, or empty."""

    status: int
    headers: dict[str, str]
    body: bytes
    problem: str = ""

    def as_response(self) -> HttpResponse:
        return HttpResponse(self.body, status=self.status, headers=self.headers)


def json_reply(
    status: int, members: Mapping[str, object], headers: Mapping[str, str], problem: str = ""
) -> Reply:
    """Return JSON that nobody on the way may keep."""
    body = json.dumps(members).encode()
    common = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
    }
    return Reply(status, {**common, **headers}, body, problem)


def problem_reply(
    problem: Problem, allowance: Allowance | None = None, members: Members | None = None
) -> Reply:
    """Return RFC 9457 problem+json, with what is left of an allowance."""
    body = {**_english(problem), **(members or {})}
    headers = {**fields(allowance), **problem.headers, "Content-Type": PROBLEM_JSON}
    return json_reply(problem.status, body, headers, problem.slug)


def too_many(exhausted: Allowance, problem: Problem = TOO_MANY_REQUESTS) -> Reply:
    """Return a 429 that says how many seconds to wait."""
    reply = problem_reply(problem, exhausted)
    reply.headers["Retry-After"] = str(exhausted.seconds)
    return reply


@functools.cache
def _english(problem: Problem) -> dict[str, str | int]:
    # Whatever language the last page in this thread was in: programs' logs are read by others.
    with override("en"):
        return {
            "type": problem.uri,
            "title": str(problem.title),
            "status": problem.status,
            "detail": str(problem.detail),
        }
