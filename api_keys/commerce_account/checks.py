"""System checks of the Commerce account: an unsafe setting stops the start, by its name."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


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
    if not 0 <= settings.ISSUED_KEY_LIFETIME_DAYS <= 36_500:
        found.append(
            Error(
                "ISSUED_KEY_LIFETIME_DAYS is out of range.",
                hint="Use up to 36500 days, or 0 for keys that never expire.",
                id="commerce_account.E002",
            )
        )
    return found
