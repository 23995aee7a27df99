"""Store and remove keys. Each change says which key its author saw, and never undoes another's."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import Actor
from admin_portal.encryption import encrypt
from api_keys.contract import Environment, fingerprint, last_four
from api_keys.store_configuration.models import StoredKey

NAMES = {
    Environment.PRODUCTION: _("Production Api Key"),
    Environment.SANDBOX: _("Sandbox Api Key"),
}
"""As the fields are called on the page."""


@dataclass(frozen=True)
class KeyChange:
    """`key` is to be stored instead of the key with the fingerprint `seen` ("" for none)."""

    key: str
    seen: str


def store_keys(changes: Mapping[Environment, KeyChange], *, by: Actor) -> set[Environment]:
    """Store all the keys, or none. Returns the environments whose key changed since it was seen.

    An empty set means that everything was stored.
    """
    with transaction.atomic():
        # In one order for all: of two who store both keys, neither waits for the other in vain.
        conflicts = {env for env in sorted(changes) if not _store(env, changes[env], by)}
        if conflicts:
            transaction.set_rollback(True)
        elif changes:
            _record(Action.CONFIGURATION_SAVED, changes, by)
    return conflicts


@transaction.atomic
def remove_key(environment: Environment, *, seen: str, by: Actor) -> bool:
    """Remove the key that was seen. Returns False when another one, or none, is stored by now."""
    deleted, _by_model = StoredKey.objects.filter(
        environment=environment, fingerprint=seen
    ).delete()
    if deleted:
        _record(Action.KEY_REMOVED, {environment: KeyChange("", seen)}, by)
    return bool(deleted)


def _store(environment: Environment, change: KeyChange, by: Actor) -> bool:
    # One statement each: the database decides who of several at the same instant comes first.
    values = {
        "ciphertext": encrypt(change.key),
        "fingerprint": fingerprint(change.key),
        "last_four": last_four(change.key),
        "stored_at": timezone.now(),
        "stored_by": by.user,
    }
    if change.seen:
        seen = StoredKey.objects.filter(environment=environment, fingerprint=change.seen)
        return bool(seen.update(**values))
    _row, is_new = StoredKey.objects.get_or_create(environment=environment, defaults=values)
    return is_new


def _record(action: Action, changes: Mapping[Environment, KeyChange], by: Actor) -> None:
    told = [
        Change(NAMES[environment], change.seen, fingerprint(change.key) if change.key else "")
        for environment, change in sorted(changes.items())
    ]
    record(action, by=by, subject=_("Magento Services"), changes=told)
