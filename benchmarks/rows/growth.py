"""A verification among many keys against one among few."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from admin_portal.embedded.run import ACCOUNT
from api_keys.contract import CHECK_PATH
from benchmarks.installations import DATABASES, installation
from benchmarks.measuring import CALLS, call_by_call
from benchmarks.rows.verification import keys
from benchmarks.servers import Server, gunicorn
from benchmarks.table import Line
from benchmarks.visiting import Visitor

FEW = 1_000
MANY = (1_000_000, 10_000_000)


def lines() -> Iterator[Line]:
    for database in DATABASES:
        # Before any is served: to make the largest takes longer than a connection is kept.
        kept = {rows: installation(keys(rows), database) for rows in (FEW, *MANY)}
        with ExitStack() as stack:
            calls = {}
            for rows, each in kept.items():
                server = stack.enter_context(gunicorn(ACCOUNT.application, each))
                calls[rows] = verification(server, each.folder / "headers")
            took = call_by_call(calls, 3 * CALLS)
        for rows in MANY:
            yield Line(
                f"a verification, p50, {database}, {rows:,} keys against {FEW:,}, 1,000 in use",
                f"{1000 * took[rows]:.2f} ms",
                f"{1000 * took[FEW]:.2f} ms",
                measured=took[rows] / took[FEW],
                target=1.25,
            )


def verification(server: Server, headers: Path) -> Callable[[], float]:
    """Return a call about any one of the keys in the file."""
    visitor = Visitor(server.port)
    found = [dict([line.split(": ")]) for line in headers.read_text().splitlines()]

    def call(headers: dict[str, str] | None = None) -> float:
        visitor.headers = headers or random.choice(found)
        return visitor.open(CHECK_PATH)

    for each in found:
        call(each)  # comes from the disk, once
    return call
