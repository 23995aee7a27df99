"""Prepare and serve both sites, and run the jobs, until told to stop: what `make run` runs.

It knows the sites only as commands to start. Each is a process of its own, as everywhere else.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

import environ

from admin_portal.embedded.secrets_file import write_secrets

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 10


@dataclass(frozen=True)
class Site:
    name: str
    port_setting: str
    default_port: int
    settings: str
    application: str

    @property
    def port(self) -> int:
        value = os.environ.get(self.port_setting) or str(self.default_port)
        if not value.isdecimal() or not 1 <= int(value) <= 65535:
            sys.exit(f"{self.port_setting} has to be a port from 1 to 65535, not “{value}”.")
        return int(value)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def manage(self, *arguments: str) -> list[str]:
        return [sys.executable, "manage.py", *arguments, "--settings", self.settings]

    def serve(self) -> list[str]:
        config = str(Path(__file__).with_name("gunicorn.conf.py"))
        bind = f"{HOST}:{self.port}"
        gunicorn = [sys.executable, "-m", "gunicorn", "--config", config, "--bind", bind]
        return [*gunicorn, self.application]


ADMIN = Site(
    "Commerce Admin", "ADMIN_PORT", 8000, "admin_portal.settings.admin", "admin_portal.wsgi"
)
ACCOUNT = Site(
    "Commerce account",
    "ACCOUNT_PORT",
    8001,
    "admin_portal.settings.commerce_account",
    "api_keys.commerce_account.wsgi",
)
SITES = (ADMIN, ACCOUNT)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    os.chdir(ROOT)
    os.umask(0o077)
    env_file = Path(os.environ.get("ENV_FILE") or ROOT / ".env")
    # For this program and for all that it starts; what the environment says already, stays.
    environ.Env.read_env(env_file)
    require_free_ports()
    prepare_folders(env_file)
    with ExitStack() as started:
        migrations = [start(site.manage("migrate", "--verbosity=0"), started) for site in SITES]
        prepare([*migrations, *collect(started)])
        servers = [start(site.serve(), started) for site in SITES]
        prepare([start(ADMIN.manage("create_first_administrator"), started)])
        for site, server in zip(SITES, servers, strict=True):
            wait_until_it_answers(site, server)
        for site in SITES:
            start(site.manage("run_huey"), started)
        say(*(f"{site.name + ':':<18} {site.address}" for site in SITES), "Ctrl-C stops both.")
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
    sys.exit(
        "A site or the jobs stopped by themselves, so all were stopped; the lines above say why."
    )


def say(*lines: str) -> None:
    # In one piece: the sites write to this terminal, too.
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def stop(number: int, frame: FrameType | None) -> NoReturn:
    for repeated in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(repeated, signal.SIG_IGN)
    sys.exit(0)


def require_free_ports() -> None:
    if ADMIN.port == ACCOUNT.port:
        sys.exit("ADMIN_PORT and ACCOUNT_PORT have to differ.")
    for site in SITES:
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, site.port))
            except OSError as error:
                another = site.port % 60_000 + 100
                sys.exit(
                    f"Port {site.port} can't be used for the {site.name} ({error.strerror}):"
                    f" choose another, as in: make run {site.port_setting}={another}"
                )


def prepare_folders(env_file: Path) -> None:
    var = Path(os.environ.get("VAR_DIR") or ROOT / "var")
    try:
        var.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=var):
            pass
        write_secrets(env_file)
    except OSError as error:
        sys.exit(f"{error.filename or var} can't be written: {error.strerror}.")
    os.environ["VAR_DIR"] = str(var)


def collect(started: ExitStack) -> list[subprocess.Popen[bytes]]:
    """Start collecting the static files, if any is newer than the last collection."""
    collected = Path(os.environ["VAR_DIR"]) / "manifests" / ROOT.name / "staticfiles.json"
    newest = max(path.stat().st_mtime for path in (ROOT / "static").rglob("*"))
    if collected.exists() and collected.stat().st_mtime > newest:
        return []
    return [start(ADMIN.manage("collectstatic", "--no-input", "--verbosity=0"), started)]


def start(command: list[str], started: ExitStack) -> subprocess.Popen[bytes]:
    # In a group of its own: a terminal's Ctrl-C is for this program, which then ends the others.
    process = subprocess.Popen(command, process_group=0)
    started.callback(end, process)
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(SECONDS_TO_STOP)
    # Whatever is left of its group, such as the workers of a server that was killed.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def prepare(steps: list[subprocess.Popen[bytes]]) -> None:
    failed = [step for step in steps if step.wait() != 0]
    if failed:
        sys.exit("Preparing the sites failed; the lines above say why.")


def wait_until_it_answers(site: Site, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while server.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection(HOST, site.port, timeout=5)
        with closing(connection):
            try:
                connection.request("GET", "/sign-in/")
                connection.getresponse()
                return
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
    sys.exit(f"The {site.name} did not start; the lines above say why.")


if __name__ == "__main__":
    main()
