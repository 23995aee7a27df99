"""How long a thread of gunicorn's stays with the connection that it serves."""

import io
import socket
from collections.abc import Iterator
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.workers.gthread import ThreadWorker

from admin_portal.embedded.worker import Worker

pytestmark = pytest.mark.any_database


@pytest.fixture
def worker() -> Any:
    worker: Any = Worker.__new__(Worker)
    worker.alive = True
    worker.tpool = SimpleNamespace(_work_queue=SimpleQueue())
    return worker


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What gunicorn's own worker answers; the connection stays open after each but the last."""
    requests: list[str] = []

    def serve(_worker: object, conn: Any) -> bool:
        requests.append(conn.sock.recv(3).decode())
        return requests[-1] != "end"

    monkeypatch.setattr(ThreadWorker, "handle", serve)
    return requests


@pytest.fixture
def client() -> Iterator[Any]:
    """The client's end of a connection; `conn` is what the worker has of it."""
    ours, theirs = socket.socketpair()
    parser = SimpleNamespace(unreader=SimpleNamespace(buf=io.BytesIO()))
    with ours, theirs:
        yield SimpleNamespace(
            send=theirs.sendall, conn=SimpleNamespace(sock=ours, parser=parser), ours=ours
        )


def test_what_a_client_sends_at_once_is_answered_by_the_same_thread(
    worker: Any, served: list[str], client: Any
) -> None:
    client.send(b"onetwoend")

    result = worker.handle(client.conn)

    assert served == ["one", "two", "end"]
    assert result is False


def test_client_that_sends_nothing_keeps_no_thread(
    worker: Any, served: list[str], client: Any
) -> None:
    client.send(b"one")

    assert worker.handle(client.conn) is True
    assert served == ["one"]


def test_whoever_waits_for_a_thread_gets_the_next_one(
    worker: Any, served: list[str], client: Any
) -> None:
    client.send(b"onetwo")
    worker.tpool._work_queue.put("another's request")

    assert worker.handle(client.conn) is True
    assert served == ["one"]


def test_worker_that_stops_takes_no_more_of_a_client_in_the_same_go(
    worker: Any, served: list[str], client: Any
) -> None:
    client.send(b"onetwo")
    worker.alive = False

    assert worker.handle(client.conn) is True
    assert served == ["one"]


def test_what_was_read_already_goes_on_at_once(worker: Any, served: list[str], client: Any) -> None:
    client.conn.parser.unreader.buf.write(b"end")
    parts = iter([b"one", b"end"])
    # It can't be waited on: there is nothing more to come by the socket.
    client.conn.sock = SimpleNamespace(recv=lambda _size: next(parts))

    assert worker.handle(client.conn) is False
    assert served == ["one", "end"]
