"""Several people, or jobs, at the same instant: threads that each have a connection of their own.

For tests with `@pytest.mark.django_db(transaction=True)`: what is inside one test's transaction,
another connection does not see.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

Result = TypeVar("Result")


def at_once(calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """Make all calls, none before the others are ready; return their results in order.

    What a call raises is raised here, once all have ended.
    """
    together = threading.Barrier(len(calls))

    def make(call: Callable[[], Result]) -> Result:
        try:
            together.wait(timeout=60)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        started = [pool.submit(make, call) for call in calls]
    return [call.result() for call in started]
