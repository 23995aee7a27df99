"""The Commerce account of any checkout, served by gunicorn for a measurement."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection, create_server

from admin_portal.embedded.secrets_file import write_secrets

SETTINGS = "--settings=admin_portal.settings.commerce_account"
WSGI = "api_keys.commerce_account.wsgi"
NO_LIMITS = {"LIMIT_PER_KEY": "0", "LIMIT_PER_ADDRESS": "0", "LIMIT_FAILED_ATTEMPTS": "0"}


@dataclass
class Server:
    url: str
    keys: list[str]
    pid: int

    def cpu_seconds(self) -> float:
        """Return what its workers have used so far. Unlike the clock, no neighbour slows it."""
        pids = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
        ticks = sum(int(each[11]) + int(each[12]) for each in fields)
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(
    checkout: Path, wsgi: str = WSGI, keys: int = 1, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Serve `checkout` from a database of its own, which holds so many keys."""
    with tempfile.TemporaryDirectory() as folder, create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        environment = environment_in(Path(folder), ACCOUNT_PORT=str(port), **(settings or {}))
        manage(checkout, environment, "migrate", "--verbosity=0")
        found = [
            manage(checkout, environment, "issue_api_key", f"key {number}", "--company=Acme",
                   "--create-company")
            for number in range(keys)
        ]  # fmt: skip
        config = checkout / "admin_portal" / "embedded" / "gunicorn.conf.py"
        bind = f"127.0.0.1:{port}"
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", f"--config={config}", f"--bind={bind}", wsgi],
            cwd=checkout,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            yield Server(f"http://{bind}", found, server.pid)
        finally:
            server.terminate()
            server.wait(timeout=30)


def environment_in(folder: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a fresh installation that keeps everything in `folder`."""
    write_secrets(folder / ".env")
    (folder / "static").mkdir()
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([".", str(Path(__file__).parents[1])]),
        "ENV_FILE": str(folder / ".env"),
        "VAR_DIR": str(folder),
        **settings,
    }


def manage(checkout: Path, environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments, SETTINGS]
    done = subprocess.run(
        command, cwd=checkout, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip()


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            with closing(create_connection(("127.0.0.1", port))):
                return
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise TimeoutError
