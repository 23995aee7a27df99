"""Any page of a long list against a short list."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from urllib.parse import urlencode

from admin_portal.embedded.run import ACCOUNT, ADMIN, Site
from benchmarks.action_log import FILTERS
from benchmarks.installations import DATABASES
from benchmarks.measuring import CALLS, call_by_call
from benchmarks.rows.gated_visit import visitor_of
from benchmarks.sites import API_PORTAL, site
from benchmarks.table import Line

FEW = 20
KEYS = 10_000
RECORDS = 1_000_000
REPORT = "/system/action-logs/report/"
ORDERS = ("newest", "oldest", "user", "action", "address")
ORDERS_OF_KEYS = ("newest", "oldest", "description", "used", "expiry")


def lines() -> Iterator[Line]:
    for database in DATABASES:
        yield compared(f"API Portal, {KEYS:,} keys, {database}", ACCOUNT, KEYS, database,
                       API_PORTAL, dict(pages_of_the_portal()))  # fmt: skip
        yield compared(f"Action Log, {RECORDS:,} rows, {database}", ADMIN, RECORDS, database,
                       REPORT, dict(pages_of_the_report()))  # fmt: skip


def pages_of_the_portal() -> Iterator[tuple[str, str]]:
    last = KEYS // 25
    for order in ORDERS_OF_KEYS:
        for page in (1, 2, last // 2, last):
            yield f"{order}, page {page}", f"{API_PORTAL}?sort={order}&page={page}"


def pages_of_the_report() -> Iterator[tuple[str, str]]:
    places = {"first": {}, "middle": {"after": RECORDS // 2}, "last": {"after": 30}}
    # Two filters with no row in common: for that, the database reads through half of the log.
    # benchmarks/action_log.py tells what it takes.
    lists = {name: values for name, values in FILTERS.items() if name != "user and group, none"}
    chosen = [(name, "newest", values) for name, values in lists.items()]
    for name, order, values in chosen + [("no filter", order, {}) for order in ORDERS]:
        for place, where in places.items():
            query = urlencode({**values, **where, "sort": order})
            yield f"{name}, {order}, {place}", f"{REPORT}?{query}"


def compared(
    title: str, which: Site, rows: int, database: str, first: str, paths: Mapping[str, str]
) -> Line:
    """Return the line of the slowest of the paths, against `first` of a list of few rows."""
    with ExitStack() as stack:
        served = [stack.enter_context(site(which, length, database)) for length in (FEW, rows)]
        short, long = map(visitor_of, served)
        calls: dict[str, Callable[[], float]] = {
            name: partial(long.open, path) for name, path in paths.items()
        }
        took = call_by_call({"few": partial(short.open, first), **calls}, CALLS // 40)
    worst = max(paths, key=lambda name: took[name])
    return Line(
        f"{title}, p50 of the slowest of {len(paths)} pages ({worst}) against {FEW} rows",
        f"{1000 * took[worst]:.1f} ms",
        f"{1000 * took['few']:.1f} ms",
        measured=took[worst] / took["few"],
        target=1.5,
    )
