"""System checks of what the Admin lets in, for how long, by the settings' names."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

_BOUNDS = {
    "ADMIN_LOCKOUT_FAILURES": ("LOCKOUT_FAILURES", 1, 100),
    "ADMIN_LOCKOUT_MINUTES": ("LOCKOUT_MINUTES", 1, 1440),
    "ADMIN_SESSION_IDLE_MINUTES": ("SESSION_COOKIE_AGE", 2 * 60, 24 * 3600),
    "ADMIN_SESSION_HOURS": ("SESSION_LONGEST_SECONDS", 3600, 30 * 24 * 3600),
}


@register
def check_entrance_settings(**kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{name} is out of range.",
            hint=f"Use a number from {least} to {most}.",
            id="entrance.E001",
        )
        for name, (setting, least, most) in _BOUNDS.items()
        if not least <= getattr(settings, setting) <= most
    ]
