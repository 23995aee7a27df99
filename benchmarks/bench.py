"""Measure this checkout against its targets and its peers: python -m benchmarks.bench [ROW …].

Rows are the modules of `benchmarks.rows`; all of them without a name. The table is printed, and
kept as .bench/table.md.
"""

import importlib
import sys

from benchmarks.installations import BENCH
from benchmarks.measuring import say
from benchmarks.table import Line, machine, markdown

ROWS = (
    "verification",
    "growth",
    "usage",
    "gated_visit",
    "pages",
    "weight",
    "queries",
    "memory",
    "long_lists",
)


def main(chosen: list[str]) -> None:
    unknown = set(chosen) - set(ROWS)
    if unknown:
        sys.exit(f"No such rows: {', '.join(sorted(unknown))}. There are: {', '.join(ROWS)}.")
    BENCH.mkdir(exist_ok=True)
    head = machine()
    found: list[Line] = []
    for name in chosen or ROWS:
        say(f"Measuring: {name}")
        found += importlib.import_module(f"benchmarks.rows.{name}").lines()
        table = f"{head}\n\n{markdown(found)}\n"
        (BENCH / "table.md").write_text(table)  # now, so that nothing is lost if the next row fails
    print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
