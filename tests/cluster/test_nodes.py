"""One node by itself: how it starts and stops."""

import http.client
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.programs import READY, Node, start_of

SECONDS = 10
LINGERS = 2.0
"""Seconds for which a stopping node waits for the next request on connections that it has."""


def connect(node: Node) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=SECONDS)
    connection.connect()
    return connection


def status_of_page(connection: http.client.HTTPConnection, path: str = READY) -> int:
    connection.request("GET", path, headers={"X-Forwarded-Proto": "https"})
    with connection.getresponse() as response:
        response.read()
        return response.status


def status_on(node: Node, path: str = READY) -> int:
    with closing(connect(node)) as connection:
        return status_of_page(connection, path)


def test_stopping_node_answers_whom_it_took_and_turns_others_away_at_once(
    cluster: Cluster,
) -> None:
    node = cluster.nodes["admin"][1]
    held = connect(node)
    assert node.process is not None
    assert status_of_page(held) == 200

    node.process.terminate()
    try:
        waits = waits_until_refused(node)
        with closing(held):
            status_while_stopping = status_of_page(held)
        was_running = node.is_running()
    finally:
        node.process.wait(SECONDS)
        node.start()
        node.wait_until_ready()

    # Until it has ended, gunicorn by itself would let people in and say nothing.
    assert max(waits, default=0) < LINGERS
    assert status_while_stopping == 200
    assert was_running


def waits_until_refused(node: Node) -> list[float]:
    """Connect again and again. Returns how long those waited who got in and had no answer."""
    waits: list[float] = []
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        began = time.monotonic()
        try:
            assert status_on(node) == 200
        except ConnectionRefusedError:
            return waits
        except (ConnectionResetError, http.client.RemoteDisconnected):
            waits.append(time.monotonic() - began)
    raise AssertionError("new connections are taken for too long")


@pytest.mark.parametrize("unit", ["commerce-admin@.service", "commerce-account-jobs.service"])
def test_process_imports_from_its_own_release_wherever_the_link_leads_by_then(
    tmp_path: Path, unit: str
) -> None:
    release, link = tmp_path / "releases" / "1", tmp_path / "current"
    release.mkdir(parents=True)
    (release / ".venv").symlink_to(sys.prefix)
    link.symlink_to(release)
    command = [word.replace("/srv/commerce/current", str(link)) for word in start_of(unit, "8101")]
    (python,) = [index for index, word in enumerate(command) if word.endswith("/python")]

    said = subprocess.run(
        [*command[: python + 1], "-m", "site"],
        cwd=link,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    ).stdout

    assert f"{release}/.venv/lib" in said
    assert str(link) not in said
