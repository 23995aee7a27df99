"""What a key service that hangs does to the Admin's other pages.

    python -m benchmarks.hanging [rounds] [SETTING=value …]

Sixteen clients visit the channel, each about once a second; one more asks for the dashboard over
and over. The service answers after 20 ms in one round and not at all in the next. Printed are the
dashboard's times, how many visits a healthy service's were turned away, and how long after the
service's recovery the first visit came in. No time of grace, so that every failure shows.
"""

import http.client
import random
import socketserver
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from statistics import median, quantiles

from admin_portal.embedded.run import ADMIN
from benchmarks.servers import Installation, environment_in, gunicorn

CLIENTS = 16
SECONDS = 10
CHANNEL = "/marketing/amazon-sales-channel/"
SIGN_IN = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.conf import settings
user = User.objects.create_superuser("bench")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print("cookie=" + session.session_key)
"""


class Service(socketserver.ThreadingTCPServer):
    """The key service. A call that it takes while it is not `healthy` is never answered."""

    allow_reuse_address = daemon_threads = True
    request_queue_size = 100

    def __init__(self) -> None:
        self.healthy = threading.Event()
        super().__init__(("127.0.0.1", 0), Answering)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, Service)
        if not self.server.healthy.is_set():
            time.sleep(60)
            self.close_connection = True
            return
        time.sleep(0.02)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


class Visitor:
    """A browser that is signed in and keeps its connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Cookie": f"admin_session={cookie}"}

    def get(self, path: str) -> tuple[int, float]:
        """Return the status, and how many seconds it took."""
        started = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        response = self.connection.getresponse()
        response.read()
        return response.status, time.perf_counter() - started


@contextmanager
def admin(service: Service, settings: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Serve the Admin of this checkout; yield its port and the cookie of somebody signed in."""
    with tempfile.TemporaryDirectory() as folder:
        environment = environment_in(
            Path(folder),
            KEY_VALIDATION_URL_PRODUCTION=service.url,
            KEY_VALIDATION_GRACE="0",
            PRODUCTION_API_KEY="a-key-for-this-benchmark",
            **settings,
        )
        installed = Installation(Path(folder), environment)
        installed.manage(ADMIN, "migrate", "--verbosity=0")
        installed.manage(ADMIN, "collectstatic", "--no-input", "--verbosity=0")
        said = installed.manage(ADMIN, "shell", "--verbosity=0", "-c", SIGN_IN)
        with gunicorn(ADMIN.application, installed) as server:
            yield server.port, said.rpartition("cookie=")[2]


class Crowd:
    """The sixteen clients. `statuses` are those of the visits since it was emptied."""

    def __init__(self, port: int, cookie: str) -> None:
        self.statuses: list[int] = []
        self.worst = 0.0
        for _client in range(CLIENTS):
            visitor = Visitor(port, cookie)
            threading.Thread(target=self.visit, args=(visitor,), daemon=True).start()

    def visit(self, visitor: Visitor) -> None:
        while True:
            time.sleep(random.uniform(0.5, 1.5))
            try:
                status, seconds = visitor.get(CHANNEL)
            except OSError:
                return  # the server was stopped
            self.worst = max(self.worst, seconds)
            self.statuses.append(status)


def probe(visitor: Visitor) -> list[float]:
    """Return how long the dashboard took, again and again for SECONDS."""
    times = []
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        times.append(visitor.get("/")[1])
        time.sleep(0.02)
    return times


def main(rounds: int, settings: dict[str, str]) -> None:
    service = Service()
    threading.Thread(target=service.serve_forever, daemon=True).start()
    with admin(service, settings) as (port, cookie):
        service.healthy.set()
        visitor = Visitor(port, cookie)
        crowd = Crowd(port, cookie)
        time.sleep(3)
        healthy, hanging, recoveries, visits = [], [], [], []
        for _round in range(rounds):
            crowd.statuses.clear()
            healthy += probe(visitor)
            visits += crowd.statuses
            service.healthy.clear()
            hanging += probe(visitor)
            service.healthy.set()
            recoveries.append(recovery(crowd))
    print(row("healthy", healthy))
    print(row("hanging", hanging))
    turned_away = sum(status != 200 for status in visits)
    print(f"in health, {turned_away} of {len(visits)} visits were turned away")
    print(f"the slowest page of the channel took {crowd.worst:.2f} s")
    print("seconds until the recovery was noticed:", *(f"{each:.1f}" for each in recoveries))


def recovery(crowd: Crowd) -> float:
    crowd.statuses.clear()
    started = time.monotonic()
    while 200 not in crowd.statuses:
        time.sleep(0.01)
    noticed = time.monotonic() - started
    time.sleep(2)
    return noticed


def row(name: str, times: list[float]) -> str:
    p99 = quantiles(times, n=100)[98]
    shown = (f"{1000 * each:6.1f}" for each in (median(times), p99, max(times)))
    return f"{name:<8} {len(times):5} pages, p50, p99, worst in ms: {' '.join(shown)}"


if __name__ == "__main__":
    words = sys.argv[1:]
    given = dict(word.split("=", 1) for word in words if "=" in word)
    main(int(next((word for word in words if "=" not in word), "3")), given)
