"""What a worker's memory is after many requests against after some."""

from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from threading import Thread

from api_keys.contract import CHECK_PATH
from benchmarks.servers import children_of
from benchmarks.sites import API_PORTAL, CHANNEL, COMPANY, CONFIGURATION, Running, Sites, both_sites
from benchmarks.table import Line, figure
from benchmarks.visiting import Visitor, sign_in

SOME, MANY = 500, 20_000
CLIENTS = 4
# What is opened most comes more often, or 20,000 requests would take a quarter of an hour.
OF_THE_ADMIN = (
    *8 * ["/", CHANNEL, CONFIGURATION],
    "/stores/configuration/sales-channels/global-settings/",
    "/system/action-logs/report/",
    "/system/action-logs/key-verifications/",
    "/system/permissions/all-users/",
    "/notifications/",
    "/search/?q=user",
    "/no-such-page/",
)
OF_THE_ACCOUNT = (
    *24 * [CHECK_PATH],
    API_PORTAL,
    f"{API_PORTAL}keys/1/",
    f"{COMPANY}/members/",
    f"{COMPANY}/history/",
    "/gateway/openapi.json",
    "/no-such-page/",
)


def lines() -> Iterator[Line]:
    with both_sites(20) as sites:
        for name, running, paths in (
            ("Admin", sites.admin, OF_THE_ADMIN),
            ("Commerce account", sites.account, OF_THE_ACCOUNT),
        ):
            visitors = visitors_of(running, sites)
            visit(visitors, paths, SOME)
            before = memory_of(running)
            visit(visitors, paths, MANY - SOME)
            after = memory_of(running)
            yield Line(
                f"{name}, a worker's memory after {MANY:,} mixed requests against after {SOME}",
                f"{after:.1f} MiB",
                f"{before:.1f} MiB",
                measured=after / before,
                target=1.05,
            )
            yield figure(120, f"{name}, a worker's memory after {MANY:,} requests", after, " MiB")


def visitors_of(running: Running, sites: Sites) -> list[Visitor]:
    cookie = sign_in(running.installed).cookie
    key = {"x-api-key": sites.key}
    return [Visitor(running.server.port, cookie, **key) for _client in range(CLIENTS)]


def visit(visitors: list[Visitor], paths: tuple[str, ...], requests: int) -> None:
    """Ask for the paths in turn, all visitors at once."""

    def walk(visitor: Visitor, first: int) -> None:
        for path in islice(cycle(paths), first, first + requests // CLIENTS):
            visitor.get(path)
            assert visitor.status in (200, 404), (path, visitor.status)

    threads = [Thread(target=walk, args=(each, start)) for start, each in enumerate(visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def memory_of(running: Running) -> float:
    """Return what the worker has in memory, in MiB, with all that it shares with gunicorn."""
    (worker,) = children_of(running.server.pid)
    lines = Path(f"/proc/{worker}/status").read_text().splitlines()
    (found,) = (line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(found) / 1024
