"""Which key the store holds for an environment, and where it comes from.

A key in the server's environment (`PRODUCTION_API_KEY` and the like) goes before a stored one, and
is never written to the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from admin_portal.encryption import decrypt
from admin_portal.prepared import prepared
from api_keys.contract import Environment, fingerprint, last_four
from api_keys.store_configuration.models import LastVerification, StoredKey
from api_keys.store_configuration.pasting import without_surroundings


@dataclass(frozen=True)
class HeldKey:
    """A key the store holds. `locked_by` is the variable it comes from; empty: an administrator
    stored it."""

    environment: Environment
    fingerprint: str
    last_four: str
    locked_by: str = ""
    stored_at: datetime | None = None
    stored_by_pk: int | None = None
    _locked: str = field(default="", repr=False)
    _ciphertext: str = field(default="", repr=False)

    def open(self) -> str:
        """Return the key itself. Raises UnreadableError when today's encryption keys don't fit."""
        return self._locked if self.locked_by else decrypt(self._ciphertext)


@dataclass(frozen=True)
class KeyFacts:
    """What is told of a held key: nothing that opens it."""

    last_four: str
    fingerprint: str
    locked_by: str
    verified_at: datetime | None
    expires_at: datetime | None


def facts_of(held: HeldKey | None, last: LastVerification | None) -> KeyFacts | None:
    """Return what to tell of a key and of what the service said last about it."""
    if held is None:
        return None
    return KeyFacts(
        held.last_four,
        held.fingerprint,
        held.locked_by,
        last.verified_at if last else None,
        last.expires_at if last else None,
    )


def held_key(environment: Environment) -> HeldKey | None:
    """Return the key that counts for `environment`, or None when there is none."""
    return _locked(environment) or held_keys()[environment]


def held_keys() -> dict[Environment, HeldKey | None]:
    """Return the key that counts for each environment, in one query."""
    stored = {key.environment: key for key in _stored_keys()}
    return {
        environment: _locked(environment) or _stored(stored.get(environment))
        for environment in Environment
    }


@prepared
def _stored_keys() -> QuerySet[StoredKey]:
    return StoredKey.objects.all()


def locked_environments() -> Iterable[Environment]:
    """Return the environments whose key nobody can change from within the Admin."""
    return [environment for environment in Environment if environment in settings.LOCKED_API_KEYS]


def _locked(environment: Environment) -> HeldKey | None:
    if environment not in settings.LOCKED_API_KEYS:
        return None
    variable, value = settings.LOCKED_API_KEYS[environment]
    key = without_surroundings(value)
    return HeldKey(environment, fingerprint(key), last_four(key), locked_by=variable, _locked=key)


def _stored(stored: StoredKey | None) -> HeldKey | None:
    if stored is None:
        return None
    return HeldKey(
        Environment(stored.environment),
        stored.fingerprint,
        stored.last_four,
        stored_at=stored.stored_at,
        stored_by_pk=stored.stored_by_id,
        _ciphertext=stored.ciphertext,
    )
