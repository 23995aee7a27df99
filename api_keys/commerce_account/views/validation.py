"""The key-validation service, for programs, and the pages that explain its answers to people."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from admin_portal.networks import network_of
from api_keys.commerce_account import limits, usage
from api_keys.commerce_account.checking import UNKNOWN, answer_about, find_key
from api_keys.commerce_account.digests import digest_of
from api_keys.commerce_account.limits import Allowance, Policy
from api_keys.commerce_account.openapi import document
from api_keys.commerce_account.problems import (
    PROBLEM_OF_VERDICT,
    PROBLEMS,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    Problem,
)
from api_keys.commerce_account.reading import read_key
from api_keys.contract import (
    PROBLEM_JSON,
    REQUEST_ID_HEADER,
    STATUS,
    Answer,
    Environment,
    Verdict,
    answer_body,
    read_request_id,
)

logger = logging.getLogger(__name__)


@login_not_required
@csrf_exempt  # its 403 would tell a client "wrong environment"; nothing but GET is answered anyway
def api_key_check(request: HttpRequest, environment: Environment) -> HttpResponse:
    """`GET /gateway/apikeycheck`, the vendor's wire format: 200 for a good key and for no other."""
    response = _answer(request, environment)
    response.headers["Cache-Control"] = "no-store"
    if request_id := read_request_id(request.headers.get(REQUEST_ID_HEADER, "")):
        response[REQUEST_ID_HEADER] = request_id
    if request.method == "HEAD":
        response["Content-Length"] = str(len(response.content))
        response.content = b""  # gunicorn drops it, too, but warns each time
    return response


@login_not_required
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """`GET /gateway/openapi.json`: the service, described for programs."""
    return JsonResponse(document())


@login_not_required
@require_safe
def problem(request: HttpRequest, slug: str) -> HttpResponse:
    """The page to which a problem's type URI leads."""
    if slug not in PROBLEMS:
        raise Http404
    return render(request, "commerce_account/problem.html", {"problem": PROBLEMS[slug]})


@sensitive_variables("key")
def _answer(request: HttpRequest, environment: Environment) -> HttpResponse:
    caller = network_of(request.META["REMOTE_ADDR"])
    exhausted = limits.find_exhausted(Policy.ADDRESS, caller)
    if exhausted:
        return too_many(exhausted)
    key = read_key(request)
    if isinstance(key, Problem):
        return _refuse(caller, key)
    try:
        return _check(request, key, environment, caller)
    except DatabaseError:
        logger.exception("A key could not be looked up.")
        return problem_answer(UNAVAILABLE)


@sensitive_variables("key")
def _check(request: HttpRequest, key: str, environment: Environment, caller: str) -> HttpResponse:
    digest = digest_of(key)
    # A key that is asked about too often costs its own allowance only, not that of its address.
    exhausted = limits.find_exhausted(Policy.KEY, digest)
    if exhausted:
        return too_many(exhausted)
    issued = find_key(digest)
    if issued is None:
        return _refuse(caller, PROBLEM_OF_VERDICT[Verdict.INVALID], answer_body(UNKNOWN))
    limits.count(Policy.ADDRESS, caller)
    allowance = limits.take(Policy.KEY, digest)
    if allowance and not allowance.is_granted:
        return too_many(allowance)
    now = timezone.now()
    answer = answer_about(issued, environment, now)
    usage.count(issued, answer.verdict, request, now)
    if answer.verdict is Verdict.VALID:
        return _valid(answer, allowance)
    return problem_answer(PROBLEM_OF_VERDICT[answer.verdict], allowance, answer_body(answer))


def _refuse(
    caller: str, problem: Problem, members: dict[str, str | None] | None = None
) -> HttpResponse:
    # What is too much of this is not counted for the address: otherwise somebody's guesses would
    # refuse the good keys behind the same address.
    allowance = limits.take(Policy.FAILED_ATTEMPTS, caller)
    if allowance and not allowance.is_granted:
        return too_many(allowance)
    limits.count(Policy.ADDRESS, caller)
    return problem_answer(problem, allowance, members)


def _valid(answer: Answer, allowance: Allowance | None) -> HttpResponse:
    headers = {**limits.fields(allowance), "API-Key-Fingerprint": answer.fingerprint}
    if answer.expires_at:
        headers["API-Key-Expires"] = http_date(answer.expires_at.timestamp())
    return JsonResponse(answer_body(answer), status=STATUS[answer.verdict], headers=headers)


def too_many(exhausted: Allowance, problem: Problem = TOO_MANY_REQUESTS) -> HttpResponse:
    """Return a 429 that says how many seconds to wait."""
    response = problem_answer(problem, exhausted)
    response["Retry-After"] = str(exhausted.seconds)
    return response


def problem_answer(
    problem: Problem,
    allowance: Allowance | None = None,
    members: dict[str, str | None] | None = None,
) -> HttpResponse:
    """Return RFC 9457 problem+json, with what is left of an allowance."""
    body = {
        "type": problem.uri,
        "title": str(problem.title),
        "status": problem.status,
        "detail": str(problem.detail),
        **(members or {}),
    }
    headers = {**limits.fields(allowance), **problem.headers}
    return JsonResponse(body, status=problem.status, content_type=PROBLEM_JSON, headers=headers)
