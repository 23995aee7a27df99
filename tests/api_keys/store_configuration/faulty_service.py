"""A validation service with every fault a network has: a real server on a real socket."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

Behaviour = Callable[[socket.socket, threading.Event], None]
"""Acts on one connection whose request has been read. The event is set when the test is over."""


class FaultyService:
    """Serves each connection with the next behaviour; the last one is kept for the rest."""

    def __init__(
        self,
        *behaviours: Behaviour,
        tls: ssl.SSLContext | None = None,
        greeting: Behaviour | None = None,
        address: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        self._behaviours = list(behaviours)
        self._greeting = greeting
        self._over = threading.Event()
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._listener = socket.create_server(address, family=family)
        self.requests: list[bytes] = []
        self._tls = tls
        scheme = "https" if tls else "http"
        self.port = self._listener.getsockname()[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "FaultyService":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                behave = self._behaviours[0]
                if len(self._behaviours) > 1:
                    self._behaviours.pop(0)
                threading.Thread(
                    target=self._serve_one, args=(connection, behave), daemon=True
                ).start()

    def _serve_one(self, connection: socket.socket, behave: Behaviour) -> None:
        # A client that has gone away in the middle is what most of these tests are about.
        with suppress(OSError):
            if self._greeting:
                self._greeting(connection, self._over)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
        with connection, suppress(OSError):
            while request := read_request(connection):
                self.requests.append(request)
                behave(connection, self._over)
                if behave not in KEEPING_ALIVE:
                    break


def read_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        received = connection.recv(4096)
        if not received:
            return b""
        request += received
    return request


def answering(status: str, headers: str = "", body: bytes = b"") -> Behaviour:
    """Return a behaviour that answers properly and keeps the connection, as a healthy server."""
    head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode()

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(head + body)

    KEEPING_ALIVE.append(behave)
    return behave


KEEPING_ALIVE: list[Behaviour] = []


def never_answers(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def hangs_up(connection: socket.socket, over: threading.Event) -> None:
    pass


def hangs_up_late(connection: socket.socket, over: threading.Event) -> None:
    over.wait(1.5)


def drips_headers(connection: socket.socket, over: threading.Event) -> None:
    drip(connection, over, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"z" * 10_000)


def drips_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    drip(connection, over, b" " * 10_000)


def drips_a_handshake(connection: socket.socket, over: threading.Event) -> None:
    drip(connection, over, b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc" + b"z" * 10_000)


def tunnels_to_a_drip(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
    drips_a_handshake(connection, over)


def tunnels_late_to_a_drip(connection: socket.socket, over: threading.Event) -> None:
    over.wait(1.5)
    tunnels_to_a_drip(connection, over)


def tunnels_late_and_never_answers(tls: ssl.SSLContext) -> Behaviour:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        over.wait(1.5)
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with tls.wrap_socket(connection, server_side=True):
            over.wait()

    return behave


def sends_headers_for_ever(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not over.is_set():
        connection.sendall(b"X-More: " + b"z" * 1000 + b"\r\n")


def sends_headers_that_take_long_to_read(connection: socket.socket, over: threading.Event) -> None:
    cookie = b"Set-Cookie: a=b; expires=01 Jan 1994" + b" " * 65_000 + b"!\r\n"
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + cookie * 95 + b"Content-Length: 0\r\n\r\n")


def sends_a_gibibyte(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % 2**30)
    for _ in range(2**10):
        connection.sendall(b" " * 2**20)


def redirects_with_a_gibibyte(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: %d\r\n\r\n" % 2**30)
    for _ in range(2**10):
        connection.sendall(b" " * 2**20)


def sends_a_negative_chunk(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")
    for _ in range(2**10):
        connection.sendall(b" " * 2**20)


def saying(data: bytes) -> Behaviour:
    """Return a behaviour that sends just this and hangs up."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(data)

    return behave


def breaks_off_the_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")


def speaks_no_http(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"220 mail.example ESMTP\r\n")


def drip(connection: socket.socket, over: threading.Event, data: bytes) -> None:
    for byte in data:
        connection.sendall(bytes([byte]))
        if over.wait(0.05):
            return


@contextmanager
def refused_url() -> Iterator[str]:
    """Give the URL of a port where nobody listens, kept from others while the test runs."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{reserved.getsockname()[1]}"


@contextmanager
def unconnectable_url() -> Iterator[str]:
    """Give the URL of a port whose queue of connections is full: more are left waiting."""
    with ExitStack() as held:
        server = held.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _place in range(4):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
