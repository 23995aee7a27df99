"""The cache that all processes of a site share, on a Valkey or Redis server."""

import functools
import json
import logging
from collections.abc import Callable
from typing import Any, NoReturn

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from admin_portal.outage import Outage

outage = Outage(
    "The cache server doesn't answer; meanwhile, each process has a cache of its own.",
    logging.getLogger(__name__),
)


_COUNT = """
if redis.call("exists", KEYS[1]) == 1 then return redis.call("incrby", KEYS[1], ARGV[1]) end
"""


def count_up(name: str, *, seconds: int) -> int:
    """Return the next number, over all processes; `seconds` after the first one they begin anew."""
    cache.add(name, 0, seconds)
    try:
        return cache.incr(name)
    except ValueError:  # what was just added is gone: the server went away, or is back
        cache.set(name, 1, seconds)
        return 1


class JSONSerializer:
    """What is kept is data: no writer of the server can have us run code, as Django's own lets."""

    def dumps(self, value: Any) -> int | str:
        return value if type(value) is int else json.dumps(value)  # the server counts bare numbers

    def loads(self, kept: bytes) -> Any:
        return json.loads(kept)


class SharedCache(RedisCache):
    """Django's own. While the server doesn't answer, each process has a cache of its own.

    So limits still limit then, each process for itself, and no page fails, or waits for long.
    """

    def __init__(self, servers: list[str], params: dict[str, Any]) -> None:
        super().__init__(servers, params)
        own = LocMemCache("", {"OPTIONS": {"MAX_ENTRIES": 100_000}})
        server = _Server(servers, **params["OPTIONS"])
        self._cache: Any = _WithFallback(server, own)

    def clear(self) -> NoReturn:
        raise NotImplementedError("It would empty the server, of limits and jobs as well.")


class _Server(RedisCacheClient):
    def incr(self, key: Any, delta: int) -> Any:
        """Look and count in one step: of Django's two, what runs out in between stays for ever."""
        counted: Any = self.get_client(key, write=True).eval(_COUNT, 1, key, delta)
        if counted is None:
            raise ValueError(f"Key '{key}' not found.")
        return counted


class _WithFallback:
    """Answers as the server's client does, from the process's own memory where that can't."""

    def __init__(self, server: RedisCacheClient, own: LocMemCache) -> None:
        self._server, self._own = server, own

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return functools.partial(self._ask, method)

    def _ask(self, method: str, *arguments: Any) -> Any:
        server, own = getattr(self._server, method), getattr(self._own, method)
        return outage.ask(functools.partial(server, *arguments), functools.partial(own, *arguments))
