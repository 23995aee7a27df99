"""What the library keeps of second factors: whether it can be read, and its re-encryption."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from api_keys.commerce_account import encryption

_SECRETS = ("secret", "seed")
"""In an authenticator's data: of an app, and of recovery codes. Passkeys have none."""


def with_secrets() -> QuerySet[Authenticator]:
    found: QuerySet[Authenticator] = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    return found


def re_encrypted(data: dict[str, Any]) -> dict[str, Any] | None:
    """Return an authenticator's data, its secrets encrypted with the first key.

    None when none of today's encryption keys opens one of them.
    """
    renewed = {name: encryption.re_encrypted(data[name]) for name in _SECRETS if name in data}
    return None if None in renewed.values() else {**data, **renewed}
