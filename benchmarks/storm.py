"""What a storm of one key costs another key's answers.

    python -m benchmarks.storm

Needs wrk. The storm is 16 clients that send one key as fast as they can, far beyond its limit.
"""

import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path

from api_keys.contract import CHECK_PATH
from benchmarks.servers import Server, serving

SECONDS = 8


def main() -> None:
    settings = {"LIMIT_PER_KEY": "600", "LIMIT_PER_ADDRESS": "0"}
    with serving(Path.cwd(), keys=2, settings=settings) as server:
        report("alone", probe(server, server.keys[1]))
        storm = subprocess.Popen(
            [
                "wrk",
                "-c16",
                "-t1",
                f"-d{SECONDS + 2}s",
                "-H",
                f"x-api-key: {server.keys[0]}",
                server.url + CHECK_PATH,
            ]
        )
        time.sleep(1)
        report("in a storm", probe(server, server.keys[1]))
        storm.wait()


def probe(server: Server, key: str) -> list[float]:
    """Return how long each of about 40 calls a second took, and see that each is answered 200."""
    times: list[float] = []
    connection = HTTPConnection(server.url.removeprefix("http://"))
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and len(times) < 280:
        start = time.perf_counter()
        connection.request("GET", CHECK_PATH, headers={"x-api-key": key})
        response = connection.getresponse()
        response.read()
        assert response.status == 200, response.status
        times.append(time.perf_counter() - start)
        time.sleep(0.025)
    return sorted(times)


def report(name: str, times: list[float]) -> None:
    at = {50: times[len(times) // 2], 99: times[len(times) * 99 // 100], 100: times[-1]}
    print(name, *(f"p{share}: {seconds * 1000:.1f} ms" for share, seconds in at.items()), sep="  ")


if __name__ == "__main__":
    main()
