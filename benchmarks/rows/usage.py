"""What the record of uses costs a verification."""

import json
from collections.abc import Iterator

from benchmarks.installations import DATABASES, installation
from benchmarks.rows.verification import KEYS, keys
from benchmarks.table import Line


def lines() -> Iterator[Line]:
    for database in DATABASES:
        kept = installation(keys(KEYS), database)
        took = json.loads(kept.run("-m", "benchmarks.usage_cost", str(kept.folder / "headers")))
        on, off = took["on"] + took["written"], took["off"]
        yield Line(
            f"verifications a second in process, {database}, recording uses against not",
            f"{1 / on:,.0f}/s",
            f"{1 / off:,.0f}/s",
            measured=off / on,
            target=0.9,
            is_floor=True,
        )
