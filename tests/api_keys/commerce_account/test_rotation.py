"""`manage.py rotate_encryption_key` of the Commerce account."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from admin_portal import encryption, rotation
from api_keys.commerce_account.issuing import read_key
from api_keys.commerce_account.management.commands.rotate_encryption_key import Command
from api_keys.commerce_account.models import Company, IssuedKey
from tests.api_keys.commerce_account.conftest import delete, new_key
from tests.api_keys.commerce_account.people import is_signed_in, sign_in
from tests.concurrency import at_once
from tests.rotating import after_reading, drop_old_keys, put_new_key_first, rotate
from tests.second_factors import SECRET, totp_code, use_totp

DROPPABLE = "The first key opens whatever any does: the others may be dropped."


@pytest.fixture
def keys(company: Company) -> list[tuple[IssuedKey, str]]:
    return [new_key(company, f"key {number}") for number in range(5)]


@pytest.fixture
def on_the_way(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Have something happen after the first rows were read, and before one is written."""

    def happen(do: Callable[[], object]) -> None:
        monkeypatch.setattr(encryption, "re_encrypted", after_reading(do, encryption.re_encrypted))

    return happen


def test_after_rotation_everything_opens_without_the_old_key(
    keys: list[tuple[IssuedKey, str]], member: User, settings: Settings
) -> None:
    use_totp(member)
    codes = RecoveryCodes.activate(member).generate_codes()
    put_new_key_first(settings)

    code, said = rotate(Command)
    drop_old_keys(settings)

    assert (code, said.splitlines()) == (
        0,
        [
            "issued keys: 5 re-encrypted, 0 were before, 0 to do, 0 unreadable",
            "second factors: 2 re-encrypted, 0 were before, 0 to do, 0 unreadable",
            DROPPABLE,
        ],
    )
    assert [read_key(IssuedKey.objects.get(pk=row.pk)) for row, _key in keys] == [
        key for _row, key in keys
    ]
    for typed in (totp_code(), codes[3]):
        client = Client()
        sign_in(client)
        client.post("/sign-in/second-step/", {"code": typed})
        assert is_signed_in(client)


def test_second_run_finds_nothing_to_do(
    keys: list[tuple[IssuedKey, str]], settings: Settings
) -> None:
    put_new_key_first(settings)
    rotate(Command)
    rotated = list(IssuedKey.objects.order_by("pk").values_list("ciphertext", flat=True))

    code, said = rotate(Command)

    assert (code, said.splitlines()[0]) == (
        0,
        "issued keys: 0 re-encrypted, 5 were before, 0 to do, 0 unreadable",
    )
    assert list(IssuedKey.objects.order_by("pk").values_list("ciphertext", flat=True)) == rotated


def test_check_tells_whether_the_old_key_is_needed_and_changes_nothing(
    keys: list[tuple[IssuedKey, str]], settings: Settings
) -> None:
    put_new_key_first(settings)
    kept = list(IssuedKey.objects.order_by("pk").values_list("ciphertext", flat=True))

    before = rotate(Command, "--check")
    unchanged = list(IssuedKey.objects.order_by("pk").values_list("ciphertext", flat=True))
    rotate(Command)
    after = rotate(Command, "--check")

    assert before[0] == 1
    assert "issued keys: 0 re-encrypted, 0 were before, 5 to do, 0 unreadable" in before[1]
    assert "The other keys are still needed." in before[1]
    assert unchanged == kept
    assert after[0] == 0
    assert DROPPABLE in after[1]


