"""How many queries pages take, with short lists and with long ones."""

import json
from collections.abc import Iterator

from benchmarks.measuring import say
from benchmarks.sites import both_sites
from benchmarks.table import Line, figure

FEW, MANY = 10, 10_000
MOST = 8


def lines() -> Iterator[Line]:
    short, long = pages_with(FEW), pages_with(MANY)
    for name in ("Admin", "Commerce account"):
        few, many = short[name], long[name]
        assert few.keys() == many.keys(), few.keys() ^ many.keys()
        for path in sorted(many, key=lambda path: -many[path]):
            if many[path] > MOST or few[path] != many[path]:
                say(f"{name}: {few[path]} queries at {FEW} rows, {many[path]} at {MANY}: {path}")
        different = sum(few[path] != many[path] for path in few)
        yield figure(
            0, f"{name}, pages of {len(few)} whose queries differ at {FEW} and {MANY:,} rows",
            different, "",
        )  # fmt: skip
        worst = max(many, key=lambda path: many[path])
        yield figure(MOST, f"{name}, the most queries on a page, {worst}", many[worst], "")


def pages_with(rows: int) -> dict[str, dict[str, int]]:
    with both_sites(rows) as sites:
        running = {"Admin": sites.admin, "Commerce account": sites.account}
        return {
            name: json.loads(each.installed.run("-m", "benchmarks.walking"))
            for name, each in running.items()
        }
