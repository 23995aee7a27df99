"""Both sites as real processes: with all that `make run` does, or on a copy of what that made."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
ADMIN_SETTINGS = "admin_portal.settings.admin"
ACCOUNT_SETTINGS = "admin_portal.settings.commerce_account"
STARTED = b"Ctrl-C stops both."
MAKE_RUN = "admin_portal.embedded.run"
DATABASES = ("ADMIN_DATABASE_URL", "ACCOUNT_DATABASE_URL")


class Served(Protocol):
    """What a person at a browser has to know of the sites."""

    @property
    def admin(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def admin_at_localhost(self) -> str: ...
    @property
    def account_at_localhost(self) -> str: ...
    @property
    def password(self) -> str: ...


@dataclass
class Sites:
    """The running sites. Everything they keep, say and log lies in `folder`."""

    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    folder: Path
    logging: threading.Thread

    @property
    def admin(self) -> str:
        return f"http://127.0.0.1:{self.environment['ADMIN_PORT']}"

    @property
    def account(self) -> str:
        return f"http://127.0.0.1:{self.environment['ACCOUNT_PORT']}"

    @property
    def admin_at_localhost(self) -> str:
        """The Admin by a name, which passkeys need."""
        return f"http://localhost:{self.environment['ADMIN_PORT']}"

    @property
    def account_at_localhost(self) -> str:
        return f"http://localhost:{self.environment['ACCOUNT_PORT']}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    @property
    def password(self) -> str:
        (password,) = re.findall(r"Password: (\S+)", self.log)
        return str(password)

    def manage(self, *arguments: str, settings: str, given: str = "") -> tuple[int, str]:
        """Run a management command; return its exit code and what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments, "--settings", settings],
            cwd=ROOT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout.strip()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait until all have ended and the log is whole; return the exit code."""
        code = self.process.wait(timeout=30)
        self.logging.join(timeout=30)
        return code


def environment_for(folder: Path, **settings: str) -> dict[str, str]:
    with ExitStack() as held:
        ports = [held.enter_context(free_port()) for _site in range(2)]
    return {
        **({} if DATABASES[0] in settings else databases()),
        "PATH": os.environ["PATH"],
        "PYTHONUNBUFFERED": "1",
        "VAR_DIR": str(folder / "var"),
        "ENV_FILE": str(folder / ".env"),
        "ADMIN_PORT": str(ports[0]),
        "ACCOUNT_PORT": str(ports[1]),
        **settings,
    }


def databases() -> dict[str, str]:
    """Return new PostgreSQL databases for both sites, when the tests run on PostgreSQL."""
    server = os.environ.get("TEST_DATABASE_URL")
    return {name: new_database(server) for name in DATABASES} if server else {}


def new_database(server: str, like: str = "template1") -> str:
    """Return the address of a new database with all that the one called `like` has."""
    name = f"test_{uuid4().hex}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(like)))
    return urlsplit(server)._replace(path=name).geturl()


def copy_installation(prepared: Sites, folder: Path, **settings: str) -> dict[str, str]:
    """Copy all that stopped sites keep to an empty folder; return the copy's environment."""
    shutil.copytree(prepared.folder, folder, dirs_exist_ok=True)
    copied = {
        name: new_database(url, like=urlsplit(url).path.lstrip("/"))
        for name, url in prepared.environment.items()
        if name in DATABASES
    }
    return environment_for(folder, **copied, **settings)


@contextmanager
def free_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def served_sites(folder: Path, environment: dict[str, str]) -> AbstractContextManager[Sites]:
    """Serve what lies prepared in `folder`. The jobs don't run: `run_due_jobs` does what is due."""
    return running_sites(folder, environment, program="tests.end_to_end.serve")


@contextmanager
def running_sites(
    folder: Path, environment: dict[str, str], *, program: str = MAKE_RUN
) -> Iterator[Sites]:
    """Start both sites and wait until they say that they answer; stop them in the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", program],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    started = threading.Event()
    logging = threading.Thread(target=keep_log, args=(process, folder / "log", started))
    logging.start()
    try:
        assert started.wait(timeout=60)
        yield Sites(process, environment, folder, logging)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=30)
        logging.join()


def keep_log(process: subprocess.Popen[bytes], log: Path, started: threading.Event) -> None:
    """Write what the sites say to a file, and set the event once they answer or have ended."""
    assert process.stdout is not None
    with log.open("ab", buffering=0) as file, process.stdout as said:
        for line in said:
            file.write(line)
            if STARTED in line:
                started.set()
    started.set()
