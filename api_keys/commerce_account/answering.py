"""The key-validation service: from a request's PEP 3333 environment to the answer.

Nothing here needs Django's request or its middleware, which would cost more than a whole check:
`gateway` calls it directly, and a view does where a request took the long way.
"""

import logging
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.http import http_date

from admin_portal.networks import network_of
from api_keys.commerce_account import limits, metrics, usage
from api_keys.commerce_account.checking import UNKNOWN, answer_about, find_key
from api_keys.commerce_account.digests import digest_of
from api_keys.commerce_account.limits import Allowance, Policy
from api_keys.commerce_account.problems import PROBLEM_OF_VERDICT, UNAVAILABLE, Problem
from api_keys.commerce_account.reading import read_key
from api_keys.commerce_account.replies import (
    Members,
    Reply,
    json_reply,
    problem_reply,
    too_many,
)
from api_keys.contract import (
    STATUS,
    Answer,
    Environment,
    Verdict,
    answer_body,
)

logger = logging.getLogger(__name__)

Environ = Mapping[str, Any]


def answer_check(environ: Environ, environment: Environment) -> Reply:
    """Answer `GET /gateway/apikeycheck`, the vendor's wire format: 200 for a good key, no other.

    Raises nothing: what goes wrong here is answered by 503, which says nothing about the key.
    """
    try:
        reply = _reply_to(environ, environment)
    except Exception:
        logger.exception("A key could not be looked up.")
        reply = problem_reply(UNAVAILABLE)
    metrics.count_check(environment, reply.problem or Verdict.VALID)
    if environ["REQUEST_METHOD"] == "HEAD":
        return Reply(reply.status, reply.headers, b"")  # gunicorn drops it, too, but warns
    return reply


def _reply_to(environ: Environ, environment: Environment) -> Reply:
    caller = network_of(environ["REMOTE_ADDR"])
    exhausted = limits.find_exhausted(Policy.ADDRESS, caller)
    if exhausted:
        return too_many(exhausted)
    key = read_key(environ)
    if isinstance(key, Problem):
        return _refuse(caller, key)
    digest = digest_of(key)
    # A key that is asked about too often costs its own allowance only, not that of its address.
    exhausted = limits.find_exhausted(Policy.KEY, digest)
    if exhausted:
        return too_many(exhausted)
    issued = find_key(digest)
    if issued is None:
        return _refuse(caller, PROBLEM_OF_VERDICT[Verdict.INVALID], answer_body(UNKNOWN))
    allowance = limits.take((Policy.KEY, digest), (Policy.ADDRESS, caller))
    if allowance and not allowance.is_granted:
        return too_many(allowance)
    now = timezone.now()
    answer = answer_about(issued, environment, now)
    usage.count(issued, answer.verdict, environ, now)
    if answer.verdict is Verdict.VALID:
        return _valid(answer, allowance)
    return problem_reply(PROBLEM_OF_VERDICT[answer.verdict], allowance, answer_body(answer))


def _refuse(caller: str, problem: Problem, members: Members | None = None) -> Reply:
    # What is too much of this is not counted for the address: otherwise somebody's guesses would
    # refuse the good keys behind the same address.
    exhausted = limits.find_exhausted(Policy.FAILED_ATTEMPTS, caller)
    if exhausted:
        return too_many(exhausted)
    allowance = limits.take((Policy.FAILED_ATTEMPTS, caller), (Policy.ADDRESS, caller))
    if allowance and not allowance.is_granted:
        return too_many(allowance)
    return problem_reply(problem, allowance, members)


def _valid(answer: Answer, allowance: Allowance | None) -> Reply:
    headers = {**limits.fields(allowance), "API-Key-Fingerprint": answer.fingerprint}
    if answer.expires_at:
        headers["API-Key-Expires"] = http_date(answer.expires_at.timestamp())
    return json_reply(STATUS[answer.verdict], answer_body(answer), headers)
