"""A visit that asks the key service against the same page without, and a bare verification."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

from admin_portal.embedded.run import ACCOUNT
from api_keys.contract import CHECK_PATH
from benchmarks.installations import DATABASES
from benchmarks.measuring import call_by_call, cpu_of
from benchmarks.sites import CHANNEL, Running, admin_asking, site
from benchmarks.table import Line
from benchmarks.visiting import Visitor, sign_in


def lines() -> Iterator[Line]:
    for database in DATABASES:
        with ExitStack() as stack:
            account = stack.enter_context(site(ACCOUNT, 20, database))
            gated = stack.enter_context(admin_asking(account, 20, database))
            ungated = stack.enter_context(
                admin_asking(account, 20, database, wsgi="benchmarks.ungated")
            )
            key = (account.installed.folder / "key").read_text()
            service = Visitor(account.server.port, **{"x-api-key": key})
            visitor, visitor_without = visitor_of(gated), visitor_of(ungated)
            calls: dict[str, Callable[[], float]] = {
                "gated": partial(visitor.open, CHANNEL),
                "ungated": partial(visitor_without.open, CHANNEL),
                "bare": partial(service.open, CHECK_PATH),
            }
            took = call_by_call(calls)
            servers = [gated.server, ungated.server, account.server]
            cpu = {name: cpu_of(call, *servers) for name, call in calls.items()}
        parts = took["ungated"] + took["bare"]
        yield Line(
            f"a gated visit, p50, {database}, against the same page ungated + a bare verification",
            f"{1000 * took['gated']:.2f} ms",
            f"{1000 * took['ungated']:.2f} + {1000 * took['bare']:.2f} ms",
            measured=took["gated"] / parts,
            target=1.15,
            by_cpu=cpu["gated"] / (cpu["ungated"] + cpu["bare"]),
        )


def visitor_of(site: Running) -> Visitor:
    return Visitor(site.server.port, sign_in(site.installed).cookie)
