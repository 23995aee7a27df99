"""Write down what a process has counted, again and again, while it serves. Both sites' own."""

import atexit
import threading
from collections.abc import Callable

from django.db import connection


def write_regularly(flush: Callable[[], None], *, seconds: float, name: str) -> threading.Event:
    """Call `flush` every so many seconds until the event is set, and as the process ends.

    The thread does not survive a fork: call this in the worker.
    """
    stopped = threading.Event()

    def flush_until_stopped() -> None:
        while not stopped.wait(seconds):
            connection.close_if_unusable_or_obsolete()
            flush()

    threading.Thread(target=flush_until_stopped, name=name, daemon=True).start()
    atexit.register(flush)
    return stopped
