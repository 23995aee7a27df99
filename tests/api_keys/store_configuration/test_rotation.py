"""`manage.py rotate_encryption_key` of the Admin."""

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from admin_portal.actors import NOBODY
from admin_portal.encryption import decrypt, re_encrypted
from api_keys.contract import Environment, fingerprint, generate_key
from api_keys.store_configuration.management.commands import rotate_encryption_key
from api_keys.store_configuration.management.commands.rotate_encryption_key import Command
from api_keys.store_configuration.models import StoredKey
from api_keys.store_configuration.storing import KeyChange, remove_key, store_keys
from tests.concurrency import at_once
from tests.rotating import after_reading, drop_old_keys, put_new_key_first, rotate

# What is written under a condition, the database decides.
pytestmark = pytest.mark.postgresql

PRODUCTION, SANDBOX = Environment.PRODUCTION, Environment.SANDBOX


@pytest.fixture
def sandbox_key(db: None) -> str:
    key = generate_key(SANDBOX)
    store_keys({SANDBOX: KeyChange(key, seen="")}, by=NOBODY)
    return key


def kept() -> dict[str, str]:
    return {row.environment: decrypt(row.ciphertext) for row in StoredKey.objects.all()}


def test_after_rotation_the_stored_keys_open_without_the_old_key(
    stored_key: str, sandbox_key: str, settings: Settings
) -> None:
    put_new_key_first(settings)

    code, said = rotate(Command)
    drop_old_keys(settings)

    assert code == 0
    assert "stored keys: 2 re-encrypted, 0 were before, 0 to do, 0 unreadable\n" in said
    assert kept() == {PRODUCTION: stored_key, SANDBOX: sandbox_key}
    assert "stored keys: 0 re-encrypted, 2 were before, 0 to do" in rotate(Command)[1]


def test_check_changes_nothing(stored_key: str, settings: Settings) -> None:
    put_new_key_first(settings)
    ciphertext = StoredKey.objects.get().ciphertext

    code, said = rotate(Command, "--check")

    assert code == 1
    assert "0 were before, 1 to do" in said
    assert StoredKey.objects.get().ciphertext == ciphertext


def test_key_that_none_opens_is_named_by_its_fingerprint(
    stored_key: str, sandbox_key: str, settings: Settings
) -> None:
    lost = Fernet(Fernet.generate_key()).encrypt(b"anything").decode()
    StoredKey.objects.filter(environment=PRODUCTION).update(ciphertext=lost)
    put_new_key_first(settings)

    code, said = rotate(Command)

    assert code == 1
    assert f"unreadable: stored keys {fingerprint(stored_key)}\n" in said
    assert "stored keys: 1 re-encrypted, 0 were before, 0 to do, 1 unreadable" in said
    assert lost not in said


@pytest.mark.django_db(transaction=True)
def test_key_stored_by_somebody_else_meanwhile_stays(
    stored_key: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_new_key_first(settings)
    change = KeyChange(generate_key(PRODUCTION), seen=fingerprint(stored_key))
    monkeypatch.setattr(
        rotate_encryption_key,
        "re_encrypted",
        after_reading(
            lambda: at_once(lambda _number: store_keys({PRODUCTION: change}, by=NOBODY), 1),
            re_encrypted,
        ),
    )

    code, said = rotate(Command)
    drop_old_keys(settings)

    assert code == 0
    assert "stored keys: 0 re-encrypted, 1 were before, 0 to do" in said
    assert kept() == {PRODUCTION: change.key}


@pytest.mark.django_db(transaction=True)
def test_key_removed_by_somebody_else_meanwhile_stays_away(
    stored_key: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_new_key_first(settings)
    seen = fingerprint(stored_key)
    monkeypatch.setattr(
        rotate_encryption_key,
        "re_encrypted",
        after_reading(
            lambda: at_once(lambda _number: remove_key(PRODUCTION, seen=seen, by=NOBODY), 1),
            re_encrypted,
        ),
    )

    code, _said = rotate(Command)

    assert code == 0
    assert kept() == {}
