"""The key-validation service as an OpenAPI 3.1 document, built from what the code itself uses."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from api_keys.commerce_account.problems import (
    CHECK_PROBLEMS,
    HTTPS_REQUIRED,
    LEAK_PROBLEMS,
    UNAVAILABLE,
    Problem,
)
from api_keys.contract import (
    CHECK_PATH,
    KEY_HEADERS,
    PROBLEM_JSON,
    REQUEST_ID,
    REQUEST_ID_HEADER,
    STATUS,
    Environment,
    Verdict,
)

Json = dict[str, Any]

_FINGERPRINT = "^[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}$"
_HTTP_DATE = "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT$"


def document() -> Json:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Key-validation service",
            "version": "1",
            "description": "Says whether an API key is good. A key travels in a header only.",
        },
        "servers": [{"url": settings.SITE_URL}],
        "security": [{name: []} for name in KEY_HEADERS],
        "paths": {
            CHECK_PATH: _check(Environment.PRODUCTION),
            f"/{Environment.SANDBOX}{CHECK_PATH}": _check(Environment.SANDBOX),
            "/gateway/leaks": {"post": _report()},
        },
        "components": {
            "securitySchemes": {
                name: {"type": "apiKey", "in": "header", "name": name} for name in KEY_HEADERS
            },
            "schemas": {"Answer": _answer(), "Problem": _problem()},
            "parameters": {REQUEST_ID_HEADER: _request_id()},
            "headers": _headers(),
        },
    }


def problems(documented: Iterable[Problem]) -> Json:
    """Return the responses that an operation gives with these problems, by their status."""
    by_status: dict[int, list[Problem]] = {}
    for problem in documented:
        by_status.setdefault(problem.status, []).append(problem)
    return {str(status): _response(status, found) for status, found in sorted(by_status.items())}


def _check(environment: Environment) -> Json:
    responses = {"200": _valid(), **problems(CHECK_PROBLEMS)}
    for response in responses.values():
        response["headers"].update(_refer_to(REQUEST_ID_HEADER))
    return {
        method: {
            "operationId": f"{method}_{environment}_key",
            "summary": f"Check a {environment} key",
            "parameters": [{"$ref": f"#/components/parameters/{REQUEST_ID_HEADER}"}],
            "responses": responses,
        }
        for method in ("get", "head")
    }


def _report() -> Json:
    report = {
        "type": "object",
        "required": ["key"],
        "properties": {
            "key": {"type": "string", "description": "A leaked key, or a text with up to 20."}
        },
    }
    return {
        "operationId": "report_leaked_key",
        "summary": "Report a leaked key: a real one is revoked, and its company told",
        "security": [],
        "requestBody": {"required": True, "content": {"application/json": {"schema": report}}},
        "responses": {
            "202": {
                "description": "Received. The answer is the same for every key.",
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["status"],
                            "properties": {"status": {"const": "received"}},
                        }
                    }
                },
            },
            **problems((*LEAK_PROBLEMS, HTTPS_REQUIRED, UNAVAILABLE)),
        },
    }


def _valid() -> Json:
    return {
        "description": "The key is good. No other status says so.",
        "headers": _refer_to("API-Key-Fingerprint", "API-Key-Expires", *_RATE_LIMIT),
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}},
    }


def _response(status: int, found: list[Problem]) -> Json:
    verdicts = [verdict.value for verdict in Verdict if STATUS.get(verdict) == status]
    schema: Json = {
        "$ref": "#/components/schemas/Problem",
        "properties": {
            "type": {"enum": [problem.uri for problem in found]},
            "status": {"const": status},
        },
    }
    schema["properties"]["reason"] = {"enum": verdicts} if verdicts else False
    names = {name for problem in found for name in problem.headers}
    names |= {"Retry-After"} if status == 429 else set()
    limited = _RATE_LIMIT if status not in (503,) else ()
    return {
        "description": " / ".join(str(problem.title) for problem in found),
        "headers": _refer_to(*sorted(names), *limited),
        "content": {PROBLEM_JSON: {"schema": schema}},
    }


def _refer_to(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _members() -> Json:
    instant = {"type": ["string", "null"], "format": "date-time"}
    return {
        "environment": {"enum": [*(environment.value for environment in Environment), None]},
        "fingerprint": {"type": ["string", "null"], "pattern": _FINGERPRINT},
        "expires_at": instant,
        "revoked_at": instant,
    }


def _answer() -> Json:
    return {
        "type": "object",
        "required": ["reason", *_members()],
        "properties": {"reason": {"const": Verdict.VALID.value}, **_members()},
    }


def _problem() -> Json:
    return {
        "description": "RFC 9457. Its type leads to a page that explains it.",
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            **_members(),
        },
        "dependentRequired": {"reason": list(_members())},
    }


def _request_id() -> Json:
    return {
        "name": REQUEST_ID_HEADER,
        "in": "header",
        "description": "1 to 64 characters of 0-9A-Za-z-, for both logs. Others are ignored.",
        "schema": {"type": "string"},
    }


_RATE_LIMIT = ("RateLimit", "RateLimit-Policy")


def _headers() -> Json:
    def text(description: str, pattern: str, *, is_required: bool = False) -> Json:
        schema = {"type": "string", "pattern": pattern}
        return {"description": description, "required": is_required, "schema": schema}

    seconds = {"type": "integer", "minimum": 1}
    return {
        "API-Key-Fingerprint": text("The key's short id.", _FINGERPRINT, is_required=True),
        "API-Key-Expires": text("When it ends. Missing: never.", _HTTP_DATE),
        REQUEST_ID_HEADER: text("As it was sent; else, one made here.", REQUEST_ID.pattern),
        "RateLimit": text("What is left of the nearest limit.", '^"[a-z-]+";r=[0-9]+;t=[0-9]+$'),
        "RateLimit-Policy": text("All limits.", '^"[a-z-]+";q=[0-9]+;w=60(, |$)'),
        "Retry-After": {"description": "Seconds to wait.", "required": True, "schema": seconds},
        "WWW-Authenticate": text("How to send a key.", "^ApiKey ", is_required=True),
        "Allow": text("The methods.", "^GET, HEAD$", is_required=True),
    }
