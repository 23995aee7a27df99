"""What limits and the record of uses cost a check, in process.

    python -m benchmarks.parts

Each variant answers the same request, one after the other in a random order.
"""

import io
import os
import random
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from api_keys.contract import CHECK_PATH
from benchmarks.servers import NO_LIMITS, environment_in

CALLS = 4_000
VARIANTS = {  # has limits, has uses
    "neither": (False, False),
    "limits": (True, False),
    "uses": (False, True),
    "both": (True, True),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment_in(Path(folder)))
        os.environ["DJANGO_SETTINGS_MODULE"] = "admin_portal.settings.commerce_account"
        from django.conf import settings
        from django.core.management import call_command

        from api_keys.commerce_account import wsgi

        call_command("migrate", verbosity=0)
        printed = io.StringIO()
        call_command("issue_api_key", "key", "--company=Acme", "--create-company", stdout=printed)
        request = environ(printed.getvalue().strip())
        usage = vars(wsgi)["usage"]
        count = usage.count
        seen: dict[str, list[float]] = {name: [] for name in VARIANTS}
        for name in random.sample([*VARIANTS] * CALLS, CALLS * len(VARIANTS)):
            has_limits, has_uses = VARIANTS[name]
            for setting in NO_LIMITS:
                setattr(settings, setting, 10**9 if has_limits else 0)
            usage.count = count if has_uses else lambda *_arguments: None
            seen[name].append(timed(wsgi.application, request))
        usage.count = count
        usage.flush()
    report(seen)


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


def timed(application: Any, request: dict[str, Any]) -> float:
    statuses: list[str] = []
    start = time.perf_counter()
    response = application(dict(request), lambda status, headers: statuses.append(status))
    b"".join(response)
    response.close()
    took = time.perf_counter() - start
    assert statuses == ["200 OK"], statuses
    return took


def report(seen: dict[str, list[float]]) -> None:
    """Print the times of each variant, and their ratio to the first one's."""
    base = quantiles(next(iter(seen.values())), n=10)
    for name, times in seen.items():
        at = quantiles(times, n=10)
        print(
            f"{name:<8} fastest tenth {at[0] * 1e6:6.0f} us, ratio {at[0] / base[0]:.3f};"
            f"  median {at[4] * 1e6:6.0f} us, ratio {at[4] / base[4]:.3f}"
        )


if __name__ == "__main__":
    main()
