"""HTTP that is done in time, and that takes nothing broken for an answer.

`requests` and `urllib3` limit each wait for data, not their sum: a header that comes a byte a
second would hold a worker for hours. Here every single read gets only what is left.

`http.client` is lenient where we can't be: it takes a connection that ends inside the headers for
their end, skips lines that are no headers, and reads a chunk of negative size until memory ends.
Its headers may be 6 MiB, which take seconds to parse after the last of them was read in time.
"""

import http.client
import io
import socket
import time
from collections.abc import Hashable
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager

from api_keys.store_configuration.connecting import (
    CheckedHTTPConnection,
    CheckedHTTPSConnection,
)

MAX_HEAD = 64 * 1024


class DeadlineAdapter(HTTPAdapter):
    """An adapter whose answers end in time. Use it with `timeout=Deadline(…)`.

    It is made for few addresses that are called again and again, and keeps no cookies.
    """

    def __init__(self, **kwargs: Any) -> None:
        self._pools: dict[Hashable, HTTPConnectionPool] = {}
        super().__init__(**kwargs)

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> HTTPConnectionPool:
        """Find the pool only once: what leads to it stays the same, and takes long to put together.

        The parameters are those of the base class.
        """
        way = request.url, verify, cert, *(proxies or {}).items()
        if way not in self._pools:
            find = super().get_connection_with_tls_context
            pool: Any = find(request, verify, proxies, cert)  # a wider class in the stubs
            self._pools[way] = pool
        return self._pools[way]

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """Return a response as the base class does, but with the headers as urllib3 holds them."""
        response = Response()
        response.status_code, response.headers, response.raw = resp.status, resp.headers, resp
        response.request = req
        return response

    def close(self) -> None:
        self._pools.clear()
        super().close()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _use_deadlines(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        _use_deadlines(manager)
        return manager


class _DeadlineReader(io.RawIOBase):
    """Reads a socket until a fixed instant. The socket's time-out on entry is the time left."""

    has_begun = False

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        timeout = sock.gettimeout()
        self._deadline = None if timeout is None else time.monotonic() + timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
        try:
            count: int | None = self._raw.readinto(buffer)
        except ConnectionError as error:
            if self.has_begun:
                raise http.client.HTTPException("broke off in the middle") from error
            raise
        self.has_begun = True
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _WholeLines(io.BufferedReader):
    """Reads lines to their end. Only before the first one may there be nothing at all."""

    has_begun = False
    head_left = MAX_HEAD
    is_head = True

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        is_cut_by_size = size is not None and 0 <= size <= len(line)
        if not line.endswith(b"\n") and not is_cut_by_size and (line or self.has_begun):
            raise http.client.HTTPException("broke off inside a line")
        self.has_begun = True
        if self.is_head:
            self.head_left -= len(line)
            if self.head_left < 0:
                raise http.client.HTTPException("a head over 64 KiB")
        return line


class _StrictResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self._lines = self.fp = _WholeLines(_DeadlineReader(raw, sock))

    def begin(self) -> None:
        super().begin()
        self._lines.is_head = False
        if self.msg.defects:
            # Said here, before urllib3 can log the broken lines: a key could stand in them.
            raise http.client.HTTPException("lines that are no headers")

    def _read_next_chunk_size(self) -> int:
        size: int = super()._read_next_chunk_size()  # type: ignore[misc]  # private, so not in the stubs
        if size < 0:
            raise http.client.HTTPException("a chunk of negative size")
        return size


class _HTTPConnection(CheckedHTTPConnection):
    response_class = _StrictResponse


class _HTTPSConnection(CheckedHTTPSConnection):
    response_class = _StrictResponse


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


def _use_deadlines(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
