"""Encrypt and decrypt what the database keeps: copies of issued keys, and second factors."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypt(text: str) -> str:
    return _cipher().encrypt(text.encode()).decode()


def decrypt(ciphertext: str) -> str:
    """Raises InvalidToken when none of today's encryption keys opens `ciphertext`."""
    return _cipher().decrypt(ciphertext.encode()).decode()


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
