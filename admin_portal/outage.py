"""A server that we can do without, and that does not answer just now."""

import logging
import threading
import time

_SECONDS_ALONE = 5.0
_SECONDS_BETWEEN_COMPLAINTS = 60.0


class Outage:
    """Remembers that a server did not answer, so that few requests wait to find it out again."""

    def __init__(self, complaint: str, logger: logging.Logger) -> None:
        self._complaint, self._logger = complaint, logger
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._over_at = self._silent_until = 0.0

    def is_on(self) -> bool:
        """Tell whether the server is to be left alone."""
        return time.monotonic() < self._over_at

    def begin(self, error: Exception) -> None:
        """Leave the server alone for some seconds, and say so, but not more than once a minute."""
        now = time.monotonic()
        with self._lock:
            self._over_at = now + _SECONDS_ALONE
            is_news = now >= self._silent_until
            if is_news:
                self._silent_until = now + _SECONDS_BETWEEN_COMPLAINTS
        if is_news:
            self._logger.error("%s (%s)", self._complaint, error)
