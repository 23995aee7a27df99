from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

MILLISECONDS = 500


@contextmanager
def impatient(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Wait for another's lock for half a second only: somebody waits for an answer meanwhile."""
    if connection.vendor == "sqlite":
        name, before = "PRAGMA busy_timeout = {}", connection.settings_dict["OPTIONS"]["timeout"]
        before *= 1000
    else:
        name, before = "SET lock_timeout = {}", 0
    with connection.cursor() as cursor:
        cursor.execute(name.format(MILLISECONDS))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(name.format(before))
