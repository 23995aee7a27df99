"""What is counted of the verifications of held keys, besides what both sites count."""

from collections.abc import Callable

from prometheus_client import Counter, Gauge, Histogram

from admin_portal.monitoring.metrics import REGISTRY, SECONDS
from api_keys.contract import Cause, Environment, Verdict

_VERIFICATIONS = Counter(
    "commerce_verifications",
    "Verifications of held keys, by what they found; cause: why there was no answer.",
    ["environment", "verdict", "cause"],
    registry=REGISTRY,
)
_CALL_SECONDS = Histogram(
    "commerce_verification_call_seconds",
    "Time of a call to the key-validation service.",
    ["environment"],
    buckets=SECONDS,
    registry=REGISTRY,
)
_BREAKER_OPEN = Gauge(
    "commerce_breaker_open",
    "1 while visits are not kept waiting for a service that hangs.",
    ["environment"],
    registry=REGISTRY,
)


def count_verification(environment: Environment, verdict: Verdict, cause: Cause | None) -> None:
    _VERIFICATIONS.labels(environment, verdict, cause or "").inc()


def observe_call(environment: Environment, seconds: float) -> None:
    _CALL_SECONDS.labels(environment).observe(seconds)


def watch_breaker(environment: Environment, is_open: Callable[[], bool]) -> None:
    _BREAKER_OPEN.labels(environment).set_function(is_open)
