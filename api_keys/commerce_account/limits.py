"""How often the key-validation service may be asked, by whom, and what is left of that."""

import functools
import logging
import math
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

logger = logging.getLogger(__name__)

SECONDS_WITHOUT_STORAGE = 5.0
"""After a failure the storage is left alone for this long: no answer waits for it meanwhile."""

_SECONDS_TO_ANSWER = 0.25
_SECONDS_BETWEEN_COMPLAINTS = 60.0


class Policy(StrEnum):
    """What is limited. The values are the names in the RateLimit fields, and never change."""

    KEY = "key"
    ADDRESS = "address"
    FAILED_ATTEMPTS = "failed-attempts"
    LEAK_REPORTS = "leak-reports"

    @property
    def quota(self) -> int:
        """Requests in a minute; 0 means that there is no limit."""
        return int(getattr(settings, _SETTINGS[self]))


_SETTINGS = {
    Policy.KEY: "LIMIT_PER_KEY",
    Policy.ADDRESS: "LIMIT_PER_ADDRESS",
    Policy.FAILED_ATTEMPTS: "LIMIT_FAILED_ATTEMPTS",
    Policy.LEAK_REPORTS: "LIMIT_LEAK_REPORTS",
}


class RarelySweptMemory(MemoryStorage):
    """The library's memory, swept once a second. By itself it is swept a hundred times a second.

    Each sweep starts a thread and walks all counters: a few thousand callers would take much of
    a processor. Its scheme makes it what memory:// means.
    """

    STORAGE_SCHEME = ["memory"]
    swept_at = -math.inf

    def _MemoryStorage__schedule_expiry(self) -> None:
        now = time.monotonic()
        if now >= self.swept_at + 1:
            self.swept_at = now
            MemoryStorage._MemoryStorage__schedule_expiry(self)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Allowance:
    """What a policy leaves to somebody: requests, and the seconds until all of them are back."""

    policy: Policy
    is_granted: bool
    remaining: int
    seconds: int


def find_exhausted(policy: Policy, who: str) -> Allowance | None:
    """Return the allowance of `who` if nothing is left of it. Nothing is taken."""
    return _ask(policy, who, _look)


def take(policy: Policy, who: str) -> Allowance | None:
    """Count a request of `who`. None where nothing is limited, or the counters don't answer."""
    return _ask(policy, who, _take)


def count(policy: Policy, who: str) -> None:
    """Count a request of `who` where nobody asks what is left."""
    _ask(policy, who, _count)


def fields(allowance: Allowance | None) -> dict[str, str]:
    """Return the response fields of draft-ietf-httpapi-ratelimit-headers."""
    if allowance is None:
        return {}
    is_report = allowance.policy is Policy.LEAK_REPORTS
    policies = [
        f'"{policy}";q={policy.quota};w=60'
        for policy in Policy
        if policy.quota and (policy is Policy.LEAK_REPORTS) == is_report
    ]
    return {
        "RateLimit-Policy": ", ".join(policies),
        "RateLimit": f'"{allowance.policy}";r={allowance.remaining};t={allowance.seconds}',
    }


@functools.cache
def open_storage(url: str) -> Storage:
    """Return the place of the counters. Raises if the address is a bad one, but calls nobody.

    Valkey speaks Redis's protocol, so that one client library will do for both.
    """
    redis_url = re.sub("^valkey", "redis", url)
    waits = {"socket_timeout": _SECONDS_TO_ANSWER, "socket_connect_timeout": _SECONDS_TO_ANSWER}
    storage = storage_from_string(redis_url, **(waits if redis_url.startswith("redis") else {}))
    if not isinstance(storage, Storage):
        raise ValueError("an asynchronous storage")
    return storage


_Question = Callable[[FixedWindowRateLimiter, RateLimitItem, Policy, str], Allowance | None]


def _ask(policy: Policy, who: str, question: _Question) -> Allowance | None:
    quota = policy.quota
    if not quota or not _breaker.is_closed():
        return None
    try:
        return question(_limiter(settings.LIMITS_URL), _item(quota), policy, who)
    except Exception:
        # Whatever it is: counters that fail are no reason to refuse a good key.
        _breaker.open()
        return None


@functools.cache
def _limiter(url: str) -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(open_storage(url))


@functools.cache
def _item(quota: int) -> RateLimitItem:
    return RateLimitItemPerMinute(quota, namespace="gateway")


def _look(
    limiter: FixedWindowRateLimiter, item: RateLimitItem, policy: Policy, who: str
) -> Allowance | None:
    if limiter.test(item, policy, who):
        return None
    reset, _remaining = limiter.get_window_stats(item, policy, who)
    return Allowance(policy, False, 0, _seconds_until(reset))


def _take(
    limiter: FixedWindowRateLimiter, item: RateLimitItem, policy: Policy, who: str
) -> Allowance:
    is_granted = limiter.hit(item, policy, who)
    reset, remaining = limiter.get_window_stats(item, policy, who)
    return Allowance(policy, is_granted, remaining, _seconds_until(reset))


def _count(limiter: FixedWindowRateLimiter, item: RateLimitItem, policy: Policy, who: str) -> None:
    limiter.hit(item, policy, who)


def _seconds_until(reset: float) -> int:
    return min(60, max(1, math.ceil(reset - time.time())))


class _Breaker:
    def __init__(self) -> None:
        self._closed_from = self._silent_until = 0.0
        self._lock = threading.Lock()

    def is_closed(self) -> bool:
        return time.monotonic() >= self._closed_from

    def open(self) -> None:
        now = time.monotonic()
        with self._lock:
            self._closed_from = now + SECONDS_WITHOUT_STORAGE
            is_news = now >= self._silent_until
            if is_news:
                self._silent_until = now + _SECONDS_BETWEEN_COMPLAINTS
        if is_news:
            logger.exception("Nothing is limited: the counters at LIMITS_URL don't answer.")


_breaker = _Breaker()
