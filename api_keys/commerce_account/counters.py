"""Count in windows of a minute: in this process's memory, or for all of them on a server."""

import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

from redis import ConnectionError as BrokenConnection, Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

SECONDS = 60
"""The length of a window. It begins with the first that is counted in it."""

_SECONDS_TO_ANSWER = 0.25

_ADD = f"""
local counts = {{}}
for _, name in ipairs(KEYS) do
  counts[#counts + 1] = redis.call("INCR", name)
  if counts[#counts] == 1 then redis.call("PEXPIRE", name, {SECONDS * 1000}) end
  counts[#counts + 1] = redis.call("PTTL", name)
end
return counts
"""


def now() -> float:
    """Return the seconds of a clock that nobody sets back: a window would last as much longer."""
    return time.monotonic()


class Count(NamedTuple):
    number: int
    ends_at: float
    """In seconds, as by `now`."""


class MemoryCounters:
    """Keeps windows in two generations, so that those which ended go without being looked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._young: dict[str, Count] = {}
        self._old: dict[str, Count] = {}
        self._young_until = 0.0

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def add(self, names: Sequence[str]) -> list[Count]:
        """Count one for each name. Return how many that makes."""
        asked_at = now()
        with self._lock:
            if asked_at >= self._young_until:
                # Whatever is still among the old began more than a window ago.
                self._old, self._young, self._young_until = self._young, {}, asked_at + SECONDS
            return [self._add(name, asked_at) for name in names]

    def _add(self, name: str, asked_at: float) -> Count:
        count = self._young.get(name) or self._old.pop(name, None)
        if count is None or count.ends_at <= asked_at:
            count = Count(0, asked_at + SECONDS)
        count = self._young[name] = Count(count.number + 1, count.ends_at)
        return count


class ServerCounters:
    """Keeps windows on a Valkey or Redis server, and asks it once for all names."""

    def __init__(self, url: str) -> None:
        client = Redis.from_url(
            url,
            socket_timeout=_SECONDS_TO_ANSWER,
            socket_connect_timeout=_SECONDS_TO_ANSWER,
            # A connection that stood idle may be gone. Who hangs is not asked again.
            retry=Retry(NoBackoff(), 1, supported_errors=(BrokenConnection,)),
        )
        self._add = client.register_script(_ADD)

    def add(self, names: Sequence[str]) -> list[Count]:
        """Count one for each name. Return how many that makes. Raises redis.RedisError."""
        told, answered_at = self._add(keys=names), now()
        return [Count(told[i], answered_at + told[i + 1] / 1000) for i in range(0, len(told), 2)]
