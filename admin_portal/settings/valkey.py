"""What a Valkey or Redis server does for us, if a setting names one."""

import re

from django.core.exceptions import ImproperlyConfigured
from redis import ConnectionPool

from admin_portal.settings.reading import env

Caches = dict[str, dict[str, object]]

_ADDRESS = re.compile(r"rediss?://[^/?#]+(/\d*)?(\?\S*)?")

_SECONDS_TO_ANSWER = 0.25
"""A page can do without the server, and should not wait for it."""

_IN_MEMORY: Caches = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # The default of 300 would let a crowd of failed sign-ins push each other out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}


def redis_url(url: str) -> str | None:
    """Return how Redis's client library writes a server's address; None if it is none.

    Valkey speaks Redis's protocol, so that one library will do for both. Nobody is called.
    """
    redis = re.sub("^valkey", "redis", url)
    if not _ADDRESS.fullmatch(redis):
        return None
    try:
        # What can't be right shows only now: ports, and options that the library does not know.
        ConnectionPool.from_url(redis).make_connection()
    except (TypeError, ValueError):
        return None
    return redis


def cache(url_setting: str, name: str) -> Caches:
    """Return Django's CACHES for the server that a setting names, or else the process's memory.

    `name` tells what the site keeps there from what others keep on the same server.
    """
    given: str = env.str(url_setting, default="")
    if not given:
        return _IN_MEMORY
    url = redis_url(given)
    if url is None:
        raise ImproperlyConfigured(
            f"{url_setting} has to be like redis://host:6379/0 or valkey://host:6379/0."
        )
    return cache_at(url, name)


def cache_at(url: str, name: str) -> Caches:
    waits = {"socket_timeout": _SECONDS_TO_ANSWER, "socket_connect_timeout": _SECONDS_TO_ANSWER}
    return {
        "default": {
            "BACKEND": "admin_portal.shared_cache.SharedCache",
            "LOCATION": [url],  # a list, as Django would part a text at each comma
            "KEY_PREFIX": name,
            "OPTIONS": {"serializer": "admin_portal.shared_cache.JSONSerializer", **waits},
        }
    }
