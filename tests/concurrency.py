"""Several people, or jobs, at the same instant: threads that each have a connection of their own.

For tests with `@pytest.mark.django_db(transaction=True)`: what is inside one test's transaction,
another connection does not see.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

Result = TypeVar("Result")


def at_once(do: Callable[[int], Result], number: int) -> list[Result]:
    """Call `do(0)` … `do(number - 1)`, none before the others are ready; return their results.

    What a call raises is raised here, once all have ended.
    """
    together = threading.Barrier(number)

    def run(index: int) -> Result:
        try:
            together.wait(timeout=60)
            return do(index)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        started = [pool.submit(run, index) for index in range(number)]
    return [call.result() for call in started]
