"""Verify the keys the store holds: open, ask the service, remember what it said."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from admin_portal.encryption import UnreadableError
from admin_portal.meanwhile import Meanwhile
from admin_portal.monitoring.request_ids import current_or_new
from api_keys.contract import STATUS, Answer, Cause, Environment, Verdict
from api_keys.store_configuration import metrics, verification_log
from api_keys.store_configuration.announcing import announce
from api_keys.store_configuration.breaker import breaker_for
from api_keys.store_configuration.client import check_key
from api_keys.store_configuration.held_keys import HeldKey, held_key
from api_keys.store_configuration.last_verifications import watch_and_last
from api_keys.store_configuration.models import GlobalSettings, KeyWatch, LastVerification
from api_keys.store_configuration.pasting import is_malformed

logger = logging.getLogger(__name__)

REMEMBER_AGAIN_AFTER = timedelta(minutes=1)
"""An unchanged judgement is written no more often than this, so that visits cost no writes."""


class Occasion(StrEnum):
    """Why a key is verified."""

    VISIT = "visit"
    SAVE = "save"
    JOB = "job"
    COMMAND = "command"
    TEST = "test"


@dataclass(frozen=True)
class KeyVerification:
    """What one verification found.

    `environment` is the one asked about, `key_environment` the key's own where the service says
    so. `held` is None only when the verdict is MISSING. `last` is what was known before, of this
    very key. `request_id` stands in our log, and in the service's if it was asked. `is_news` says
    that administrators may have been told.
    """

    environment: Environment
    verdict: Verdict
    verified_at: datetime
    held: HeldKey | None = None
    last: LastVerification | None = None
    key_environment: Environment | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    cause: Cause | None = None
    detail: str = ""
    request_id: str = ""
    milliseconds: int = 0
    is_news: bool = False

    @property
    def is_in_grace(self) -> bool:
        """Tell whether an outage may be passed over: this key was found valid a moment ago."""
        if self.verdict is not Verdict.UNAVAILABLE or self.last is None:
            return False
        age = self.verified_at - self.last.verified_at
        was_valid = self.last.verdict == Verdict.VALID
        # Not before it, either: a clock that was set back would make the grace longer.
        in_time = timedelta(0) <= age < timedelta(seconds=settings.KEY_VALIDATION_GRACE)
        return was_valid and in_time

    @property
    def grace_ends_at(self) -> datetime | None:
        """Return when the grace ends if the service doesn't answer until then."""
        if self.last is None:
            return None
        end = self.last.verified_at + timedelta(seconds=settings.KEY_VALIDATION_GRACE)
        return min(end, self.last.expires_at or end)

    @property
    def known_expiry(self) -> datetime | None:
        """Return until when the key is good, as far as is known; None for one that isn't."""
        if self.verdict is Verdict.VALID:
            return self.expires_at
        return self.last.expires_at if self.last and self.is_in_grace else None


