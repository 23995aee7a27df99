"""How long the answer about an unknown key takes against one about a malformed key.

    python -m benchmarks.unknown_and_malformed

5,000 calls of each class, one after the other in a random order, in process and over HTTP.
"""

import os
import random
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from api_keys.contract import CHECK_PATH, Environment, generate_key
from benchmarks.servers import NO_LIMITS, environment_in, serving

CALLS = 5_000
CLASSES: dict[str, Callable[[], str]] = {
    "unknown": lambda: generate_key(Environment.PRODUCTION),
    "unknown too": lambda: generate_key(Environment.PRODUCTION),
    "bad checksum": lambda: generate_key(Environment.PRODUCTION)[:-6] + "000000",
    "cut off": lambda: generate_key(Environment.PRODUCTION)[:20],
    "no key at all": lambda: "x",
}


def main() -> None:
    with serving(Path.cwd(), settings=NO_LIMITS) as server:
        connection = HTTPConnection(server.url.removeprefix("http://"))

        def over_http(key: str) -> None:
            connection.request("GET", CHECK_PATH, headers={"x-api-key": key})
            response = connection.getresponse()
            assert (response.status, len(response.read())) == (401, expected)

        connection.request("GET", CHECK_PATH, headers={"x-api-key": "x"})
        expected = len(connection.getresponse().read())
        report("over HTTP", over_http)
    with tempfile.TemporaryDirectory() as folder:
        report("in process", in_process(Path(folder)))


def in_process(folder: Path) -> Callable[[str], None]:
    os.environ.update(environment_in(folder, **NO_LIMITS))
    os.environ["DJANGO_SETTINGS_MODULE"] = "admin_portal.settings.commerce_account"
    import django
    from django.core.management import call_command
    from django.test import Client

    django.setup()
    call_command("migrate", verbosity=0)
    client = Client(SERVER_NAME="127.0.0.1")

    def ask(key: str) -> None:
        assert client.get(CHECK_PATH, headers={"x-api-key": key}).status_code == 401

    return ask


def report(where: str, ask: Callable[[str], None]) -> None:
    # Made before: what runs just before a call warms or cools it.
    calls = [(name, make()) for name, make in CLASSES.items() for _ in range(CALLS)]
    random.shuffle(calls)
    seen: dict[str, list[float]] = {name: [] for name in CLASSES}
    for name, key in calls:
        start = time.perf_counter()
        ask(key)
        seen[name].append(time.perf_counter() - start)
    for name, times in seen.items():
        times.sort()
        quartiles = times[len(times) // 4] * 1e6, times[len(times) * 3 // 4] * 1e6
        print(
            f"{where:<11} {name:<14} median {median(times) * 1e6:7.1f} us,"
            f" middle half {quartiles[0]:.0f} to {quartiles[1]:.0f}"
        )


if __name__ == "__main__":
    main()
