"""Tell administrators once when the verdict on a key changes, and of an outage that lasts.

Each change is an UPDATE with a condition, and what is told is written in the same transaction. So
of several who find the same at once one tells it, and what could not be told is told the next time.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from admin_portal.notifications.models import Notification, Severity
from admin_portal.notifications.telling import notify
from api_keys.contract import Cause, Environment, Verdict
from api_keys.store_configuration.held_keys import HeldKey, held_key
from api_keys.store_configuration.models import GlobalSettings, KeyWatch
from api_keys.store_configuration.permissions import SAVE, SEE

if TYPE_CHECKING:
    from api_keys.store_configuration.verification import KeyVerification

logger = logging.getLogger(__name__)

SHORTEST_OUTAGE = timedelta(minutes=5)
"""Anything shorter is no news, even when there is no grace."""

MOST_CHANGES = 4
"""Of one key's verdict, told within CHANGES_WITHIN. What comes beyond them is told later, if it is
true then: a service of two minds about a key would send e-mails with each visit, and so would two
processes of ours, one of which was not restarted with the new key."""

CHANGES_WITHIN = timedelta(hours=1)

CHANGES = [f"store_configuration.{kind}" for kind in ("key_stopped_working", "key_works_again")]


def announce(
    verification: KeyVerification,
    watch: KeyWatch | None,
    *,
    asked_at: datetime,
    is_answered: bool,
) -> bool:
    """Tell what is new about a held key. Whatever goes wrong with that is logged, never raised.

    Return whether anything may have been told.

    `watch` is the environment's, if it has one, as read after the verification. `is_answered` says
    whether the service itself gave the verdict.
    """
    try:
        return _announce(verification, watch, asked_at, is_answered)
    except Exception:
        # Whatever it is, the verdict stands, and the visit must not fail for an e-mail.
        logger.exception("What was found of the %s key was not told.", verification.environment)
        return True


def tell(
    kind: str,
    environment: Environment,
    held: HeldKey | None,
    *,
    severity: Severity,
    page: str = "api_keys",
    once: str | None = None,
    **detail: Any,
) -> bool:
    """Notify whoever may see the keys, and by e-mail whoever may change them.

    `page` is the name of the one where something can be done about it.
    """
    return notify(
        f"store_configuration.{kind}",
        severity=severity,
        permission=SEE,
        mail_permission=SAVE,
        link=reverse(page),
        once=once,
        detail={
            "environment": environment,
            "fingerprint": fingerprint_of(held),
            "locked_by": held.locked_by if held else "",
            **detail,
        },
    )


def fingerprint_of(held: HeldKey | None) -> str:
    return held.fingerprint if held else ""


def _announce(
    verification: KeyVerification, watch: KeyWatch | None, asked_at: datetime, is_answered: bool
) -> bool:
    if watch is None:
        if verification.held is None:
            return False  # a store that never had a key misses none
        watch, _is_new = KeyWatch.objects.get_or_create(environment=verification.environment)
    if verification.verdict is Verdict.UNAVAILABLE:
        _note_outage(watch, verification)
        return True
    is_outage_over = is_answered and watch.unavailable_since is not None
    found = fingerprint_of(verification.held), verification.verdict
    is_change = (watch.fingerprint, watch.verdict) != found
    if is_outage_over:
        _end_outage(watch, verification)
    if is_change:
        _change_verdict(watch, verification, asked_at)
    return is_outage_over or is_change


def _change_verdict(watch: KeyWatch, verification: KeyVerification, asked_at: datetime) -> None:
    fingerprint = fingerprint_of(verification.held)
    is_same_key = watch.fingerprint == fingerprint
    is_good = verification.verdict is Verdict.VALID
    is_news = is_same_key or not is_good
    if is_news and _changes_told(verification) >= MOST_CHANGES:
        return
    rows = KeyWatch.objects.filter(
        pk=watch.pk, fingerprint=watch.fingerprint, verdict=watch.verdict
    )
    if is_good and watch.judged_at:
        # A slow answer from before the key was deleted does not make it good again.
        rows = rows.filter(judged_at__lte=asked_at)
    with transaction.atomic():
        if fingerprint_of(held_key(verification.environment)) != fingerprint:
            return  # it was replaced meanwhile
        if not rows.update(
            fingerprint=fingerprint,
            verdict=verification.verdict,
            judged_at=verification.verified_at,
            held_since=watch.held_since if is_same_key else verification.verified_at,
        ):
            return
        if not is_good:
            _tell_trouble(verification)
        elif is_same_key:
            _tell(verification, "key_works_again", Severity.NOTICE)


def _changes_told(verification: KeyVerification) -> int:
    return Notification.objects.filter(
        kind__in=CHANGES,
        created_at__gt=verification.verified_at - CHANGES_WITHIN,
        detail__environment=verification.environment,
        detail__fingerprint=fingerprint_of(verification.held),
    ).count()


def _note_outage(watch: KeyWatch, verification: KeyVerification) -> None:
    is_known_bad = (
        watch.fingerprint == fingerprint_of(verification.held) and watch.verdict != Verdict.VALID
    )
    if verification.cause is Cause.BUSY or is_known_bad:
        return
    rows = KeyWatch.objects.filter(
        pk=watch.pk, unavailable_since=watch.unavailable_since, is_outage_told=False
    )
    if watch.unavailable_since is None:
        rows.update(unavailable_since=verification.verified_at)
        return
    lasted = verification.verified_at - watch.unavailable_since
    grace = timedelta(seconds=settings.KEY_VALIDATION_GRACE)
    if watch.is_outage_told or lasted < max(grace, SHORTEST_OUTAGE):
        return
    with transaction.atomic():
        if rows.update(is_outage_told=True):
            _tell(
                verification,
                "service_unavailable",
                Severity.MAJOR,
                page="service_connection",
                since_at=watch.unavailable_since,
                cause=verification.cause,
            )


def _end_outage(watch: KeyWatch, verification: KeyVerification) -> None:
    rows = KeyWatch.objects.filter(
        pk=watch.pk,
        unavailable_since=watch.unavailable_since,
        is_outage_told=watch.is_outage_told,
    )
    with transaction.atomic():
        is_ended = rows.update(unavailable_since=None, is_outage_told=False)
        if is_ended and watch.is_outage_told:
            _tell(
                verification,
                "service_available_again",
                Severity.NOTICE,
                page="service_connection",
                since_at=watch.unavailable_since,
            )


def _tell_trouble(verification: KeyVerification) -> None:
    is_channel_closed = GlobalSettings.current().environment == verification.environment
    _tell(
        verification,
        "key_stopped_working",
        Severity.CRITICAL if is_channel_closed else Severity.MAJOR,
        verdict=verification.verdict,
        is_channel_closed=is_channel_closed,
    )


def _tell(verification: KeyVerification, kind: str, severity: Severity, **detail: Any) -> None:
    found = {"found_at": verification.verified_at, **detail}
    tell(kind, verification.environment, verification.held, severity=severity, **found)
