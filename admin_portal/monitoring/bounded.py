"""Ask what may hang, and wait for so long and no longer."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.core.cache import caches
from django.db import connections

T = TypeVar("T")


class Run(Future[T]):
    """Work under way, for which nobody waits longer than until a common instant."""

    def __init__(self, longest_wait: float) -> None:
        super().__init__()
        self._given_up_at = time.monotonic() + longest_wait

    def outcome(self) -> T:
        """Return what it returned, or raise what it raised, or TimeoutError."""
        return self.result(max(0.0, self._given_up_at - time.monotonic()))


class Bounded(Generic[T]):
    """Work done in a thread of its own, with connections of its own.

    Who asks while it is being done waits for the same run, so that what hangs piles up neither
    threads nor connections, and `longest_wait` seconds after its begin it holds up nobody any more.
    What a run returned is good for `good_for` seconds.
    """

    def __init__(self, work: Callable[[], T], *, longest_wait: float, good_for: float) -> None:
        self._work = work
        self._longest_wait = longest_wait
        self._good_for = good_for
        self._lock = threading.Lock()
        self._last: Run[T] | None = None
        self._ended_at = 0.0

    def begin(self) -> Run[T]:
        """Return the run under way, the last one if it is still good, or else a new one."""
        with self._lock:
            last = self._last
            if last and not (last.done() and time.monotonic() - self._ended_at >= self._good_for):
                return last
            run = Run[T](self._longest_wait)
            threading.Thread(target=self._run, args=(run,), name="bounded", daemon=True).start()
            self._last = run
            return run

    def forget(self) -> None:
        with self._lock:
            self._last = None

    def _run(self, run: Run[T]) -> None:
        try:
            try:
                result = self._work()
            finally:
                connections.close_all()
                caches.close_all()
                self._ended_at = time.monotonic()
        except Exception as error:
            run.set_exception(error)
        else:
            run.set_result(result)
