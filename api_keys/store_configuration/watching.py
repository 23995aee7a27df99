"""The jobs that look after the held keys. What is due is read from the database."""

from datetime import datetime, timedelta

from django.conf import settings

from admin_portal.monitoring.metrics import ExpiringKeys
from admin_portal.notifications.models import Severity
from api_keys.contract import Environment, Verdict
from api_keys.store_configuration.announcing import fingerprint_of, tell
from api_keys.store_configuration.expiries import expiry_at
from api_keys.store_configuration.held_keys import HeldKey, held_keys
from api_keys.store_configuration.last_verifications import last_verification, last_verifications
from api_keys.store_configuration.models import KeyWatch, LastVerification
from api_keys.store_configuration.verification import (
    Occasion,
    verify_stored_key,
)

RETRY_AFTER = timedelta(minutes=5)
"""While the service does not answer, or nothing is known of a key yet."""

SEVERITIES = {30: Severity.NOTICE, 14: Severity.MINOR, 7: Severity.MAJOR, 1: Severity.CRITICAL}


def verify_held_keys(now: datetime) -> int:
    """Verify each held key that nobody has asked about for a while; return how many were.

    However many do this at once, each key is verified by the one that claimed it.
    """
    return sum(_verify(environment, held, now) for environment, held in held_keys().items())


def tell_of_expiries(now: datetime) -> int:
    """Tell of each held key that has come to a rung, once for each; return how many were told.

    Of several rungs that have passed since this last ran, only the last counts. One that had
    passed before the key was first held counts for nothing: who stored it saw its date.
    """
    return sum(_tell_of_expiry(environment, held, now) for environment, held in held_keys().items())


def count_expiring_keys(now: datetime) -> dict[tuple[str, int], int]:
    """Return how many held keys, of each environment one at most, expire in so many days."""
    held = [key for key in held_keys().values() if key]
    known = last_verifications(held)
    return {
        (environment.value, days): int(_expires_within(days, known.get(environment), now))
        for environment in Environment
        for days in ExpiringKeys.DAYS
    }


def _expires_within(days: int, last: LastVerification | None, now: datetime) -> bool:
    if last is None or last.verdict != Verdict.VALID or last.expires_at is None:
        return False
    return timedelta(0) < last.expires_at - now <= timedelta(days=days)


def _verify(environment: Environment, held: HeldKey | None, now: datetime) -> bool:
    watch = KeyWatch.objects.filter(environment=environment).first()
    if watch is None:
        if held is None:
            return False
        watch, _is_new = KeyWatch.objects.get_or_create(environment=environment)
    if not _is_due(watch, held, last_verification(held), now):
        return False
    unclaimed = KeyWatch.objects.filter(pk=watch.pk, asked_at=watch.asked_at)
    if not unclaimed.update(asked_at=now):
        return False
    verify_stored_key(environment, Occasion.JOB)
    return True


def _is_due(
    watch: KeyWatch, held: HeldKey | None, last: LastVerification | None, now: datetime
) -> bool:
    asked = [at for at in (watch.asked_at, last.verified_at if last else None) if at]
    if not asked or _expired_since(last, max(asked), now):
        return True
    pause = timedelta(minutes=settings.KEY_VERIFICATION_MINUTES)
    if watch.unavailable_since or watch.fingerprint != fingerprint_of(held):
        pause = min(pause, RETRY_AFTER)
    # A clock that was set back must not keep the job from running for as long.
    return abs(now - max(asked)) >= pause


def _expired_since(last: LastVerification | None, asked_at: datetime, now: datetime) -> bool:
    return last is not None and last.expires_at is not None and asked_at < last.expires_at <= now


def _tell_of_expiry(environment: Environment, held: HeldKey | None, now: datetime) -> bool:
    last = last_verification(held)
    watch = KeyWatch.objects.filter(
        environment=environment, fingerprint=fingerprint_of(held)
    ).first()
    if last is None or last.verdict != Verdict.VALID or watch is None or watch.held_since is None:
        return False
    expiry = expiry_at(last.expires_at, now)
    if expiry is None or watch.held_since >= expiry.passed_rung_at:
        return False
    return tell(
        "key_expires_soon",
        environment,
        held,
        severity=SEVERITIES[expiry.rung],
        # By the day: a service that reckons with what is left says another second each time.
        once=f"expires:{environment}:{last.fingerprint}:{expiry.at:%Y%m%d}:{expiry.rung}",
        days=expiry.days_left,
        expires_at=expiry.at,
    )
