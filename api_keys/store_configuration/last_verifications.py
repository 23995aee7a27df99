"""What the service said last about keys, read for all who ask. `verification` writes it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet, Subquery

from admin_portal.prepared import prepared
from api_keys.contract import Environment
from api_keys.store_configuration.held_keys import HeldKey
from api_keys.store_configuration.models import KeyWatch, LastVerification


def last_verification(held: HeldKey | None) -> LastVerification | None:
    """Return what the service said last about this very key, if it ever did."""
    return last_verifications([held]).get(held.environment) if held else None


def last_verifications(held: Iterable[HeldKey]) -> dict[Environment, LastVerification]:
    """Return what the service said last about each of these keys, in one query."""
    about = {(key.environment.value, key.fingerprint) for key in held}
    found = _about(*map(list, zip(*about, strict=True))) if about else []
    return {
        Environment(last.environment): last
        for last in found
        if (last.environment, last.fingerprint) in about
    }


@prepared
def _about(environments: list[Any], fingerprints: list[Any]) -> QuerySet[LastVerification]:
    return LastVerification.objects.filter(
        environment__in=environments, fingerprint__in=fingerprints
    )


def watch_and_last(
    environment: Environment, held: HeldKey | None
) -> tuple[KeyWatch | None, LastVerification | None]:
    """Return the environment's watch, and what the service said last of the key. One query.

    Two where the environment has no watch yet, as before its first verification.
    """
    fingerprint = held.fingerprint if held else ""
    watch: Any = next(iter(_watch_and_last(environment.value, fingerprint)), None)
    if watch is None:
        return None, last_verification(held)
    if watch.last_at is None:
        return watch, None
    last = LastVerification(
        environment=environment.value,
        fingerprint=fingerprint,
        verdict=watch.last_verdict,
        verified_at=watch.last_at,
        expires_at=watch.last_expires_at,
    )
    return watch, last


@prepared
def _watch_and_last(environment: Any, fingerprint: Any) -> QuerySet[KeyWatch]:
    last = LastVerification.objects.filter(environment=environment, fingerprint=fingerprint)
    return KeyWatch.objects.filter(environment=environment).annotate(
        last_verdict=Subquery(last.values("verdict")),
        last_at=Subquery(last.values("verified_at")),
        last_expires_at=Subquery(last.values("expires_at")),
    )
