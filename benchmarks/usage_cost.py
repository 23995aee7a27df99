"""What the record of uses costs a call, in process: python -m benchmarks.usage_cost HEADERS.

The same calls, each with one of the keys in the file HEADERS, are answered with and without being
recorded, in a random order. Printed is JSON: the median of each, and how long it took to write down
what they left, as a thread does every half a minute. All in seconds.
"""

import io
import json
import os
import random
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Any

from api_keys.contract import CHECK_PATH
from benchmarks.measuring import CALLS

os.environ["DJANGO_SETTINGS_MODULE"] = "admin_portal.settings.commerce_account"

from api_keys.commerce_account import wsgi

TIMES = 10 * CALLS


def main(headers: Path) -> None:
    usage = vars(wsgi)["usage"]
    keys = [line.split()[1] for line in headers.read_text().splitlines()]
    count = usage.count
    seen: dict[str, list[float]] = {"on": [], "off": []}
    for name in random.sample(["on", "off"] * TIMES, 2 * TIMES):
        usage.count = count if name == "on" else skip
        seen[name].append(timed(environ(random.choice(keys))))
    started = time.process_time()
    usage.flush()
    flush = time.process_time() - started
    print(json.dumps({"flush": flush, **{name: median(took) for name, took in seen.items()}}))


def environ(key: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": CHECK_PATH,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8001",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8001",
        "HTTP_USER_AGENT": "benchmark/1",
        "HTTP_X_API_KEY": key,
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }


def timed(request: dict[str, Any]) -> float:
    statuses: list[str] = []
    start = time.perf_counter()
    body: Iterable[bytes] = wsgi.application(
        request, lambda status, headers: statuses.append(status)
    )
    b"".join(body)
    took = time.perf_counter() - start
    assert statuses == ["200 OK"], statuses
    return took


def skip(*_arguments: object) -> None:
    """Stand in for the record."""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
