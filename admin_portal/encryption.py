"""Encryption of what a site keeps, with keys of its own. Nothing else touches ciphertext."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class UnreadableError(Exception):
    """What is kept was not encrypted with any of today's encryption keys, or was altered."""


def encrypt(text: str) -> str:
    """Encrypt with the first of the site's encryption keys; twice the same never looks alike."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(ciphertext: str) -> str:
    """Decrypt with whichever encryption key fits. Raises UnreadableError when none does."""
    try:
        return _cipher().decrypt(ciphertext.encode()).decode()
    except InvalidToken as error:
        raise UnreadableError from error


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
