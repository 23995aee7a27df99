"""What `manage.py rotate_encryption_key` does with the Action Log's seals."""

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from admin_portal.action_log.models import ChainKey
from admin_portal.action_log.verifying import LOCKED, Place, verify
from api_keys.store_configuration.management.commands.rotate_encryption_key import (
    SEAL_LOST,
    Command,
)
from tests.admin_portal.action_log.records import add
from tests.rotating import drop_old_keys, put_new_key_first, rotate

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def findings() -> list[str]:
    return [str(finding) for finding in verify(Place())]


def test_rotation_keeps_the_seals(settings: Settings) -> None:
    add(7)
    put_new_key_first(settings)

    code, said = rotate(Command)
    drop_old_keys(settings)

    assert code == 0
    assert "seals of the Action Log: 1 re-encrypted" in said
    assert findings() == []


def test_lost_seal_is_told_of_but_holds_up_no_rotation(settings: Settings) -> None:
    add(7)
    ChainKey.objects.update(ciphertext=Fernet(Fernet.generate_key()).encrypt(b"lost").decode())
    put_new_key_first(settings)

    for options in ((), ("--check",)):
        code, said = rotate(Command, *options)

        assert code == 0
        assert "unreadable: seals of the Action Log 1\n" in said
        assert said.count(SEAL_LOST) == 1
    assert findings() == [f"rows 1-7: {LOCKED}"]
