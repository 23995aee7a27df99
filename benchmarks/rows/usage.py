"""What the record of uses costs a verification."""

import json
from collections.abc import Iterator

from benchmarks.installations import DATABASES, installation
from benchmarks.rows.verification import KEYS, keys
from benchmarks.table import Line

FLUSH_SECONDS = 30
"""USAGE_FLUSH_SECONDS by default. A thousand keys are in use meanwhile."""


def lines() -> Iterator[Line]:
    for database in DATABASES:
        kept = installation(keys(KEYS), database)
        took = json.loads(kept.run("-m", "benchmarks.usage_cost", str(kept.folder / "headers")))
        # Under full load: what is left of the time when a thread has written its part.
        on = took["on"] / (1 - took["flush"] / FLUSH_SECONDS)
        off = took["off"]
        yield Line(
            f"verifications a second in process, {database}, recording uses against not",
            f"{1 / on:,.0f}/s",
            f"{1 / off:,.0f}/s",
            measured=off / on,
            target=0.9,
            is_floor=True,
        )
