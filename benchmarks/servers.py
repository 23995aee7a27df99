"""Sites of any checkout, and those of peers, served by gunicorn for a measurement."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from socket import create_connection, create_server

from admin_portal.embedded.run import ACCOUNT, ROOT, Site
from admin_portal.embedded.secrets_file import write_secrets

NO_LIMITS = {"LIMIT_PER_KEY": "0", "LIMIT_PER_ADDRESS": "0", "LIMIT_FAILED_ATTEMPTS": "0"}
HIGH_LIMITS = dict.fromkeys(NO_LIMITS, "1000000000")
"""High instead of none: counting belongs to what is measured."""

PROCESSORS = sorted(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Installation:
    """A folder, and the environment in which a site works on it. `python` is who runs it."""

    folder: Path
    environment: dict[str, str]
    python: str = sys.executable
    checkout: Path = ROOT
    database_pid: int | None = None

    def run(self, *arguments: str) -> str:
        """Run Python in the environment; return what it printed."""
        done = subprocess.run(
            [self.python, *arguments], cwd=self.checkout, env=self.environment, check=True,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return done.stdout.strip()

    def manage(self, site: Site, *arguments: str) -> str:
        return self.run(*site.manage(*arguments)[1:])


@dataclass
class Server:
    url: str
    pid: int
    database_pid: int | None = None
    """Of the PostgreSQL that works for it."""

    keys: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def cpu_seconds(self) -> float:
        """Return what it has computed so far, with its database. No neighbour slows this."""
        parents = [self.pid] if self.database_pid is None else [self.pid, self.database_pid]
        return sum(cpu_seconds_of(pid) for parent in parents for pid in children_of(parent))


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in listed.split()]


def cpu_seconds_of(pid: int) -> float:
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:  # a helper of PostgreSQL's that has just ended
        return 0.0
    fields = told.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(
    checkout: Path,
    wsgi: str = ACCOUNT.application,
    keys: int = 1,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Serve `checkout`'s Commerce account from a new database, which holds so many keys."""
    with tempfile.TemporaryDirectory() as folder:
        installed = Installation(
            Path(folder), environment_in(Path(folder), **(settings or {})), checkout=checkout
        )
        installed.manage(ACCOUNT, "migrate", "--verbosity=0")
        found = [
            installed.manage(
                ACCOUNT, "issue_api_key", f"key {number}", "--company=Acme", "--create-company"
            )
            for number in range(keys)
        ]
        with gunicorn(wsgi, installed) as server:
            server.keys = found
            yield server


@contextmanager
def gunicorn(wsgi: str, installed: Installation, processor: int = -1) -> Iterator[Server]:
    """Serve an application as its checkout serves its own, on a free port.

    On one processor of this machine's, by default the last, whatever is served; the others are
    for who asks.
    """
    port = free_port()
    config = installed.checkout / "admin_portal" / "embedded" / "gunicorn.conf.py"
    server = subprocess.Popen(
        [installed.python, "-m", "gunicorn", f"--config={config}", f"--bind=127.0.0.1:{port}",
         wsgi],
        cwd=installed.checkout,
        env=installed.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=partial(os.sched_setaffinity, 0, {PROCESSORS[processor]}),
    )  # fmt: skip
    try:
        wait_for(port, server)
        yield Server(f"http://127.0.0.1:{port}", server.pid, installed.database_pid)
    finally:
        server.terminate()
        server.wait(timeout=30)


def environment_in(folder: Path, **settings: str) -> dict[str, str]:
    """Return the environment of an installation that keeps everything in `folder`."""
    write_secrets(folder / ".env")
    (folder / "static").mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([".", str(ROOT)]),
        "ENV_FILE": str(folder / ".env"),
        "VAR_DIR": str(folder),
        **settings,
    }


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            with closing(create_connection(("127.0.0.1", port))):
                return
        except ConnectionRefusedError:
            assert server.poll() is None, "the server did not start"
            time.sleep(0.1)
    raise TimeoutError
