import hmac

from django.conf import settings


def digest_of(key: str) -> str:
    """Return what a key is kept and found by.

    A fast keyed digest is right here: the key is 190 random bits, so that there is nothing a
    slow password hash would protect.
    """
    return hmac.digest(settings.DIGEST_KEY.encode(), key.encode(), "sha256").hex()
