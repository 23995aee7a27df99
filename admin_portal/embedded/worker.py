"""gunicorn's worker, which no single client can hold up. `docs/decisions.md` has the reasons."""

import os
import select
import socket
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any
from zlib import crc32

from gunicorn.http import wsgi
from gunicorn.http.errors import LimitRequestHeaders
from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import Unreader
from gunicorn.workers.gthread import TConn, ThreadWorker

LONGEST_HEAD = 16 * 1024
"""Bytes read of a request's head before it is given up. gunicorn's own limit is 800 KB."""

SECONDS_TO_LEAVE = 2.0
LONGEST_REST = 64 * 1024
"""Bytes of an unwanted body that are thrown away, so that the answer arrives before the end."""


MILLISECONDS_TO_GO_ON = 2
"""For which a thread waits for the next request on a connection that it has just served."""


class ShortRequest(Request):
    def read_into(self, unreader: Unreader, buf: bytearray, stop: bool | None = False) -> None:
        if len(buf) > LONGEST_HEAD:
            raise LimitRequestHeaders("max buffer headers")
        super().read_into(unreader, buf, stop)


class Response(wsgi.Response):
    """Sends the head of an answer together with what comes first of its body.

    gunicorn's own sends it by itself: one call of the kernel more, and one packet.
    """

    unsent = b""

    def send_headers(self) -> None:
        if not self.headers_sent:
            headers = (f"{name}: {value}\r\n" for name, value in self.headers)
            self.unsent = "".join((*self.default_headers(), *headers, "\r\n")).encode("latin-1")
            self.headers_sent = True

    def _emit_body(self, data: bytes) -> None:
        if self.chunked:
            self.send_head()
            super()._emit_body(data)  # type: ignore[misc]  # its types are of an older release
        else:
            self.sock.sendall(self.unsent + data)
            self.unsent = b""

    def sendfile(self, respiter: Any) -> Any:
        self.send_headers()
        self.send_head()
        return super().sendfile(respiter)

    def close(self) -> None:
        self.send_headers()
        self.send_head()
        super().close()

    def send_head(self) -> None:
        if self.unsent:
            self.sock.sendall(self.unsent)
            self.unsent = b""


RequestParser.mesg_class = ShortRequest
wsgi.Response = Response  # type: ignore[misc]  # gunicorn has no setting for it


class Worker(ThreadWorker):
    """Waits for closing clients beside everything else.

    gunicorn's own worker waits for each, up to two seconds, in the one thread that takes new
    requests, so that a client which keeps its end open would stop the whole site.

    Once it stops, it lets nobody in any more. gunicorn's own would leave the door open for
    seconds, and hang up on whoever came in without an answer: a proxy can't ask another then.

    It keeps to one processor. Its threads take turns anyway, as they share an interpreter; each
    turn that goes to another processor costs as much as a part of an answer.
    """

    def init_process(self) -> None:
        if hasattr(os, "sched_setaffinity"):
            allowed = sorted(os.sched_getaffinity(0))
            number = self.age % self.cfg.workers
            # Before any other thread: each takes it over from the one that starts it. Where a
            # sandbox forbids it, the worker is slower and does the same.
            with suppress(OSError):
                os.sched_setaffinity(0, {processor_of(self.cfg.address, number, allowed)})
        self.leaving: deque[tuple[float, TConn]] = deque()
        super().init_process()

    def set_accept_enabled(self, enabled: bool | None) -> None:
        super().set_accept_enabled(enabled)
        if not self.alive:
            listeners: list[Any] = self.sockets  # gunicorn's own, not Python's
            for listener in listeners:
                if listener.sock is not None:  # told to stop before it began, it comes here twice
                    self.take_who_waits(listener)
                    listener.close()

    def take_who_waits(self, listener: Any) -> None:
        """Take those who were let in before, but not yet served: each shows as one more."""
        before = -1
        while before < self.nr_conns:
            before = self.nr_conns
            self.accept(listener)

    def handle(self, conn: TConn) -> Any:
        """Answer what the client asks next as well, if it comes at once and nobody else waits.

        gunicorn's own would give the connection back to the thread that watches them all, which
        gives it to another thread again: that costs more than a check.
        """
        result = super().handle(conn)
        while result is True and self.alive and self.tpool._work_queue.empty() and goes_on(conn):
            result = super().handle(conn)
        return result

    def finish_request(self, conn: TConn, fs: Future[bool]) -> None:
        if fs.cancelled() or fs.exception() or fs.result():
            super().finish_request(conn, fs)
            return
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            left = [LONGEST_REST]
            self.poller.register(conn.sock, EVENT_READ, partial(self.throw_away, conn, left))
            self.leaving.append((time.monotonic() + SECONDS_TO_LEAVE, conn))
        except (OSError, ValueError, KeyError):
            self.nr_conns -= 1
            conn.close()

    def throw_away(self, conn: TConn, left: list[int], sock: socket.socket) -> None:
        """Read what a closing client still sends, until it closes or goes on for too long."""
        try:
            rest = sock.recv(8192)
        except BlockingIOError:
            return
        except OSError:
            rest = b""
        left[0] -= len(rest)
        if not rest or left[0] <= 0:
            self.let_go(conn)

    def murder_pending(self) -> None:
        super().murder_pending()
        now = time.monotonic()
        for due, conn in list(self.leaving):
            if due > now:
                break
            self.let_go(conn)

    def let_go(self, conn: TConn) -> None:
        self.leaving = deque(entry for entry in self.leaving if entry[1] is not conn)
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()


def processor_of(addresses: Sequence[object], number: int, allowed: Sequence[int]) -> int:
    """Return which of the allowed processors is for a server's worker of that number.

    Another one for each next port and each next worker. Machines begin with another one each, as
    all containers on one machine may listen on the same port.
    """
    ports = [int(address[1]) for address in addresses if isinstance(address, tuple)]
    first = crc32(socket.gethostname().encode())
    return allowed[(first + sum(ports) + number) % len(allowed)]


def goes_on(conn: TConn) -> bool:
    """Tell whether the client sends another request within a moment, or hangs up."""
    parser: Any = conn.parser
    if parser.unreader.buf.getvalue():
        return True
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(MILLISECONDS_TO_GO_ON))
