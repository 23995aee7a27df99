"""A browser that is signed in, as far as a measurement needs one."""

import json
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from http.cookies import SimpleCookie

from benchmarks.servers import Installation


@dataclass(frozen=True)
class SignedIn:
    cookie: str
    queries: dict[str, int]
    """How many each of the pages asked about takes."""


def sign_in(installed: Installation, *paths: str) -> SignedIn:
    """Sign the benchmark's own user in."""
    said = installed.run("-m", "benchmarks.signing_in", *paths)
    return SignedIn(**json.loads(said.splitlines()[-1]))


class Visitor:
    """Keeps its connection and its cookies, as browsers do."""

    def __init__(self, port: int, cookie: str = "", **headers: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies, self.headers = SimpleCookie(cookie), headers
        self.status = self.bytes = 0

    def get(self, path: str) -> float:
        """Return how many seconds an answer took; leave its status and its body's bytes."""
        cookies = "; ".join(f"{each.key}={each.value}" for each in self.cookies.values())
        headers = {**self.headers, **({"Cookie": cookies} if cookies else {})}
        started = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        response = self.connection.getresponse()
        self.bytes = len(response.read())
        took = time.perf_counter() - started
        self.status = response.status
        for sent in response.headers.get_all("Set-Cookie", []):
            self.cookies.load(sent)
        return took

    def open(self, path: str) -> float:
        """Do so, and see that it is the page that comes."""
        took = self.get(path)
        assert self.status == 200, (path, self.status)
        return took
