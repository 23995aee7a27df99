"""System checks of how administrators sign in: an unsafe setting stops the start, by its name."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from admin_portal.settings.base import LOOPBACK_HOSTS

_BOUNDS = {
    "PASSWORD_MIN_LENGTH": (8, 64),
    "PASSWORD_LIFETIME_DAYS": (0, 3650),
    "PASSWORD_REUSE": (0, 24),
}


@register
def check_security_settings(**kwargs: Any) -> list[CheckMessage]:
    if settings.PREFIX != "ADMIN":
        return []  # only tests have both sites' apps
    found: list[CheckMessage] = [
        Error(
            f"ADMIN_{name} is out of range.",
            hint=f"Use a number from {least} to {most}.",
            id="security.E001",
        )
        for name, (least, most) in _BOUNDS.items()
        if not least <= getattr(settings, name) <= most
    ]
    if settings.ALLOWED_HOSTS != LOOPBACK_HOSTS and not settings.SECOND_FACTOR_REQUIRED:
        found.append(
            Error(
                "ADMIN_TWO_FACTOR is off, but the site is served beyond this machine.",
                hint="Leave it empty: administrators then need a second factor there.",
                id="security.E002",
            )
        )
    return found
