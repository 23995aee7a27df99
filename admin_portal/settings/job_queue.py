"""Where huey keeps what is to run next. Only the Commerce account has background jobs."""

import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from redis.connection import parse_url

_POSTGRESQL = re.compile(r"postgres(ql)?://\S+")


def job_queue(url: str, sqlite_file: Path) -> dict[str, object]:
    """Return huey's settings for the queue at `url`, or, where that is empty, in a file."""
    return {
        "name": "commerce_account",
        "immediate": False,
        "results": False,
        # The queue is asked every 2 seconds, the schedule, which nothing uses, every 10. SIGTERM
        # lets a job that runs come to its end.
        "consumer": {
            "max_delay": 2,
            "scheduler_interval": 10,
            "graceful_signal": "TERM",
            "shutdown_timeout": 5,
        },
        **_storage(url, sqlite_file),
    }


def _storage(url: str, sqlite_file: Path) -> dict[str, object]:
    if not url:
        return {"huey_class": "huey.SqliteHuey", "filename": str(sqlite_file)}
    try:
        if _POSTGRESQL.fullmatch(url):
            conninfo_to_dict(url)
            return {"huey_class": "huey.PostgresHuey", "dsn": url}
        redis_url = re.sub("^valkey", "redis", url)  # they speak the same protocol
        if parse_url(redis_url).get("host"):  # type: ignore[no-untyped-call]  # it has no types
            return {"huey_class": "huey.RedisHuey", "url": redis_url}
    except (ProgrammingError, ValueError):
        pass
    raise ImproperlyConfigured(
        "JOBS_URL has to be like redis://host:6379/0 or postgres://user:password@host/name."
    )
