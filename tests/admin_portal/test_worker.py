"""How gunicorn's threads serve connections, and send what they answer."""

import io
import socket
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.workers.gthread import ThreadWorker

from admin_portal.embedded.worker import Response, Worker, processor_of

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


@pytest.fixture
def sent() -> list[bytes]:
    """What a server sends: an item for each call of the kernel, and so a packet or more."""
    return []


@pytest.fixture
def response(sent: list[bytes]) -> Any:
    sock: Any = SimpleNamespace(sendall=sent.append)
    request: Any = SimpleNamespace(method="GET", version=(1, 1), should_close=lambda: False)
    config: Any = SimpleNamespace(is_ssl=False, sendfile=None)
    return Response(request, sock, config)


def test_head_goes_out_with_the_body(response: Any, sent: list[bytes]) -> None:
    response.start_response("200 OK", [("Content-Length", "7"), ("X-One", "1")])
    for part in (b"one", b"two", b"3"):
        response.write(part)
    response.close()

    head, _, body = sent[0].partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nX-One: 1" in head
    assert [body, *sent[1:]] == [b"one", b"two", b"3"]


def test_head_without_a_body_goes_out_by_itself(response: Any, sent: list[bytes]) -> None:
    response.start_response("304 Not Modified", [])
    response.write(b"")
    response.close()

    (head,) = sent
    assert head.startswith(b"HTTP/1.1 304 ")
    assert head.endswith(b"\r\n\r\n")


def test_body_of_unknown_length_goes_out_in_chunks_after_the_head(
    response: Any, sent: list[bytes]
) -> None:
    response.start_response("200 OK", [])
    response.write(b"one")
    response.close()

    head, *chunks = sent
    assert b"Transfer-Encoding: chunked" in head
    assert chunks == [b"3\r\none\r\n", b"0\r\n\r\n"]


def test_empty_body_of_unknown_length_ends_after_the_head(response: Any, sent: list[bytes]) -> None:
    response.start_response("200 OK", [])
    response.close()

    head, end = sent
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert end == b"0\r\n\r\n"


def test_file_goes_out_after_the_head(response: Any, sent: list[bytes], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    response.sock.sendfile = lambda file, offset, count: sent.append(file.read(count))
    response.start_response("200 OK", [("Content-Length", "7")])
    with (tmp_path / "file").open("rb") as file:
        assert response.sendfile(SimpleNamespace(filelike=file)) is True
    response.close()

    head, content = sent
    assert head.endswith(b"\r\n\r\n")
    assert content == b"content"


def test_servers_on_neighbouring_ports_keep_to_different_processors() -> None:
    allowed = [2, 3, 7]

    found = {processor_of([("127.0.0.1", port)], 0, allowed) for port in (8000, 8001, 8002)}

    assert found == set(allowed)


def test_workers_of_a_server_keep_to_different_processors() -> None:
    found = {processor_of(["/run/a.socket"], number, [0, 1]) for number in (0, 1)}

    assert found == {0, 1}


def test_machines_with_servers_on_the_same_port_begin_with_different_processors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = set()
    for name in ("a", "b", "c", "d", "e", "f", "g"):
        monkeypatch.setattr(socket, "gethostname", lambda name=name: name)
        found.add(processor_of([("0.0.0.0", 8000)], 0, [0, 1]))  # noqa: S104  (nothing listens)

    assert found == {0, 1}
