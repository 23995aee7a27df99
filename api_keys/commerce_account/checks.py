"""System checks of the Commerce account: an unsafe setting stops the start, by its name."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from admin_portal.settings.base import LOOPBACK_HOSTS
from admin_portal.settings.valkey import redis_url

_BOUNDS = {
    "LIVE_KEYS_PER_ENVIRONMENT": (1, 10_000),
    "LIMIT_PER_KEY": (0, 1_000_000_000),
    "LIMIT_PER_ADDRESS": (0, 1_000_000_000),
    "LIMIT_FAILED_ATTEMPTS": (0, 1_000_000_000),
    "LIMIT_LEAK_REPORTS": (0, 1_000_000_000),
    "ROLL_GRACE_SECONDS": (0, 86_400),
    "USAGE_FLUSH_SECONDS": (1, 60),
}


@register
def check_issuing_settings(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if len(settings.DIGEST_KEY) < 32:
        found.append(
            Error(
                "ACCOUNT_DIGEST_KEY is shorter than 32 characters.",
                hint="Issued keys are found by a digest made with it. Use a long random text.",
                id="commerce_account.E001",
            )
        )
    for name, (least, most) in _BOUNDS.items():
        if not least <= getattr(settings, name) <= most:
            found.append(
                Error(
                    f"{name} is out of range.",
                    hint=f"Use a number from {least} to {most}.",
                    id="commerce_account.E002",
                )
            )
    return found


@register
def check_account_settings(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.ALLOWED_HOSTS != LOOPBACK_HOSTS and not settings.EMAIL_URL:
        found.append(
            Error(
                "ACCOUNT_EMAIL_URL is not set, but the site is served beyond this machine.",
                hint="Without a mail server nobody's address can be confirmed.",
                id="commerce_account.E003",
            )
        )
    lengths = {
        "ACCOUNT_SESSION_IDLE_MINUTES": settings.SESSION_COOKIE_AGE,
        "ACCOUNT_SESSION_HOURS": settings.SESSION_LONGEST_SECONDS,
    }
    found += [
        Error(
            f"{name} is out of range.",
            hint="Use more than nothing, and no more than 30 days.",
            id="commerce_account.E004",
        )
        for name, seconds in lengths.items()
        if not 0 < seconds <= 30 * 24 * 3600
    ]
    return found


@register
def check_limits_url(**kwargs: Any) -> list[CheckMessage]:
    if settings.LIMITS_URL != "memory://" and redis_url(settings.LIMITS_URL) is None:
        # Not the address itself, which may hold a password.
        return [
            Error(
                "LIMITS_URL is no place where requests can be counted.",
                hint="Use memory://, or the redis:// or valkey:// address of a server.",
                id="commerce_account.E005",
            )
        ]
    return []