def verify_stored_key(
    environment: Environment,
    occasion: Occasion,
    user: User | None = None,
    *,
    global_settings: GlobalSettings | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> KeyVerification:
    """Verify the key held for `environment`, now. Nothing the service does makes this raise.

    `user` is whoever caused it; None: a job, or somebody at the server's command line. Who has
    read the Global Settings already hands them over. `meanwhile` must not raise, and is called
    while the service prepares its answer, if it is asked.
    """
    asked_at = timezone.now()
    # Who saved a key or tests the connection wants to know, and is worth the wait.
    insists = occasion is not Occasion.VISIT
    said, watch = _verify(environment, current_or_new(), meanwhile, insists=insists)
    is_answered = said.verdict in STATUS
    verification = _with_known_expiry(said)
    metrics.count_verification(environment, verification.verdict, verification.cause)
    if said.held is not None and is_answered:
        _remember(said.held, verification, asked_at)
    in_detail = (global_settings or GlobalSettings.current()).debug_logging
    _tell_the_server_log(verification, occasion, user, in_detail=in_detail)
    verification_log.record(verification, occasion, user, in_detail=in_detail)
    is_news = announce(verification, watch, asked_at=asked_at, is_answered=is_answered)
    return replace(verification, is_news=True) if is_news else verification


def known_verdict(
    held: HeldKey | None, last: LastVerification | None, now: datetime
) -> Verdict | None:
    """Return what is known of a key without asking the service; None if it never answered."""
    if held is None:
        return Verdict.MISSING
    key = _opened(held)
    if isinstance(key, Verdict):
        return key
    if last is None:
        return None
    return Verdict.EXPIRED if _has_expired(last, now) else Verdict(last.verdict)


def _verify(
    environment: Environment,
    request_id: str,
    meanwhile: Callable[[], None] | None,
    *,
    insists: bool,
) -> tuple[KeyVerification, KeyWatch | None]:
    """Return what was found, and what administrators were told of the environment's key."""
    started = time.monotonic()
    held = held_key(environment)
    known = Meanwhile(partial(watch_and_last, environment, held))

    def prepare() -> None:
        known.begin()
        if meanwhile:
            meanwhile()

    answer = _ask_about(held, request_id, prepare, insists=insists)
    if answer.verdict is Verdict.UNAVAILABLE:
        # Read only now: a bad verdict that another visit heard during this call ends the grace.
        watch, last = watch_and_last(environment, held)
    else:
        watch, last = known.result()
    verification = KeyVerification(
        environment=environment,
        verdict=answer.verdict,
        verified_at=timezone.now(),
        held=held,
        last=last,
        key_environment=answer.environment,
        expires_at=answer.expires_at,
        revoked_at=answer.revoked_at,
        cause=answer.cause,
        detail=answer.detail,
        request_id=request_id,
        milliseconds=round(1000 * (time.monotonic() - started)),
    )
    return verification, watch


def _ask_about(
    held: HeldKey | None, request_id: str, meanwhile: Callable[[], None], *, insists: bool
) -> Answer:
    if held is None:
        return Answer(Verdict.MISSING)
    key = _opened(held)
    if isinstance(key, Verdict):
        return Answer(key)
    ask = partial(
        check_key,
        key,
        environment=held.environment,
        request_id=request_id,
        meanwhile=meanwhile,
    )
    return breaker_for(held.environment).call(ask, insists=insists)


def _opened(held: HeldKey) -> str | Verdict:
    """Return the key itself, or what is wrong with it whatever the service would say."""
    try:
        key = held.open()
    except UnreadableError:
        return Verdict.UNREADABLE
    return Verdict.MALFORMED if is_malformed(key) else key


def _with_known_expiry(verification: KeyVerification) -> KeyVerification:
    """A date that has passed closes the channel, even when the service can't say so any more."""
    last = verification.last
    if verification.verdict is not Verdict.UNAVAILABLE or last is None:
        return verification
    if not _has_expired(last, verification.verified_at):
        return verification
    return replace(verification, verdict=Verdict.EXPIRED, expires_at=last.expires_at, cause=None)


def _has_expired(last: LastVerification, now: datetime) -> bool:
    is_past = last.expires_at is not None and now >= last.expires_at
    return last.verdict == Verdict.VALID and is_past


def _tell_the_server_log(
    verification: KeyVerification, occasion: Occasion, user: User | None, *, in_detail: bool
) -> None:
    held, last = verification.held, verification.last
    logger.log(
        logging.WARNING if verification.verdict is Verdict.UNAVAILABLE else logging.INFO,
        "key verification: environment=%s verdict=%s cause=%s detail=%r fingerprint=%s ms=%d"
        " occasion=%s request=%s",
        verification.environment,
        verification.verdict,
        verification.cause or "-",
        verification.detail,
        held.fingerprint if held else "-",
        verification.milliseconds,
        occasion,
        verification.request_id,
    )
    if in_detail:
        logger.info(
            "key verification in detail: request=%s user=%r service=%s locked_by=%s"
            " key_environment=%s expires_at=%s last_verdict=%s last_verified_at=%s in_grace=%s",
            verification.request_id,
            user.get_username() if user else "-",
            settings.KEY_VALIDATION_URLS[verification.environment],
            (held and held.locked_by) or "-",
            verification.key_environment or "-",
            verification.expires_at or "-",
            last.verdict if last else "-",
            last.verified_at if last else "-",
            verification.is_in_grace,
        )


def _remember(held: HeldKey, verification: KeyVerification, asked_at: datetime) -> None:
    last = verification.last
    if (
        last is not None
        and timedelta(0) <= verification.verified_at - last.verified_at < _remember_again_after()
        and last.verdict == verification.verdict
        and last.expires_at == verification.expires_at
    ):
        return
    found = {
        "verdict": verification.verdict,
        "verified_at": verification.verified_at,
        "expires_at": verification.expires_at,
    }
    key = {"environment": held.environment, "fingerprint": held.fingerprint}
    rows = LastVerification.objects.filter(**key)
    if verification.verdict is Verdict.VALID:
        # Of two visits at once, one may hear "valid" just before the key is deleted and write it
        # down after the other has written "revoked". What is good already, and noted before a
        # clock was set back, stands in nobody's way.
        is_from_the_future = Q(verdict=Verdict.VALID, verified_at__gt=verification.verified_at)
        rows = rows.filter(Q(verified_at__lte=asked_at) | is_from_the_future)
    if not rows.update(**found):
        LastVerification.objects.bulk_create(
            [LastVerification(**key, **found)], ignore_conflicts=True
        )


def _remember_again_after() -> timedelta:
    # With a short grace, a minute-old note would count as too old.
    return min(REMEMBER_AGAIN_AFTER, timedelta(seconds=settings.KEY_VALIDATION_GRACE / 5))
