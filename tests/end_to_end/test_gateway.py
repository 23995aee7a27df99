"""The key-validation service behind its real server: sockets, logs, and the end of the process."""

import re
import signal
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests

from api_keys.contract import CHECK_PATH, Environment, generate_key
from tests.end_to_end.processes import ACCOUNT_SETTINGS, Sites, copy_installation, served_sites

GIGABYTE = 1_000_000_000


@pytest.fixture(scope="module")
def gateway(prepared: Sites, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    folder = tmp_path_factory.mktemp("gateway")
    with served_sites(folder, copy_installation(prepared, folder)) as running:
        yield running


@pytest.fixture(scope="module")
def key(gateway: Sites) -> str:
    return issue(gateway, "Amazon Sales Channel")


def issue(sites: Sites, description: str) -> str:
    company = ("--company=Acme", "--create-company")
    code, key = sites.manage("issue_api_key", description, *company, settings=ACCOUNT_SETTINGS)
    assert code == 0
    return key


def connect(sites: Sites) -> socket.socket:
    port = int(sites.environment["ACCOUNT_PORT"])
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def send(connection: socket.socket, *headers: str, path: str = CHECK_PATH) -> None:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]
    connection.sendall("\r\n".join(lines).encode())


def read_to_the_end(connection: socket.socket) -> str:
    """Return what was answered. Fails unless the other side closes the connection."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts).decode()


@pytest.mark.parametrize(
    "body", [f"Content-Length: {GIGABYTE}", "Transfer-Encoding: chunked", "Content-Length: 5"]
)
@pytest.mark.parametrize("expect", [[], ["Expect: 100-continue"]])
def test_body_is_refused_before_it_comes_and_the_connection_closed(
    gateway: Sites, key: str, body: str, expect: list[str]
) -> None:
    with connect(gateway) as connection:
        # Less than gunicorn would wait for the body: it has to be the refusal that ends it.
        connection.settimeout(4)
        send(connection, f"x-api-key: {key}", body, *expect)
        answer = read_to_the_end(connection)

    assert answer.startswith("HTTP/1.1 400 ")
    assert "/problems/body-sent/" in answer
    assert "Connection: close" in answer
    assert "100 Continue" not in answer


def test_body_on_its_way_does_not_cost_its_sender_the_answer(gateway: Sites, key: str) -> None:
    with connect(gateway) as connection:
        send(connection, f"x-api-key: {key}", f"Content-Length: {GIGABYTE}")
        connection.sendall(b"b" * 30_000)
        answer = read_to_the_end(connection)

    assert "/problems/body-sent/" in answer


def test_headers_over_8_kib_are_refused(gateway: Sites, key: str) -> None:
    padding = [f"x-padding-{number}: {'p' * 4000}" for number in range(3)]
    with connect(gateway) as connection:
        send(connection, f"x-api-key: {key}", *padding, "Connection: close")
        answer = read_to_the_end(connection)

    assert answer.startswith("HTTP/1.1 400 ")
    assert "/problems/headers-too-large/" in answer


def test_headers_without_end_are_not_read_on(gateway: Sites) -> None:
    with connect(gateway) as connection:
        connection.sendall(f"GET {CHECK_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode())
        connection.sendall(b"x-padding: padding padding padding\r\n" * 1000)
        answer = read_to_the_end(connection)

    assert answer.startswith("HTTP/1.1 431 ")


def test_client_that_does_not_close_holds_up_nobody(gateway: Sites, key: str) -> None:
    with ExitStack() as held:
        for connection in [held.enter_context(connect(gateway)) for _ in range(6)]:
            send(connection, f"x-api-key: {key}", "Connection: close")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")

        # gunicorn's own worker would first wait two seconds for each of the six.
        answer = requests.get(gateway.account + CHECK_PATH, headers={"x-api-key": key}, timeout=5)

    assert answer.status_code == 200


def test_client_that_does_not_close_is_closed(gateway: Sites, key: str) -> None:
    with connect(gateway) as connection:
        send(connection, f"x-api-key: {key}", "Connection: close")

        assert read_to_the_end(connection).startswith("HTTP/1.1 200 ")


def test_connection_serves_one_check_after_another(gateway: Sites, key: str) -> None:
    with closing(HTTPConnection(gateway.account.removeprefix("http://"), timeout=10)) as connection:
        sockets = set()
        for method in ("GET", "HEAD", "GET"):
            connection.request(method, CHECK_PATH, headers={"x-api-key": key})
            sockets.add(connection.sock)
            response = connection.getresponse()
            response.read()
            assert response.status == 200

    assert len(sockets) == 1


def test_requests_sent_in_one_go_are_answered_in_turn(gateway: Sites, key: str) -> None:
    with connect(gateway) as connection:
        for _first in range(2):
            send(connection, f"x-api-key: {key}")
        send(connection, "x-api-key: unknown", "Connection: close")

        answers = read_to_the_end(connection)

    assert re.findall(r"HTTP/1.1 (\d+) ", answers) == ["200", "200", "401"]


def test_key_in_an_address_reaches_no_log(gateway: Sites) -> None:
    key = generate_key(Environment.PRODUCTION)
    random = key.removeprefix("ck_production_")
    addresses = [
        f"{CHECK_PATH}?api_key={key}",
        f"{CHECK_PATH}?{key}",
        f"{CHECK_PATH}/{key}",
        f"/sandbox{CHECK_PATH}/{key}?x={key}",
        f"/no-such-page/{key}",
        f"/no-such-page/and-{key}-in-it/?x={key}",
        f"/{key}",
    ]

    statuses = [requests.get(gateway.account + each, timeout=5).status_code for each in addresses]
    with connect(gateway) as broken:
        send(broken, f"bad header {key}", "Content-Length: 1", "Content-Length: 1", path=f"/{key}")
        read_to_the_end(broken)
    with connect(gateway) as cut_off:
        send(cut_off, "Content-Length: 1", "Content-Length: 1", path=f"/{key}")
        refused = read_to_the_end(cut_off)

    assert statuses == [401] * 4 + [404] * 3
    assert refused.startswith("HTTP/1.1 400 ")
    assert '"GET /gateway/apikeycheck" 401' in gateway.log
    assert not re.search(random[:10], gateway.log)
    assert "Traceback" not in gateway.log


def test_uses_are_written_when_the_site_ends(prepared: Sites, tmp_path: Path) -> None:
    environment = copy_installation(prepared, tmp_path, USAGE_FLUSH_SECONDS="60")
    with served_sites(tmp_path, environment) as sites:
        key = issue(sites, "short")
        for _ in range(3):
            headers = {"x-api-key": key, "user-agent": "shop/1.0"}
            assert requests.get(sites.account + CHECK_PATH, headers=headers, timeout=5).ok
        before = rows_of(tmp_path)

        sites.stop(signal.SIGTERM)

    assert before == []
    assert rows_of(tmp_path) == [("127.0.0.1", "shop/1.0", 3)]


def rows_of(folder: Path) -> list[tuple[str, str, int]]:
    with closing(sqlite3.connect(folder / "var" / "commerce_account.sqlite3")) as database:
        return database.execute(
            "SELECT address, client, calls FROM commerce_account_keyusage"
        ).fetchall()