def test_interrupted_rotation_goes_on_where_it_stopped(
    keys: list[tuple[IssuedKey, str]], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_new_key_first(settings)
    monkeypatch.setattr(rotation, "ROWS_IN_A_BATCH", 2)
    called = iter(range(100))

    def break_at_the_fourth(ciphertext: str) -> str | None:
        if next(called) == 3:
            raise KeyboardInterrupt
        return re_encrypted(ciphertext)

    re_encrypted = encryption.re_encrypted
    with monkeypatch.context() as broken:
        broken.setattr(encryption, "re_encrypted", break_at_the_fourth)
        with pytest.raises(KeyboardInterrupt):
            rotate(Command)
    code, said = rotate(Command)
    drop_old_keys(settings)

    assert (code, said.splitlines()[0]) == (
        0,
        "issued keys: 2 re-encrypted, 3 were before, 0 to do, 0 unreadable",
    )
    assert [read_key(row) for row in IssuedKey.objects.order_by("pk")] == [k for _row, k in keys]


@pytest.mark.django_db(transaction=True)
def test_key_deleted_by_somebody_else_meanwhile_stays_deleted(
    keys: list[tuple[IssuedKey, str]],
    settings: Settings,
    on_the_way: Callable[[Callable[[], object]], None],
) -> None:
    put_new_key_first(settings)
    on_the_way(lambda: at_once(lambda _number: delete(keys[0][0]), 1))

    code, said = rotate(Command)

    gone = IssuedKey.objects.get(pk=keys[0][0].pk)
    assert gone.ciphertext == ""
    assert gone.revoked_at
    assert (code, said.splitlines()[0]) == (
        0,
        "issued keys: 4 re-encrypted, 0 were before, 0 to do, 0 unreadable",
    )


@pytest.mark.django_db(transaction=True)
def test_key_issued_by_somebody_else_meanwhile_is_counted_and_left_alone(
    company: Company,
    keys: list[tuple[IssuedKey, str]],
    settings: Settings,
    on_the_way: Callable[[Callable[[], object]], None],
) -> None:
    put_new_key_first(settings)
    issued: list[tuple[IssuedKey, str]] = []
    on_the_way(lambda: issued.extend(at_once(lambda _number: new_key(company, "another"), 1)))

    _code, said = rotate(Command)
    drop_old_keys(settings)

    assert "issued keys: 5 re-encrypted, 1 were before, 0 to do, 0 unreadable" in said
    assert read_key(IssuedKey.objects.get(pk=issued[0][0].pk)) == issued[0][1]


@pytest.mark.django_db(transaction=True)
def test_recovery_code_used_meanwhile_stays_used(
    member: User, settings: Settings, on_the_way: Callable[[Callable[[], object]], None]
) -> None:
    codes = RecoveryCodes.activate(member)
    put_new_key_first(settings)
    used = codes.generate_codes()[0]
    on_the_way(lambda: at_once(lambda _number: codes.validate_code(used), 1))

    code, _said = rotate(Command)
    drop_old_keys(settings)

    kept = RecoveryCodes(Authenticator.objects.get())
    assert code == 0
    assert used not in kept.get_unused_codes()
    assert len(kept.get_unused_codes()) == 9


def test_request_that_read_a_second_factor_before_does_not_undo_the_rotation(
    member: User, settings: Settings
) -> None:
    RecoveryCodes.activate(member)
    put_new_key_first(settings)
    read_before = RecoveryCodes(Authenticator.objects.get())
    rotate(Command)

    read_before.mark_as_viewed()
    drop_old_keys(settings)

    kept = RecoveryCodes(Authenticator.objects.get())
    assert kept.did_view
    assert kept.get_unused_codes()


def test_process_that_still_writes_with_the_old_key_is_noticed(
    company: Company, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_new_key_first(settings)
    new, old = settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = [old, new]
    new_key(company, "another")
    settings.ENCRYPTION_KEYS = [new, old]
    monkeypatch.setattr(rotation, "_rotate", lambda kept: 0)  # written as soon as it was over

    code, said = rotate(Command)

    assert code == 1
    assert "issued keys: 0 re-encrypted, 0 were before, 1 to do, 0 unreadable" in said
    assert "Restart whatever was started before" in said


def test_what_no_key_opens_is_named_but_not_shown(
    keys: list[tuple[IssuedKey, str]], member: User, settings: Settings
) -> None:
    lost = Fernet(Fernet.generate_key()).encrypt(b"anything").decode()
    IssuedKey.objects.filter(pk=keys[1][0].pk).update(ciphertext=lost)
    factor = use_totp(member)
    Authenticator.objects.update(data={"secret": lost})
    put_new_key_first(settings)

    code, said = rotate(Command)
    drop_old_keys(settings)

    assert code == 1
    assert f"unreadable: issued keys {keys[1][0].fingerprint}\n" in said
    assert f"unreadable: second factors {factor.pk}\n" in said
    assert "issued keys: 4 re-encrypted, 0 were before, 0 to do, 1 unreadable" in said
    assert "Bring back the key that does" in said
    assert not any(
        secret in said for secret in (lost, SECRET, keys[0][1], *settings.ENCRYPTION_KEYS)
    )
    assert read_key(IssuedKey.objects.get(pk=keys[0][0].pk)) == keys[0][1]
