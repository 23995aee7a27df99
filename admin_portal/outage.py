"""A server that we can do without, and that does not answer just now."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from redis import RedisError

_SECONDS_ALONE = 5.0
_SECONDS_BETWEEN_COMPLAINTS = 60.0

T = TypeVar("T")


class Outage:
    """Remembers that a server did not answer, so that few requests wait to find it out again."""

    def __init__(self, complaint: str, logger: logging.Logger) -> None:
        self._complaint, self._logger = complaint, logger
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self.is_on = False
        self._ask_again_at = self._silent_until = 0.0

    def ask(self, server: Callable[[], T], instead: Callable[[], T]) -> T:
        """Return what `server` says, or what is said `instead` while it does not answer.

        In an outage one caller every few seconds finds out whether it is over.
        """
        if self._may_ask():
            try:
                said = server()
            except (RedisError, OSError) as error:
                self._begin(error)
            else:
                self.is_on = False
                return said
        return instead()

    def _may_ask(self) -> bool:
        if not self.is_on:
            return True
        now = time.monotonic()
        with self._lock:
            is_due = now >= self._ask_again_at
            if is_due:
                self._ask_again_at = now + _SECONDS_ALONE
        return is_due

    def _begin(self, error: Exception) -> None:
        """Leave the server alone for some seconds, and say so, but not more than once a minute."""
        now = time.monotonic()
        with self._lock:
            self.is_on, self._ask_again_at = True, now + _SECONDS_ALONE
            is_news = now >= self._silent_until
            if is_news:
                self._silent_until = now + _SECONDS_BETWEEN_COMPLAINTS
        if is_news:
            self._logger.error("%s (%s)", self._complaint, error)
