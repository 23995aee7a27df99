"""Verify stored keys: decrypt, ask the service, remember what it said."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from api_keys.contract import STATUS, Answer, Environment, Verdict
from api_keys.store_configuration.client import check_key
from api_keys.store_configuration.encryption import UnreadableError, decrypt
from api_keys.store_configuration.models import StoredKey

logger = logging.getLogger(__name__)

REMEMBER_AGAIN_AFTER = timedelta(minutes=1)
"""An unchanged judgement is written no more often than this, so that visits cost no writes."""


@dataclass(frozen=True)
class KeyVerification:
    """What one verification found.

    `environment` is the one asked about, `key_environment` the key's own where the service says
    so. `stored` is None only when the verdict is MISSING. `cause` is for the log.
    """

    environment: Environment
    verdict: Verdict
    verified_at: datetime
    stored: StoredKey | None = None
    key_environment: Environment | None = None
    expires_at: datetime | None = None
    cause: str = ""


def verify_stored_key(environment: Environment) -> KeyVerification:
    """Verify the key stored for `environment`, now. Nothing the service does makes this raise."""
    started = time.monotonic()
    stored = StoredKey.objects.of(environment)
    answer = _ask_about(stored, environment)
    verification = KeyVerification(
        environment=environment,
        verdict=answer.verdict,
        verified_at=timezone.now(),
        stored=stored,
        key_environment=answer.environment,
        expires_at=answer.expires_at,
        cause=answer.cause,
    )
    if stored is not None and answer.verdict in STATUS:
        _remember(stored, verification)
    logger.log(
        logging.WARNING if answer.verdict is Verdict.UNAVAILABLE else logging.INFO,
        "key verification: environment=%s verdict=%s cause=%r fingerprint=%s ms=%d",
        environment,
        answer.verdict,
        answer.cause,
        stored.fingerprint if stored else "",
        1000 * (time.monotonic() - started),
    )
    return verification


def _ask_about(stored: StoredKey | None, environment: Environment) -> Answer:
    if stored is None:
        return Answer(Verdict.MISSING)
    try:
        key = decrypt(stored.ciphertext)
    except UnreadableError:
        return Answer(Verdict.UNREADABLE)
    return check_key(key, environment=environment)


def _remember(stored: StoredKey, verification: KeyVerification) -> None:
    is_recent = (
        stored.verified_at is not None
        and verification.verified_at - stored.verified_at < REMEMBER_AGAIN_AFTER
    )
    if (
        is_recent
        and stored.verdict == verification.verdict
        and stored.expires_at == verification.expires_at
    ):
        return
    # Only if it is still this key: another administrator may have stored a new one meanwhile.
    StoredKey.objects.filter(pk=stored.pk, fingerprint=stored.fingerprint).update(
        verdict=verification.verdict,
        verified_at=verification.verified_at,
        expires_at=verification.expires_at,
    )
