"""How often the key-validation service may be asked, by whom, and what is left of that."""

import functools
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from admin_portal.outage import Outage
from admin_portal.settings.valkey import redis_url
from api_keys.commerce_account import counters
from api_keys.commerce_account.counters import SECONDS, Count, MemoryCounters, ServerCounters

_outage = Outage(
    "The counters at LIMITS_URL don't answer; meanwhile, each process counts for itself.",
    logging.getLogger(__name__),
)
_memory = MemoryCounters()

_MOST_EXHAUSTED = 10_000

_exhausted_until: dict[str, float] = {}
"""Names of used-up counters, and when they begin anew. Beyond so many, the counters are asked."""


class Policy(StrEnum):
    """What is limited. The values are the names in the RateLimit fields, and never change."""

    KEY = "key"
    ADDRESS = "address"
    FAILED_ATTEMPTS = "failed-attempts"
    LEAK_REPORTS = "leak-reports"

    @property
    def quota(self) -> int:
        """Requests in a minute; 0 means that there is no limit."""
        return quotas()[self]


_SETTINGS = {
    Policy.KEY: "LIMIT_PER_KEY",
    Policy.ADDRESS: "LIMIT_PER_ADDRESS",
    Policy.FAILED_ATTEMPTS: "LIMIT_FAILED_ATTEMPTS",
    Policy.LEAK_REPORTS: "LIMIT_LEAK_REPORTS",
}
_OF_CHECKS = (Policy.KEY, Policy.ADDRESS, Policy.FAILED_ATTEMPTS)


@functools.cache
def quotas() -> Mapping[Policy, int]:
    return {policy: int(getattr(settings, name)) for policy, name in _SETTINGS.items()}


def forget_settings() -> None:
    """For tests, which change them: a process's own stay as they are."""
    quotas.cache_clear()
    _policies_beside.cache_clear()


@dataclass(frozen=True)
class Allowance:
    """What a policy leaves to somebody: requests, and the seconds until all of them are back."""

    policy: Policy
    is_granted: bool
    remaining: int
    seconds: int


def find_exhausted(policy: Policy, who: str) -> Allowance | None:
    """Return the allowance of `who` if nothing is left of it, as far as this process knows.

    It learns so from the counters with the request that takes the last: none is asked here.
    """
    until = _exhausted_until.get(_name(policy, who)) if _exhausted_until else None
    if until is None or until <= counters.now():
        return None
    return Allowance(policy, False, 0, _seconds_until(until))


def take(*claims: tuple[Policy, str]) -> Allowance | None:
    """Count a request of somebody by one policy or more. Return what the first of them leaves.

    None where that one has no limit.
    """
    quota_of = quotas()
    limited = [policy for policy, _who in claims if quota_of[policy]]
    names = [_name(policy, who) for policy, who in claims if quota_of[policy]]
    allowances = [
        _judge(policy, quota_of[policy], name, count)
        for policy, name, count in zip(limited, names, _add(names), strict=True)
    ]
    return allowances[0] if limited and limited[0] is claims[0][0] else None


def forget() -> None:
    """Drop what this process counted."""
    _memory.forget()
    _exhausted_until.clear()


def fields(allowance: Allowance | None) -> dict[str, str]:
    """Return the response fields of draft-ietf-httpapi-ratelimit-headers."""
    if allowance is None:
        return {}
    return {
        "RateLimit-Policy": _policies_beside(allowance.policy),
        "RateLimit": f'"{allowance.policy}";r={allowance.remaining};t={allowance.seconds}',
    }


@functools.cache
def _policies_beside(policy: Policy) -> str:
    """Return which limits hold where `policy` does."""
    together = (policy,) if policy is Policy.LEAK_REPORTS else _OF_CHECKS
    return ", ".join(f'"{each}";q={each.quota};w={SECONDS}' for each in together if each.quota)


def _judge(policy: Policy, quota: int, name: str, count: Count) -> Allowance:
    left = quota - count.number
    if left <= 0:
        _note_exhausted(name, count.ends_at)
    return Allowance(policy, left >= 0, max(0, left), _seconds_until(count.ends_at))


def _add(names: list[str]) -> list[Count]:
    server = _server(settings.LIMITS_URL)
    if server is None:
        return _memory.add(names)
    return _outage.ask(functools.partial(server.add, names), functools.partial(_memory.add, names))


@functools.cache
def _server(url: str) -> ServerCounters | None:
    redis = redis_url(url)
    return ServerCounters(redis) if redis else None


def _name(policy: Policy, who: str) -> str:
    return f"gateway/{policy}/{who}"


def _note_exhausted(name: str, until: float) -> None:
    if len(_exhausted_until) >= _MOST_EXHAUSTED:
        now = counters.now()
        for other, end in list(_exhausted_until.items()):
            if end <= now:
                _exhausted_until.pop(other, None)
    if len(_exhausted_until) < _MOST_EXHAUSTED:
        _exhausted_until[name] = until


def _seconds_until(end: float) -> int:
    return min(SECONDS, max(1, math.ceil(end - counters.now())))
