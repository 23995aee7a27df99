"""Issue, reveal, revoke and check keys. Nothing else writes them; each change leaves an event."""

import hashlib
import hmac
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from api_keys.commerce_account.models import Company, IssuedKey, KeyEvent
from api_keys.contract import (
    Answer,
    Environment,
    Verdict,
    fingerprint,
    generate_key,
    last_four,
)


def default_expiry(now: datetime) -> datetime | None:
    """Return when a key made at `now` expires, or None where keys never do."""
    days = settings.ISSUED_KEY_LIFETIME_DAYS
    return now + timedelta(days=days) if days else None


@transaction.atomic
def issue_key(
    company: Company,
    environment: Environment,
    description: str,
    *,
    actor: User | None,
    expires_at: datetime | None,
) -> tuple[IssuedKey, str]:
    """Issue a key to `company`. Returns the row and the key itself, which the row hides."""
    key = generate_key(environment)
    issued = IssuedKey.objects.create(
        company=company,
        environment=environment,
        description=description,
        digest=_digest(key),
        ciphertext=_cipher().encrypt(key.encode()).decode(),
        fingerprint=fingerprint(key),
        last_four=last_four(key),
        created_by=actor,
        expires_at=expires_at,
    )
    KeyEvent.objects.create(key=issued, kind=KeyEvent.Kind.ISSUED, actor=actor)
    return issued, key


def reveal_key(issued: IssuedKey, *, actor: User) -> str:
    """Open the copy kept for the key's owner. The caller has to show it to nobody else.

    Raises InvalidToken when none of today's encryption keys opens it, or when it was revoked.
    """
    key = _cipher().decrypt(issued.ciphertext.encode()).decode()
    KeyEvent.objects.create(key=issued, kind=KeyEvent.Kind.REVEALED, actor=actor)
    return key


@transaction.atomic
def revoke_key(issued: IssuedKey, *, actor: User) -> bool:
    """Revoke at once and for good: the copy kept for the owner goes too.

    Returns False, and changes nothing, when the key was revoked before.
    """
    changed = IssuedKey.objects.filter(pk=issued.pk, revoked_at=None).update(
        revoked_at=timezone.now(), ciphertext=""
    )
    if changed:
        KeyEvent.objects.create(key=issued, kind=KeyEvent.Kind.REVOKED, actor=actor)
    return bool(changed)


def check_key(key: str, environment: Environment) -> Answer:
    """Say whether `key` is good for `environment`, now.

    The digest comes first: nothing about a key's state is told to anyone who can't send that very
    key. A revoked or expired key of the other environment is called revoked or expired, because
    that is what its holder has to mend.
    """
    issued = IssuedKey.objects.filter(digest=_digest(key)).first()
    if issued is None:
        return Answer(Verdict.INVALID)
    return Answer(
        _verdict_on(issued, environment),
        environment=Environment(issued.environment),
        fingerprint=issued.fingerprint,
        expires_at=issued.expires_at,
    )


def _verdict_on(issued: IssuedKey, environment: Environment) -> Verdict:
    if issued.revoked_at is not None:
        return Verdict.REVOKED
    if issued.is_expired(timezone.now()):
        return Verdict.EXPIRED
    if issued.environment != environment:
        return Verdict.WRONG_ENVIRONMENT
    return Verdict.VALID


def _digest(key: str) -> str:
    # A fast keyed digest is right here: the key is 190 random bits, so that there is nothing a
    # slow password hash would protect.
    return hmac.new(settings.DIGEST_KEY.encode(), key.encode(), hashlib.sha256).hexdigest()


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
