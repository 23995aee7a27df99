"""What the library keeps of second factors: who has some, whether they can be read, re-encryption.

They can't where an encryption key was dropped that was still needed.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import timezone

from admin_portal import encryption

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_COMPLAINTS = 3600

_SECRETS = ("secret", "seed")
"""In an authenticator's data: of an app, and of recovery codes. Passkeys have none."""


def has_second_factor(user: User) -> bool:
    """Tell whether signing in as `user` takes more than a password."""
    return second_factors().filter(user=user).exists()


def had_second_factor(user: User) -> bool:
    """Tell the same as of when the request began, which is known of who is signed in."""
    known = getattr(user, "had_second_factor", None)
    return has_second_factor(user) if known is None else bool(known)


def second_factors() -> QuerySet[Any]:
    """Return everybody's apps and passkeys. Recovery codes only stand in for them."""
    first = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    found: QuerySet[Any] = Authenticator.objects.filter(type__in=first)
    return found


def is_second_factor_required() -> bool:
    """Tell whether everybody who signs in to this site has to have one."""
    return bool(settings.SECOND_FACTOR_REQUIRED)


def with_secrets() -> QuerySet[Any]:
    found: QuerySet[Any] = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    return found


def re_encrypted(data: dict[str, Any]) -> dict[str, Any] | None:
    """Return an authenticator's data, its secrets encrypted with the first key.

    None when none of today's encryption keys opens one of them.
    """
    renewed = {name: encryption.re_encrypted(data[name]) for name in _SECRETS if name in data}
    return None if None in renewed.values() else {**data, **renewed}


def is_readable(factor: Authenticator) -> bool:
    return re_encrypted(factor.data) is not None


def use_up_code(app: Authenticator) -> bool:
    """Note that the app's code of this period was given. Returns False if it was before.

    There is one code in each period (MFA_TOTP_TOLERANCE is 0), so when is enough.
    """
    now = timezone.now()
    begun = now - timedelta(seconds=now.timestamp() % app_settings.TOTP_PERIOD)
    fresh = Q(last_used_at=None) | Q(last_used_at__lt=begun)
    return bool(Authenticator.objects.filter(fresh, pk=app.pk).update(last_used_at=now))


def types_of(user: User) -> tuple[set[str], set[str]]:
    """Return which types of factors of `user` work, and which can't be read.

    Each that can't is an error in the log, but only once an hour: people try again and again.
    """
    factors = list(Authenticator.objects.filter(user=user))
    unreadable = [factor for factor in factors if not is_readable(factor)]
    for factor in unreadable:
        if cache.add(f"unreadable-factor-{factor.pk}", True, SECONDS_BETWEEN_COMPLAINTS):
            logger.error(
                "User %s can't use %s: no key of %s_ENCRYPTION_KEYS opens second factor %s.",
                user.pk,
                factor.type,
                settings.PREFIX,
                factor.pk,
            )
    types = {factor.type for factor in unreadable}
    return {factor.type for factor in factors} - types, types
