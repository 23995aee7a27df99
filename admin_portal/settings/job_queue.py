"""Where huey keeps what is to run next. Each site has a queue of its own."""

import re

from django.core.exceptions import ImproperlyConfigured

from admin_portal.settings.reading import VAR_DIR, env
from admin_portal.settings.valkey import redis_url

_POSTGRESQL = re.compile(r"postgres(ql)?://\S+")


def job_queue(url_setting: str, name: str) -> dict[str, object]:
    """Return huey's settings for the queue that a setting names, or else for one in a file."""
    return {
        "name": name,
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
        **_storage(url_setting, name),
    }


def _storage(url_setting: str, name: str) -> dict[str, object]:
    url: str = env.str(url_setting, default="")
    if not url:
        return {"huey_class": "huey.SqliteHuey", "filename": str(VAR_DIR / f"{name}_jobs.sqlite3")}
    if _is_postgresql(url):
        return {"huey_class": "huey.PostgresHuey", "dsn": url}
    if server := redis_url(url):
        # Else a connection that broke off unnoticed would be waited at for ever.
        options = f"{'&' if '?' in server else '?'}socket_timeout=5&socket_connect_timeout=5"
        return {"huey_class": "huey.RedisHuey", "url": server + options}
    raise ImproperlyConfigured(
        f"{url_setting} has to be like redis://host:6379/0 or postgres://user:password@host/name."
    )


def _is_postgresql(url: str) -> bool:
    if not _POSTGRESQL.fullmatch(url):
        return False
    # Only here: it takes a fifth of the time in which a site starts.
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        conninfo_to_dict(url)
    except ProgrammingError:
        return False
    return True
