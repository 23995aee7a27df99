import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from admin_portal.encryption import UnreadableError, decrypt, encrypt


def test_decrypting_gives_back_what_was_encrypted() -> None:
    assert decrypt(encrypt("a key")) == "a key"


def test_the_same_key_never_looks_alike_twice() -> None:
    assert encrypt("a key") != encrypt("a key")


def test_former_encryption_key_still_opens_what_it_closed(settings: Settings) -> None:
    closed = encrypt("a key")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]

    assert decrypt(closed) == "a key"


def test_nothing_opens_with_another_encryption_key(settings: Settings) -> None:
    closed = encrypt("a key")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(UnreadableError):
        decrypt(closed)


@pytest.mark.parametrize("position", [0, 20, 60, -2])
def test_altered_ciphertext_is_unreadable(position: int) -> None:
    closed = list(encrypt("a key"))
    closed[position] = "A" if closed[position] != "A" else "B"

    with pytest.raises(UnreadableError):
        decrypt("".join(closed))


def test_text_that_never_was_ciphertext_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        decrypt("ključ")
