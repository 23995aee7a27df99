"""Do the same thing from many threads in the same instant, each with a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_once(do: Callable[[int], T], number: int) -> list[T]:
    """Return what `do(0)` … `do(number - 1)` returned. The test needs real transactions."""
    start = threading.Barrier(number)

    def run(index: int) -> T:
        start.wait(timeout=30)
        try:
            return do(index)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(run, range(number)))
