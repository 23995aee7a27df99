"""What the key-validation service counts, besides what both sites count."""

import functools
from datetime import datetime, timedelta

from django.db.models import Count, Q
from prometheus_client import Counter

from admin_portal.monitoring.metrics import REGISTRY, ExpiringKeys
from api_keys.commerce_account.models import IssuedKey
from api_keys.contract import Environment

_CHECKS = Counter(
    "commerce_checks",
    "Answers of the key-validation service: valid, or the slug of a problem.",
    ["environment", "outcome"],
    registry=REGISTRY,
)


def count_check(environment: Environment, outcome: str) -> None:
    """Count an answer to a check. `outcome` is "valid", or the slug of a problem."""
    _counter(environment, outcome).inc()


@functools.cache
def _counter(environment: Environment, outcome: str) -> Counter:
    # Looking it up by its labels would take longer than the counting.
    return _CHECKS.labels(environment, outcome)


def count_expiring_keys(now: datetime) -> dict[tuple[str, int], int]:
    """Return how many keys that count against the limit expire in so many days. One query."""
    longest = max(ExpiringKeys.DAYS)
    within = {
        f"within_{days}": Count("pk", filter=Q(expires_at__lte=now + timedelta(days=days)))
        for days in ExpiringKeys.DAYS
    }
    soon = IssuedKey.objects.live(now).filter(
        expires_at__gt=now, expires_at__lte=now + timedelta(days=longest)
    )
    rows = soon.values("environment").annotate(**within).values_list("environment", *within)
    found = {environment: counted for environment, *counted in rows}
    return {
        (environment.value, days): number
        for environment in Environment
        for days, number in zip(
            ExpiringKeys.DAYS, found.get(environment, [0] * len(within)), strict=True
        )
    }
