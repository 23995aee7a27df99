"""How often the key-validation service may be asked, by whom, and what is left of that."""

import functools
import logging
import math
import re
import threading
import time
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from limits.storage import MemoryStorage, Storage, storage_from_string

logger = logging.getLogger(__name__)

SECONDS_WITHOUT_STORAGE = 5.0
"""After a failure the storage is left alone for this long: no answer waits for it meanwhile."""

_SECONDS_TO_ANSWER = 0.25
_SECONDS_BETWEEN_COMPLAINTS = 60.0
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
    """Return the allowance of `who` if nothing is left of it, as far as this process knows.

    It learns so from the counters with the request that takes the last: none is asked here.
    """
    until = _exhausted_until.get(_name(policy, policy.quota, who), 0.0)
    return Allowance(policy, False, 0, _seconds_until(until)) if until > time.time() else None


def take(policy: Policy, who: str) -> Allowance | None:
    """Count a request of `who`. None where nothing is limited, or the counters don't answer."""
    quota = policy.quota
    if not quota or not _breaker.is_closed():
        return None
    name = _name(policy, quota, who)
    try:
        storage = open_storage(settings.LIMITS_URL)
        taken = storage.incr(name, 60)
        resets_at = storage.get_expiry(name)
    except Exception:
        # Whatever it is: counters that fail are no reason to refuse a good key.
        _breaker.open()
        return None
    if taken >= quota:
        _note_exhausted(name, resets_at)
    return Allowance(policy, taken <= quota, max(0, quota - taken), _seconds_until(resets_at))


def forget() -> None:
    """Drop all counters."""
    open_storage(settings.LIMITS_URL).reset()
    _exhausted_until.clear()


def fields(allowance: Allowance | None) -> dict[str, str]:
    """Return the response fields of draft-ietf-httpapi-ratelimit-headers."""
    if allowance is None:
        return {}
    return {
        "RateLimit-Policy": _policies_beside(allowance.policy),
        "RateLimit": f'"{allowance.policy}";r={allowance.remaining};t={allowance.seconds}',
    }


def _policies_beside(policy: Policy) -> str:
    """Return which limits hold where `policy` does."""
    if policy is Policy.LEAK_REPORTS:
        together: tuple[Policy, ...] = (policy,)
    else:
        together = (Policy.KEY, Policy.ADDRESS, Policy.FAILED_ATTEMPTS)
    return ", ".join(f'"{each}";q={quota};w=60' for each in together if (quota := each.quota))


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


def _name(policy: Policy, quota: int, who: str) -> str:
    return f"gateway/{policy}/{who}/{quota}"


def _note_exhausted(name: str, until: float) -> None:
    if len(_exhausted_until) >= _MOST_EXHAUSTED:
        now = time.time()
        for other, end in list(_exhausted_until.items()):
            if end <= now:
                _exhausted_until.pop(other, None)
    if len(_exhausted_until) < _MOST_EXHAUSTED:
        _exhausted_until[name] = until


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
