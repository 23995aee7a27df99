"""The Admin's pages against the index pages of other back offices."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.installations import Filling, installation, peer
from benchmarks.measuring import CALLS, call_by_call, cpu_of
from benchmarks.servers import Installation, Server, gunicorn
from benchmarks.sites import CHANNEL, CONFIGURATION, both_sites
from benchmarks.table import Line
from benchmarks.visiting import Visitor, sign_in

PAGES = {"dashboard": "/", "channel home": CHANNEL, "configuration": CONFIGURATION}


@dataclass(frozen=True)
class Peer:
    title: str
    target: float
    environment: str
    settings: str
    path: str


PEERS = (
    Peer("Django admin's index", 0.5, "api_keys", "django_admin", "/admin/"),
    Peer("Oscar's dashboard", 0.3, "oscar", "oscar", "/dashboard/"),
    Peer("Wagtail's index", 0.2, "wagtail", "wagtail", "/admin/"),
)


@dataclass
class Page:
    title: str
    visitor: Visitor
    path: str
    queries: int
    server: Server
    bytes: int = 0
    cpu: float = 0.0

    def open(self) -> float:
        took = self.visitor.open(self.path)
        self.bytes = self.visitor.bytes
        return took


def lines() -> Iterator[Line]:
    with ExitStack() as stack:
        sites = stack.enter_context(both_sites(20))
        ours = pages_of(sites.admin.installed, sites.admin.server, PAGES)
        theirs = []
        for each in PEERS:
            installed = installed_peer(each)
            server = stack.enter_context(gunicorn("benchmarks.peers.indexes.wsgi", installed))
            theirs += pages_of(installed, server, {each.title: each.path})
        calls: dict[str, Callable[[], float]] = {page.title: page.open for page in (*ours, *theirs)}
        took = call_by_call(calls, CALLS // 3)
        for page in (*ours, *theirs):
            page.cpu = cpu_of(page.open, page.server)
    for page in ours:
        for each, other in zip(PEERS, theirs, strict=True):
            yield Line(
                f"{page.title}, p50, against {other.title}",
                shown(page, took[page.title]),
                shown(other, took[other.title]),
                measured=took[page.title] / took[other.title],
                target=each.target,
                by_cpu=page.cpu / other.cpu,
            )


def installed_peer(which: Peer) -> Installation:
    settings = {"DJANGO_SETTINGS_MODULE": f"benchmarks.peers.indexes.{which.settings}"}
    python = peer(which.environment)
    name = f"index_{which.settings}"
    return installation(Filling(name, "benchmarks.filling.index", (), python, settings))


def pages_of(installed: Installation, server: Server, paths: dict[str, str]) -> list[Page]:
    signed_in = sign_in(installed, *paths.values())
    visitor = Visitor(server.port, signed_in.cookie)
    return [
        Page(title, visitor, path, signed_in.queries[path], server) for title, path in paths.items()
    ]


def shown(page: Page, seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms, {page.queries} queries, {page.bytes:,} bytes"
