"""Failures to sign in lock an account, but not against addresses that its owner uses.

An address that signed in to an account before has failures of its own. All others share theirs:
a stranger can't lock the owner out, and nobody can guess for ever. An attempt is counted before
it is judged and given back if it was right, so that of many at once, too, only so many are judged.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from admin_portal.action_log.actions import Action, Result
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import Actor
from admin_portal.background_jobs import delete_in_batches
from admin_portal.entrance.models import Failures, Guarded, KnownAddress, Lock, LockMail
from admin_portal.networks import network_of

MOST_KNOWN_ADDRESSES = 50
"""Of one user. The one seen longest ago makes room, and is a stranger's from then on."""

UNKNOWN_NAMES = 100
"""Rows that stand for all names that nobody has: an attempt at one costs what any other does."""

KEPT = timedelta(days=7)
"""How long a lock that has ended is kept, for its e-mail's sake."""


@dataclass(frozen=True)
class Attempt:
    """One try. One that is not `is_admitted` fails, whatever was given."""

    guarded: Guarded
    address: str
    is_admitted: bool


@transaction.atomic
def begin_attempt(user: User | None, address: str, *, name: str = "") -> Attempt:
    """Count an attempt as failed until `give_back` says otherwise.

    `name` is what was typed where nobody is called so.
    """
    guarded, now, place = _hold(_name_of(user, name), user), timezone.now(), network_of(address)
    is_open = not _locks_against(guarded, place, now).exists()
    Failures.objects.filter(guarded=guarded, since__lte=now - _length()).delete()
    counted = _failures_beside(guarded, place).aggregate(all=Sum("number"))["all"] or 0
    is_admitted = is_open and counted < settings.LOCKOUT_FAILURES
    # Whether it is admitted must not show by how long it takes: locked is what many names that
    # nobody has are at once.
    here = Failures.objects.filter(guarded=guarded, address=place)
    if not here.update(number=F("number") + int(is_admitted)) and is_admitted:
        Failures.objects.create(guarded=guarded, address=place, since=now, number=1)
    return Attempt(guarded, place, is_admitted)


@transaction.atomic
def give_back(attempt: Attempt) -> None:
    """Take an attempt back that was right. What failed before it still counts."""
    _hold(attempt.guarded.name)
    if attempt.is_admitted:
        counted = Failures.objects.filter(guarded=attempt.guarded, address=attempt.address)
        counted.filter(number__gt=0).update(number=F("number") - 1)


@transaction.atomic
def fail(attempt: Attempt, action: Action, *, by: Actor) -> None:
    """Record an attempt that failed, and lock if it was one too many.

    What was typed where nobody is called so is not recorded: it may be a password.
    """
    guarded = _hold(attempt.guarded.name)
    now = timezone.now()
    failures = _failures_beside(guarded, attempt.address)
    counted = failures.aggregate(all=Sum("number"))["all"] or 0
    is_news = not _locks_against(guarded, attempt.address, now).exists()
    lock = None
    if attempt.is_admitted and is_news and counted >= settings.LOCKOUT_FAILURES:
        lock = Lock.objects.create(
            guarded=guarded,
            address=attempt.address if _is_known(guarded, attempt.address) else "",
            since=now,
            until=now + _length(),
            failures=counted,
            addresses=sorted(failures.values_list("address", flat=True)),
        )
        failures.delete()
    whose = guarded.user
    record(
        action,
        by=by,
        result=Result.FAILURE,
        user_name=whose.get_username() if whose else "",
        subject="" if whose else _("Unknown user name"),
    )
    if lock and whose:
        _tell(lock, whose, by)


def is_locked(user: User, address: str) -> bool:
    """Tell whether nothing that comes from this address opens the account now."""
    guarded = Guarded(name=_name_of(user), user=user)
    return _locks_against(guarded, network_of(address), timezone.now()).exists()


@transaction.atomic
def note_sign_in(user: User, address: str) -> None:
    """Forget the address's failures, and know it from now on."""
    guarded, place = _hold(_name_of(user), user), network_of(address)
    Failures.objects.filter(guarded=guarded, address=place).delete()
    KnownAddress.objects.update_or_create(
        user=user, address=place, defaults={"seen_at": timezone.now()}
    )
    latest = KnownAddress.objects.filter(user=user).order_by("-seen_at")
    kept = list(latest.values_list("pk", flat=True)[:MOST_KNOWN_ADDRESSES])
    KnownAddress.objects.filter(user=user).exclude(pk__in=kept).delete()


@transaction.atomic
def unlock(user: User, by: Actor) -> bool:
    """Open the account to all addresses again. Returns False if it was not locked."""
    guarded = _hold(_name_of(user), user)
    ended = active_locks().filter(guarded=guarded)
    if not ended.exists():
        return False
    ended.update(until=timezone.now())
    Failures.objects.filter(guarded=guarded).delete()
    record(Action.USER_UNLOCKED, by=by, subject=user.get_username())
    return True


def active_locks() -> QuerySet[Lock]:
    """Return what is locked now of accounts that exist."""
    return Lock.objects.filter(until__gt=timezone.now(), guarded__user__isnull=False)


def purge(now: datetime) -> None:
    """Delete what has no effect any more."""
    delete_in_batches(Failures.objects.filter(since__lte=now - _length()))
    delete_in_batches(Lock.objects.filter(until__lte=now - KEPT))
    old = now - timedelta(days=settings.RETENTION_DAYS)
    delete_in_batches(KnownAddress.objects.filter(seen_at__lte=old))


def _tell(lock: Lock, user: User, by: Actor) -> None:
    if user.email and user.is_active:
        LockMail.objects.create(lock=lock, recipient=user.email)
    changes = [
        Change(_("Failures"), "", str(lock.failures)),
        Change(_("Addresses"), "", ", ".join(lock.addresses)),
        Change(_("Locked until"), "", f"{lock.until:%Y-%m-%d %H:%M:%S} UTC"),
    ]
    nobody = replace(by, user=None)
    record(Action.ACCOUNT_LOCKED, by=nobody, subject=user.get_username(), changes=changes)


@contextmanager
def one_at_a_time(user: User) -> Iterator[None]:
    """Have whatever else comes in to this account wait."""
    with transaction.atomic():
        _hold(_name_of(user), user)
        yield


def _hold(name: str, user: User | None = None) -> Guarded:
    """Return the row of that name, which is ours until the transaction ends."""
    Guarded.objects.get_or_create(name=name, defaults={"user": user})
    rows = Guarded.objects.select_related("user").select_for_update(of=("self",))
    return rows.get(name=name)


def _name_of(user: User | None, typed: str = "") -> str:
    if user:
        return f"user {user.pk}"
    return f"nobody {zlib.crc32(typed.lower().encode()) % UNKNOWN_NAMES}"


def _is_known(guarded: Guarded, place: str) -> bool:
    return KnownAddress.objects.filter(user=guarded.user_id, address=place).exists()


def _failures_beside(guarded: Guarded, place: str) -> QuerySet[Failures]:
    """Return the failures that count together with this address's."""
    failures = Failures.objects.filter(guarded=guarded)
    if _is_known(guarded, place):
        return failures.filter(address=place)
    known = KnownAddress.objects.filter(user=guarded.user_id)
    return failures.exclude(address__in=known.values("address"))


def _locks_against(guarded: Guarded, place: str, now: datetime) -> QuerySet[Lock]:
    side = place if _is_known(guarded, place) else ""
    return Lock.objects.filter(guarded=guarded, address=side, until__gt=now)


def _length() -> timedelta:
    return timedelta(minutes=settings.LOCKOUT_MINUTES)
