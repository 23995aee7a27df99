"""What `make run` does around the sites: start, keep, stop, refuse."""

import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.end_to_end.processes import (
    ACCOUNT_SETTINGS,
    ADMIN_SETTINGS,
    ROOT,
    Sites,
    copy_installation,
    environment_for,
    running_sites,
)
from tests.end_to_end.test_scripts import token_in

RUN = [sys.executable, "-m", "admin_portal.embedded.run"]


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children] + [
        found for child in children for found in descendants(int(child))
    ]


def is_running(pid: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def find(sites: Sites, command: str) -> int:
    """Return the process that runs `command`; one that was started just now has no name yet."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for pid in descendants(sites.process.pid):
            if command in command_of(pid):
                return pid
    pytest.fail(f"nothing runs {command}")


def try_to_run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(RUN, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """A first start, which the tests only look at."""
    folder = tmp_path_factory.mktemp("fresh")
    with running_sites(folder, environment_for(folder)) as running:
        yield running


@pytest.fixture
def started(prepared: Sites, tmp_path: Path) -> Iterator[Sites]:
    """A second start, for a test of its own."""
    with running_sites(tmp_path, copy_installation(prepared, tmp_path)) as running:
        yield running


def test_both_sites_answer_on_loopback_alone(fresh: Sites) -> None:
    assert requests.get(fresh.admin, timeout=5).url == f"{fresh.admin}/sign-in/?next=/"
    assert requests.get(fresh.account, timeout=5).status_code == 200
    for port in (fresh.environment["ADMIN_PORT"], fresh.environment["ACCOUNT_PORT"]):
        listening = f"{int(port):04X}"
        lines = Path("/proc/net/tcp").read_text().splitlines()
        addresses = {line.split()[1] for line in lines if f":{listening} 00000000:0000 0A" in line}
        assert addresses == {f"0100007F:{listening}"}


def test_addresses_are_printed_and_secrets_are_for_their_owner_alone(fresh: Sites) -> None:
    mode = (fresh.folder / ".env").stat().st_mode

    assert f"Commerce Admin:    {fresh.admin}\n" in fresh.log
    assert f"Commerce account:  {fresh.account}\n" in fresh.log
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("application", ["admin_portal.wsgi", "commerce_account.wsgi"])
def test_all_threads_of_a_site_keep_to_one_processor(fresh: Sites, application: str) -> None:
    requests.get(f"{fresh.admin}/healthz", timeout=5)
    (worker,) = descendants(find(fresh, application))
    threads = [int(thread.name) for thread in Path(f"/proc/{worker}/task").iterdir()]

    allowed = {frozenset(os.sched_getaffinity(thread)) for thread in threads}

    assert len(threads) >= 2
    ((_one,),) = allowed


def test_second_start_keeps_everything_and_shows_no_password_again(
    prepared: Sites, tmp_path: Path
) -> None:
    environment = copy_installation(prepared, tmp_path)
    secrets = (tmp_path / ".env").read_bytes()
    (tmp_path / "log").unlink()

    with running_sites(tmp_path, environment) as sites:
        assert "Password" not in sites.log
        session = requests.Session()
        token = token_in(session.get(f"{sites.admin}/sign-in/", timeout=5).text)
        form = {"login": "admin", "password": prepared.password, "csrfmiddlewaretoken": token}
        signed_in = session.post(f"{sites.admin}/sign-in/", form, timeout=5)

    assert "Dashboard" in signed_in.text
    assert (tmp_path / ".env").read_bytes() == secrets


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_reaches_this_program_alone_which_then_ends_the_others_gently(
    started: Sites, number: signal.Signals
) -> None:
    requests.get(started.admin, timeout=5)
    processes = descendants(started.process.pid)
    assert len(processes) >= 6
    groups = {os.getpgid(pid) for pid in processes}
    assert groups.isdisjoint({os.getpgid(started.process.pid)}), "as a terminal's Ctrl-C does"

    code = started.stop(number)

    assert code == 0
    assert [pid for pid in processes if is_running(pid)] == []
    assert "SIGKILL" not in started.log


@pytest.mark.parametrize(
    "command",
    [
        "admin_portal.wsgi",
        "commerce_account.wsgi",
        f"run_huey\0--settings\0{ADMIN_SETTINGS}",
        f"run_huey\0--settings\0{ACCOUNT_SETTINGS}",
    ],
)
def test_what_ends_by_itself_ends_the_others(started: Sites, command: str) -> None:
    ended = find(started, command)
    processes = descendants(started.process.pid)
    os.kill(ended, signal.SIGKILL)

    code = started.wait()

    assert code == 1
    assert "A site or the jobs stopped by themselves" in started.log
    assert [pid for pid in processes if is_running(pid)] == []


def test_ports_may_stand_in_the_file_of_settings(prepared: Sites, tmp_path: Path) -> None:
    environment = copy_installation(prepared, tmp_path)
    ports = {name: environment.pop(name) for name in ("ADMIN_PORT", "ACCOUNT_PORT")}
    with (tmp_path / ".env").open("a") as file:
        file.writelines(f"{name}={port}\n" for name, port in ports.items())

    with running_sites(tmp_path, environment):
        for port in ports.values():
            assert requests.get(f"http://127.0.0.1:{port}/sign-in/", timeout=5).ok


def test_access_log_holds_no_forged_line_no_token_and_no_query(sites: Sites) -> None:
    key = "ck_production_" + "x" * 38
    for path in ("/%0a127.0.0.1%20FORGED", f"/{key}/", f"/sign-in/?key={key}", "/%1b[31m"):
        requests.get(sites.admin + path, timeout=5)
    sites.stop()

    assert not [line for line in sites.log.splitlines() if line.startswith("127.0.0.1 FORGED")]
    assert '"GET /%0A127.0.0.1%20FORGED"' in sites.log
    assert '"GET /.../"' in sites.log
    assert "\x1b" not in sites.log
    access_log = [line for line in sites.log.splitlines() if line.startswith("127.0.0.1 ")]
    assert key not in "".join(access_log)


def test_what_is_kept_is_for_its_owner_alone(fresh: Sites) -> None:
    kept = [fresh.folder / "var", *(fresh.folder / "var").iterdir()]

    assert len(kept) >= 4
    assert [path for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


@pytest.mark.parametrize("setting", ["ADMIN_PORT", "ACCOUNT_PORT"])
def test_port_in_use_is_one_sentence(tmp_path: Path, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = try_to_run(environment_for(tmp_path, **{setting: str(port)}))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"Port {port} can't be used" in done.stderr
    assert f"make run {setting}=" in done.stderr
    assert not (tmp_path / ".env").exists()


@pytest.mark.parametrize("port", ["none", "0", "65536", "80a", "-1"])
def test_bad_port_is_one_sentence(tmp_path: Path, port: str) -> None:
    done = try_to_run(environment_for(tmp_path, ADMIN_PORT=port))

    assert done.stderr == f"ADMIN_PORT has to be a port from 1 to 65535, not “{port}”.\n"


def test_one_port_for_both_is_one_sentence(tmp_path: Path) -> None:
    done = try_to_run(environment_for(tmp_path, ADMIN_PORT="8123", ACCOUNT_PORT="8123"))

    assert done.stderr == "ADMIN_PORT and ACCOUNT_PORT have to differ.\n"


def test_folder_that_can_not_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = try_to_run(environment_for(tmp_path, VAR_DIR=str(tmp_path / "file" / "var")))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "can't be written" in done.stderr


def test_bad_setting_ends_before_anything_is_served(tmp_path: Path) -> None:
    done = try_to_run(environment_for(tmp_path, KEY_VALIDATION_URL_SANDBOX="ftp://x"))

    assert done.returncode == 1
    assert "KEY_VALIDATION_URL_SANDBOX" in done.stderr
    assert "Traceback" not in done.stderr


def test_databases_lie_apart(fresh: Sites) -> None:
    tables = {}
    for name in ("admin", "commerce_account"):
        with sqlite3.connect(fresh.folder / "var" / f"{name}.sqlite3") as database:
            rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables[name] = {row[0] for row in rows}
        database.close()

    assert "store_configuration_storedkey" in tables["admin"] - tables["commerce_account"]
    assert "commerce_account_issuedkey" in tables["commerce_account"] - tables["admin"]
