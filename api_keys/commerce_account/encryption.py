"""Encrypt and decrypt what the database keeps: copies of issued keys, and second factors."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def encrypt(text: str) -> str:
    return _cipher().encrypt(text.encode()).decode()


def decrypt(ciphertext: str) -> str:
    """Raises InvalidToken when none of today's encryption keys opens `ciphertext`."""
    return _cipher().decrypt(ciphertext.encode()).decode()


def re_encrypted(ciphertext: str) -> str | None:
    """Return `ciphertext` as the first key encrypts it: itself, if the first key opens it.

    None when none of today's encryption keys does.
    """
    if _is_with_first_key(ciphertext):
        return ciphertext
    try:
        return _cipher().rotate(ciphertext.encode()).decode()
    except InvalidToken:
        return None


def _is_with_first_key(ciphertext: str) -> bool:
    try:
        Fernet(settings.ENCRYPTION_KEYS[0]).decrypt(ciphertext.encode())
    except InvalidToken:
        return False
    return True


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
