"""System checks of the Commerce account: an unsafe setting stops the start, by its name."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

_BOUNDS = {
    "LIVE_KEYS_PER_ENVIRONMENT": (1, 10_000),
    "RETENTION_DAYS": (90, 36_500),
    "ROLL_GRACE_SECONDS": (0, 86_400),
    "STEP_UP_SECONDS": (60, 86_400),
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
