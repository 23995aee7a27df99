"""Verifications a second, against peers and against a view that does nothing."""

from collections.abc import Iterator
from contextlib import ExitStack

from admin_portal.embedded.run import ACCOUNT
from api_keys.contract import CHECK_PATH
from benchmarks.installations import DATABASES, Filling, installation, peer
from benchmarks.measuring import Load, Turn, in_turns
from benchmarks.servers import HIGH_LIMITS, gunicorn
from benchmarks.table import Line

KEYS = 100_000
CLIENTS = 8
PEERS = {
    "api-key": ("djangorestframework-api-key", 2.5),
    "authtoken": ("DRF authtoken", 2.5),
    "knox": ("django-rest-knox", 4.0),
}
TRIVIAL = {"SQLite": 0.65, "PostgreSQL": 0.5}


def keys(rows: int) -> Filling:
    """Return the filling of a Commerce account with so many keys."""
    settings = {**HIGH_LIMITS}
    return Filling(f"keys_{rows}", "benchmarks.filling.keys", (str(rows),), settings=settings)


def lines() -> Iterator[Line]:
    filling = "benchmarks.filling.peers_keys"
    peers = Filling(f"peers_{KEYS}", filling, (str(KEYS),), peer("api_keys"))
    for database in DATABASES:
        with ExitStack() as stack:
            ours, theirs = installation(keys(KEYS), database), installation(peers, database)
            account = stack.enter_context(gunicorn(ACCOUNT.application, ours))
            other = stack.enter_context(gunicorn("benchmarks.peers.api_keys.wsgi", theirs))
            loads = {"ours": Load(account, CHECK_PATH, ours.folder / "headers")}
            for name in (*PEERS, "trivial"):
                loads[name] = Load(other, f"/{name}/", theirs.folder / name)
            yield from compared(database, in_turns(loads, CLIENTS))


def compared(database: str, seen: dict[str, Turn]) -> Iterator[Line]:
    ours = seen["ours"]
    against = {**PEERS, "trivial": ("a trivial view", TRIVIAL[database])}
    for name, (title, target) in against.items():
        their = seen[name]
        yield Line(
            f"verifications a second, {CLIENTS} at once, {database}, against {title}",
            shown(ours),
            shown(their),
            measured=ours.rate / their.rate,
            target=target,
            is_floor=True,
            by_cpu=their.cpu / ours.cpu,
        )


def shown(turn: Turn) -> str:
    return f"{turn.rate:,.0f}/s, {turn.cpu * 1e6:.0f} µs"
