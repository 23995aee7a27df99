"""How `make bench` measures: in turns, again and again, and by medians."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks.servers import PROCESSORS, Server

SECONDS = float(os.environ.get("BENCH_SECONDS", "1"))
"""How long each turn of a load takes."""

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
CALLS = int(os.environ.get("BENCH_CALLS", "1000"))
"""How many calls of each kind, where calls take turns one by one."""

ASKING = ",".join(map(str, PROCESSORS[:-1] or PROCESSORS))
"""The processors that don't serve."""

RANDOM_HEADER = Path(__file__).with_name("random_header.lua")

Name = TypeVar("Name")


@dataclass(frozen=True)
class Load:
    """What is asked of a server: one path, each time with another of the headers in a file."""

    server: Server
    path: str
    headers: Path


@dataclass(frozen=True)
class Turn:
    rate: float
    """Requests a second."""

    cpu: float
    """Seconds that the server and its database computed for one request, on any core."""


def in_turns(loads: Mapping[Name, Load], clients: int) -> dict[Name, Turn]:
    """Return the medians of each load. Each round takes them in another order."""
    seen: dict[Name, list[Turn]] = {name: [] for name in loads}
    for load in loads.values():
        ask_once(load)
        run_wrk(load, clients, seconds=1)
    for _round in range(ROUNDS):
        for name in random.sample(list(loads), len(loads)):
            seen[name].append(run_wrk(loads[name], clients, SECONDS))
    return {
        name: Turn(median(each.rate for each in turns), median(each.cpu for each in turns))
        for name, turns in seen.items()
    }


def ask_once(load: Load) -> None:
    """Wait for the first answer: a server that was just started loads much for it."""
    name, _, value = load.headers.read_text().split("\n")[0].partition(": ")
    with closing(HTTPConnection("127.0.0.1", load.server.port, timeout=30)) as connection:
        connection.request("GET", load.path, headers={name: value})
        assert connection.getresponse().status == 200


def run_wrk(load: Load, clients: int, seconds: float) -> Turn:
    before = load.server.cpu_seconds()
    done = subprocess.run(
        ["taskset", "--cpu-list", ASKING,
         "wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", f"-s{RANDOM_HEADER}",
         load.server.url + load.path, "--", load.headers],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert not re.search("Non-2xx|Socket errors", done.stdout), done.stdout
    (rate,) = re.findall(r"Requests/sec:\s+([\d.]+)", done.stdout)
    (requests,) = re.findall(r"(\d+) requests in", done.stdout)
    return Turn(float(rate), (load.server.cpu_seconds() - before) / int(requests))


def call_by_call(
    calls: Mapping[Name, Callable[[], float]], times: int = CALLS
) -> dict[Name, float]:
    """Return the median of the seconds that each call says it took, taken in a random order."""
    for call in calls.values():
        for _warming in range(20):
            call()
    seen: dict[Name, list[float]] = {name: [] for name in calls}
    for _round in range(times):
        for name in random.sample(list(calls), len(calls)):
            seen[name].append(calls[name]())
    return {name: median(took) for name, took in seen.items()}


def cpu_of(call: Callable[[], float], *servers: Server) -> float:
    """Return how many seconds the servers compute for one such call, without its neighbours."""
    before = sum(server.cpu_seconds() for server in servers)
    times = max(1, CALLS // 5)
    for _again in range(times):
        call()
    return (sum(server.cpu_seconds() for server in servers) - before) / times


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
