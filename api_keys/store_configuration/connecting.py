"""Connections that go to checked addresses only, and are made in time as a whole.

`urllib3` looks a name up and connects in one step, so that a check before it would be of another
answer than the one it uses. Here each name is looked up once, and the connection goes to what was
checked. Certificate and Host header stay those of the name.
"""

import functools
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util import Timeout
from urllib3.util.ssltransport import SSLTransport

from api_keys.store_configuration.addresses import ForbiddenAddressError, is_allowed
from api_keys.store_configuration.resolver import Endpoint, look_up


@dataclass
class Trace:
    """How far the making of a connection came. Instants are of `time.monotonic()`."""

    started: float = 0.0
    looked_up: float | None = None
    connected: float | None = None
    secured: float | None = None
    addresses: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    peer: str = ""
    tls_version: str = ""
    certificate: Mapping[str, Any] = field(default_factory=dict)


TRACE: ContextVar[Trace | None] = ContextVar("trace", default=None)
"""Where connections of this thread note how far they came. Mostly nowhere."""


MEANWHILE: ContextVar[Callable[[], None] | None] = ContextVar("meanwhile", default=None)
"""What this thread does once it has sent a request, before it waits for the answer. Not a part of
the time that the service has."""


class Deadline(Timeout):
    """Time limits that end at an instant of `time.monotonic()`, connecting after `connect` seconds.

    urllib3's own start anew after a proxy was connected to.
    """

    def __init__(self, instant: float, *, connect: float) -> None:
        super().__init__()
        self._instant = instant
        self._connect_seconds = connect

    @property
    def connect_timeout(self) -> float:
        return min(self._connect_seconds, self.read_timeout)

    @property
    def read_timeout(self) -> float:
        return max(0.0, self._instant - time.monotonic())

    def clone(self) -> "Deadline":
        return self

    def start_connect(self) -> float:
        return 0.0


class CheckedHTTPConnection(HTTPConnection):
    """Its `timeout` covers all of connecting: the look-up, every address, a tunnel and TLS."""

    _deadline = 0.0

    def connect(self) -> None:
        self._begin()
        if trace := TRACE.get():
            trace.started = time.monotonic()
        super().connect()
        if trace and isinstance(self.sock, ssl.SSLSocket | SSLTransport):
            trace.secured = time.monotonic()
            trace.tls_version = self.sock.version() or ""
            trace.certificate = self.sock.getpeercert() or {}

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3's own
        if work := MEANWHILE.get():
            work()
        self._begin()
        return super().getresponse()

    def _begin(self) -> None:
        self._deadline = time.monotonic() + (self.timeout or 0)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _new_conn(self) -> socket.socket:
        try:
            return self._connect_to_one_of(self._find_endpoints())
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "not connected in time") from error
        except OSError as error:
            raise NewConnectionError(self, "not connected") from error

    def _find_endpoints(self) -> list[Endpoint]:
        """Return where we may connect to. A proxy may be anywhere: it is the operator's choice."""
        found = look_up(self._dns_host, self.port, self._left())
        allowed = [
            (family, address)
            for family, address in found
            if self.proxy or is_allowed(ip_address(address[0]), self._dns_host)
        ]
        if trace := TRACE.get():
            trace.looked_up = time.monotonic()
            trace.addresses = [address[0] for _family, address in allowed]
            trace.refused = [
                address[0] for _family, address in found if address[0] not in trace.addresses
            ]
        if not allowed:
            raise ForbiddenAddressError
        return allowed

    def _connect_to_one_of(self, endpoints: list[Endpoint]) -> socket.socket:
        trouble = OSError()
        for index, endpoint in enumerate(endpoints):
            try:
                # They share one time, and a dead one leaves some of it to those behind it.
                return self._connect_to(endpoint, self._left() / (len(endpoints) - index))
            except OSError as error:
                trouble = error
        raise trouble

    def _connect_to(self, endpoint: Endpoint, seconds: float) -> socket.socket:
        family, address = endpoint
        connecting = socket.socket(family, socket.SOCK_STREAM)
        try:
            for option in self.socket_options or ():
                connecting.setsockopt(*option)
            connecting.settimeout(seconds)
            connecting.connect(address)
            connecting.settimeout(self._left())
        except OSError:
            connecting.close()
            raise
        if trace := TRACE.get():
            trace.connected = time.monotonic()
            trace.peer = address[0]
        return connecting

    def _tunnel(self) -> None:
        super()._tunnel()
        self.sock.settimeout(self._left())


class CheckedHTTPSConnection(CheckedHTTPConnection, HTTPSConnection):
    def _connect_tls_proxy(self, hostname: str, sock: socket.socket) -> ssl.SSLSocket:
        proxy = super()._connect_tls_proxy(hostname, sock)
        # TLS within TLS waits for each piece of a record for as long as for the first.
        proxy.recv = functools.partial(self._receive, proxy)  # type: ignore[method-assign]  # this one only
        return proxy

    def _receive(self, proxy: ssl.SSLSocket, size: int = 1024, flags: int = 0) -> bytes:
        proxy.settimeout(self._left())
        return ssl.SSLSocket.recv(proxy, size, flags)
