"""Keep a service that hangs from holding up the whole Admin.

A bulkhead: only a few calls at once may wait for the service, so that the other threads go on
serving pages. And a breaker: once calls have hung one after the other, visits are not kept waiting
any more; from then on one of them asks every RETRY_EVERY seconds. No lock is held during a call.
`benchmarks/hanging.py` measures what the figures do.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from api_keys.contract import Answer, Cause, Environment, Verdict
from api_keys.store_configuration import metrics

CALLS_AT_ONCE = 3

SLOW = 0.25
"""Seconds from which a call that has no answer counts as one that hangs."""

STRIKES = 3
RETRY_EVERY = 2.0


class Bulkhead:
    """The places for calls. One waits for a call that is being answered, not for one that hangs."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._under_way: list[float] = []

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Hold a place. Yields False when none is to be had soon."""
        began = self._enter()
        try:
            yield began is not None
        finally:
            if began is not None:
                self._leave(began)

    def _enter(self) -> float | None:
        arrived = time.monotonic()
        with self._condition:
            while len(self._under_way) >= CALLS_AT_ONCE:
                # The youngest call tells whether calls are being answered at all.
                patience = SLOW + min(arrived, max(self._under_way)) - time.monotonic()
                if patience <= 0:
                    return None
                self._condition.wait(patience)
            began = time.monotonic()
            self._under_way.append(began)
        return began

    def _leave(self, began: float) -> None:
        with self._condition:
            self._under_way.remove(began)
            self._condition.notify()


class Breaker:
    """One for each service. It opens after STRIKES calls that hung, and closes with an answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._strikes = 0
        self._asks_again_at = 0.0
        self._last_cause: Cause | None = None

    def call(self, ask: Callable[[], Answer], *, insists: bool) -> Answer:
        """Return what `ask` says, or UNAVAILABLE at once.

        Who `insists` asks even while the breaker is open.
        """
        if not insists and not self._may_ask():
            return _not_asked(self._last_cause, "others got no answer just now")
        with _bulkhead.place() as is_ours:
            if not is_ours:
                return _not_asked(Cause.BUSY, "others were waiting already")
            started = time.monotonic()
            answer = ask()
            self._take_note(answer, hung=time.monotonic() - started >= SLOW)
        return answer

    @property
    def is_open(self) -> bool:
        return self._strikes >= STRIKES

    def _may_ask(self) -> bool:
        now = time.monotonic()
        with self._lock:
            if not self.is_open:
                return True
            if now < self._asks_again_at:
                return False
            self._asks_again_at = now + RETRY_EVERY
            return True

    def _take_note(self, answer: Answer, *, hung: bool) -> None:
        with self._lock:
            if answer.verdict is not Verdict.UNAVAILABLE or not hung:
                self._strikes = 0
                return
            self._strikes += 1
            self._last_cause = answer.cause
            if self._strikes == STRIKES:
                self._asks_again_at = time.monotonic() + RETRY_EVERY


_bulkhead = Bulkhead()
_breakers = {environment: Breaker() for environment in Environment}


def breaker_for(environment: Environment) -> Breaker:
    """Return the breaker of the service that judges the keys of `environment`."""
    return _breakers[environment]


def forget() -> None:
    """Close all breakers."""
    _breakers.update({environment: Breaker() for environment in Environment})


def _is_open(environment: Environment) -> bool:
    return _breakers[environment].is_open


for _environment in Environment:
    metrics.watch_breaker(_environment, partial(_is_open, _environment))


def _not_asked(cause: Cause | None, why: str) -> Answer:
    return Answer(Verdict.UNAVAILABLE, cause=cause, detail=f"not asked: {why}")
