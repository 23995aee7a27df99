"""Requests a second of the same check by different checkouts, interleaved.

    python -m benchmarks.compare before=/path/to/checkout after=.

Needs wrk. Believe the ratios, not the numbers; on a busy machine, those of the CPU's time.
"""

import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from admin_portal.embedded.run import ACCOUNT
from api_keys.contract import CHECK_PATH
from benchmarks.servers import HIGH_LIMITS, NO_LIMITS, Server, serving

ROUNDS = 8
SECONDS = 2

Measured = tuple[float, float]


def main(variants: list[str]) -> None:
    for clients in (1, 8):
        with ExitStack() as stack:
            servers: dict[str, Server] = {}
            for variant in variants:
                label, _, where = variant.partition("=")
                checkout, _, wsgi = where.partition(":")
                served = serving(
                    Path(checkout).resolve(),
                    wsgi or ACCOUNT.application,
                    settings=limits_for(label),
                )
                servers[label] = stack.enter_context(served)
            seen: dict[str, list[Measured]] = {label: [] for label in servers}
            for _round in range(ROUNDS):
                for label, server in servers.items():
                    seen[label].append(measure(server, clients))
        report(clients, seen)


def report(clients: int, seen: dict[str, list[Measured]]) -> None:
    first = median(cpu for _rate, cpu in next(iter(seen.values())))
    for label, measured in seen.items():
        rate = median(rate for rate, _cpu in measured)
        cpu = median(cpu for _rate, cpu in measured)
        print(
            f"{clients} clients  {label:<12} {rate:6.0f} requests/s"
            f"  {cpu * 1e6:6.0f} us of CPU each, ratio {cpu / first:.3f}"
        )


def limits_for(label: str) -> dict[str, str]:
    return NO_LIMITS if label == "unlimited" else HIGH_LIMITS


def measure(server: Server, clients: int) -> Measured:
    """Return requests a second, and seconds of the server's CPU for each."""
    before = server.cpu_seconds()
    header = f"x-api-key: {server.keys[0]}"
    wrk = ["wrk", f"-c{clients}", "-t1", f"-d{SECONDS}s", "-H", header, server.url + CHECK_PATH]
    done = subprocess.run(wrk, check=True, stdout=subprocess.PIPE, text=True)
    assert "Non-2xx" not in done.stdout, done.stdout
    (rate,) = re.findall(r"Requests/sec:\s+([\d.]+)", done.stdout)
    (requests,) = re.findall(r"(\d+) requests in", done.stdout)
    return float(rate), (server.cpu_seconds() - before) / int(requests)


if __name__ == "__main__":
    main(sys.argv[1:])
