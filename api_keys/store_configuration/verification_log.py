"""The log of key verifications, written without keeping a visit waiting.

Equal results of a minute are one row with a count. They are counted in memory and written down
every FLUSH_SECONDS by a thread, and as the process ends; a crash loses what was counted since.
Where no such thread runs, as in commands and jobs, each is written at once.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least

from admin_portal.background_jobs import delete_in_batches
from admin_portal.background_writing import write_regularly
from api_keys.store_configuration.models import GlobalSettings, LogLifetime, VerificationRecord

if TYPE_CHECKING:
    from api_keys.store_configuration.verification import KeyVerification, Occasion

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 2.0
MOST_KEPT = 10_000
"""Rows kept in memory while they can't be written. What comes beyond them is lost."""


@dataclass
class _Counted:
    """Equal results. `about` are the columns that they have in common."""

    about: dict[str, Any]
    first: datetime
    last: datetime
    times: int
    total: int
    slowest: int

    def add(self, other: _Counted) -> None:
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)
        self.times += other.times
        self.total += other.total
        self.slowest = max(self.slowest, other.slowest)


_lock = threading.Lock()
_flushing = threading.Lock()
_counted: dict[str, _Counted] = {}
_has_thread = False


def record(
    verification: KeyVerification, occasion: Occasion, user: User | None, *, in_detail: bool
) -> None:
    """Count a verification, or note it `in_detail` on its own."""
    about = {
        "environment": verification.environment.value,
        "verdict": verification.verdict.value,
        "cause": verification.cause.value if verification.cause else "",
        "fingerprint": verification.held.fingerprint if verification.held else "",
        "occasion": occasion.value,
        "user_id": user.pk if user else None,
    }
    if in_detail:
        once = uuid4().hex
        about |= {"detail": verification.detail[:200], "request_id": verification.request_id}
    else:
        once = " ".join(map(str, (f"{verification.verified_at:%Y-%m-%dT%H:%M}", *about.values())))
    about["user_name"] = user.get_username() if user else ""
    at, took = verification.verified_at, verification.milliseconds
    with _lock:
        _add(once, _Counted(about, at, at, 1, took, took))
    if not _has_thread:
        flush()


def flush() -> None:
    """Write down what was counted. What can't be written is kept for the next time."""
    global _counted
    with _flushing:
        with _lock:
            taken, _counted = _counted, {}
        try:
            if taken:
                _write(taken)
        except Exception:
            # Whatever it is: neither a visit nor the thread may end with it.
            logger.exception(
                "The log of key verifications could not be written; it is kept for the next time."
            )
            with _lock:
                for once, counted in taken.items():
                    _add(once, counted)


def forget() -> None:
    """Drop what was counted and not yet written."""
    with _lock:
        _counted.clear()


def write_in_background() -> threading.Event:
    """Leave the writing to a thread until the event is set, and to the end of the process."""
    global _has_thread
    _has_thread = True
    return write_regularly(flush, seconds=FLUSH_SECONDS, name="verification log")


def purge_verification_log(now: datetime) -> None:
    """Delete what is older than *Clear Log History* says."""
    before = now - LogLifetime(GlobalSettings.current().clear_log_history).lifetime
    delete_in_batches(VerificationRecord.objects.filter(started_at__lt=before))


def _add(once: str, counted: _Counted) -> None:
    if once in _counted:
        _counted[once].add(counted)
    elif len(_counted) < MOST_KEPT:
        _counted[once] = counted
    else:
        logger.error("The log of key verifications is full in memory; one is lost: %s.", once)


@transaction.atomic
def _write(counted: dict[str, _Counted]) -> None:
    """Add what one process counted to what all of them have written.

    A row starts with nothing counted and is then added to, whoever made it. In one order for all:
    of two processes, neither waits for the other in vain.
    """
    user_pks = {each.about["user_id"] for each in counted.values()}
    users = set(User.objects.filter(pk__in=user_pks - {None}).values_list("pk", flat=True))
    in_order = sorted(counted.items())
    VerificationRecord.objects.bulk_create(
        [_nothing_yet(once, each, users) for once, each in in_order], ignore_conflicts=True
    )
    for once, each in in_order:
        VerificationRecord.objects.filter(once=once).update(
            started_at=Least("started_at", each.first),
            last_at=Greatest("last_at", each.last),
            times=F("times") + each.times,
            total_milliseconds=F("total_milliseconds") + each.total,
            slowest_milliseconds=Greatest("slowest_milliseconds", each.slowest),
        )


def _nothing_yet(once: str, counted: _Counted, users: set[int]) -> VerificationRecord:
    # Somebody deleted meanwhile keeps their name.
    user_pk = counted.about["user_id"] if counted.about["user_id"] in users else None
    return VerificationRecord(
        **counted.about | {"user_id": user_pk},
        once=once,
        started_at=counted.first,
        last_at=counted.last,
        times=0,
        total_milliseconds=0,
        slowest_milliseconds=0,
    )
