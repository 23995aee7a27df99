"""gunicorn's worker, which no single client can hold up. `docs/decisions.md` has the reasons."""

import select
import socket
import time
from collections import deque
from concurrent.futures import Future
from functools import partial
from selectors import EVENT_READ
from typing import Any

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


RequestParser.mesg_class = ShortRequest


class Worker(ThreadWorker):
    """Waits for closing clients beside everything else.

    gunicorn's own worker waits for each, up to two seconds, in the one thread that takes new
    requests, so that a client which keeps its end open would stop the whole site.

    Once it stops, it lets nobody in any more. gunicorn's own would leave the door open for
    seconds, and hang up on whoever came in without an answer: a proxy can't ask another then.
    """

    def init_process(self) -> None:
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


def goes_on(conn: TConn) -> bool:
    """Tell whether the client sends another request within a moment, or hangs up."""
    parser: Any = conn.parser
    if parser.unreader.buf.getvalue():
        return True
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(MILLISECONDS_TO_GO_ON))
