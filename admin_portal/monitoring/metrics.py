"""What a process counts, for Prometheus. `docs/monitoring.md` tells each figure.

Counted in memory, in a microsecond or two, and served on a port of its own: it is not for visitors.
No label holds a key, a name, an address or a path.
"""

import functools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from admin_portal.monitoring.bounded import Bounded

logger = logging.getLogger(__name__)

REGISTRY = CollectorRegistry()
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds by which durations are told."""

SECONDS_TO_NEXT_TRY = 1.0

disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types
ProcessCollector(registry=REGISTRY)

_REQUESTS = Counter(
    "commerce_requests",
    "Requests answered.",
    ["view", "method", "status"],
    registry=REGISTRY,
)
_REQUEST_SECONDS = Histogram(
    "commerce_request_seconds",
    "Time to answer.",
    ["view"],
    buckets=SECONDS,
    registry=REGISTRY,
)
# Not "job", which is Prometheus's own word for what it collects from.
_JOBS = Counter("commerce_jobs", "Runs of background jobs.", ["task", "result"], registry=REGISTRY)
_JOB_SUCCESS = Gauge(
    "commerce_job_last_success_timestamp_seconds",
    "When a job last ended without an error.",
    ["task"],
    registry=REGISTRY,
)
CountExpiringKeys = Callable[[datetime], dict[tuple[str, int], int]]
"""Tells, at an instant, how many keys of an environment expire within so many days."""

_METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}


def known_method(method: str | None) -> str:
    """Return a request's method, or `other`: a client may send any word, and each would be kept."""
    return method if method in _METHODS else "other"


def count_request(view: str, method: str, status: int, seconds: float) -> None:
    """Count an answer. `view` is a name in the URLconf, never a path; `method` is a known one."""
    _counter(view, method, status).inc()
    _seconds(view).observe(seconds)


@functools.cache
def _counter(view: str, method: str, status: int) -> Counter:
    # Looking it up by its labels would take longer than the counting.
    return _REQUESTS.labels(view, method, str(status))


@functools.cache
def _seconds(view: str) -> Histogram:
    return _REQUEST_SECONDS.labels(view)


@contextmanager
def counted_job(name: str) -> Iterator[None]:
    """Count a run of a job, and whether it ended without an error."""
    try:
        yield
    except BaseException:
        _JOBS.labels(name, "failed").inc()
        raise
    _JOBS.labels(name, "done").inc()
    _JOB_SUCCESS.labels(name).set_to_current_time()


class ExpiringKeys(Collector):
    """How many keys expire soon: asked of the database as somebody looks, once a minute at most."""

    DAYS = (30, 7, 1)
    LONGEST_WAIT = 2.0

    def __init__(self, count: CountExpiringKeys) -> None:
        self._counting = Bounded(
            lambda: count(timezone.now()), longest_wait=self.LONGEST_WAIT, good_for=60
        )

    def collect(self) -> Iterator[GaugeMetricFamily]:
        gauge = GaugeMetricFamily(
            "commerce_keys_expiring",
            "Working keys that expire within so many days.",
            labels=["environment", "days"],
        )
        try:
            counted = self._counting.begin().outcome()
        except Exception as error:
            # All other figures are the more wanted where the database doesn't answer.
            logger.warning("Expiring keys could not be counted: %s", type(error).__name__)
            counted = {}
        for (environment, days), number in counted.items():
            gauge.add_metric([environment, str(days)], number)
        yield gauge


def serve(port: int) -> None:
    """Serve what this process counts on METRICS_ADDRESS; port 0: don't.

    While a worker takes over from another, the port is the other's: it is tried until it is free.
    """
    if port and not _listens(port):
        logger.warning("Port %d can't be used for metrics. It is tried again.", port)
        threading.Thread(target=_keep_trying, args=(port,), name="metrics", daemon=True).start()


def _keep_trying(port: int) -> None:
    while not _listens(port):
        time.sleep(SECONDS_TO_NEXT_TRY)


def _listens(port: int) -> bool:
    try:
        start_http_server(port, settings.METRICS_ADDRESS, REGISTRY)
    except OSError:
        return False
    return True
