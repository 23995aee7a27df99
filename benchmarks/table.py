"""The table that `make bench` prints and writes."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HEAD = ("what", "ours", "the peer's", "ratio", "by CPU", "target", "met")


@dataclass(frozen=True)
class Line:
    """One comparison, or, where there is no `peer`, one figure.

    `measured` is what the target is about: the ratio, or our figure itself in `unit`.
    """

    what: str
    ours: str
    peer: str
    measured: float
    target: float
    is_floor: bool = False
    unit: str = ""
    by_cpu: float = 0.0
    """The same ratio of processor time, which a busy machine distorts less."""

    @property
    def is_met(self) -> bool:
        return self.measured >= self.target if self.is_floor else self.measured <= self.target

    def cells(self) -> tuple[str, ...]:
        ratio = f"{self.measured:.2f}" if self.peer else ""
        target = f"{'≥' if self.is_floor else '≤'} {self.target:g}{self.unit}"
        by_cpu = f"{self.by_cpu:.2f}" if self.by_cpu else ""
        met = "yes" if self.is_met else "**no**"
        return self.what, self.ours, self.peer, ratio, by_cpu, target, met


def figure(target: float, what: str, value: float, unit: str) -> Line:
    """Return a line about our own figure, which may be `target` at most."""
    shown = f"{value:,.0f}{unit}" if value >= 100 else f"{value:.3g}{unit}"
    return Line(what, shown, "", value, target, unit=unit)


def markdown(lines: Iterable[Line]) -> str:
    rows = [HEAD, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    ruled = [rows[0], tuple("-" * width for width in widths), *rows[1:]]
    shown = ("| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in ruled)
    return "\n".join(shown)


def machine() -> str:
    """Say what was measured on, and when."""
    cpus = Path("/proc/cpuinfo").read_text().split("model name")
    model = cpus[1].split(":")[1].split("\n")[0].strip() if len(cpus) > 1 else platform.machine()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {os.cpu_count()} cores of {model},"
        f" {memory:.0f} GiB; Linux {platform.release()}, Python {platform.python_version()};"
        f" load before: {os.getloadavg()[0]:.1f}"
    )
