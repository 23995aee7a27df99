"""Browsers in which somebody signed in before: a signed cookie lists the accounts it knows.

Such a browser has failures of its own to use up, so that strangers who guess at an account can't
lock its owner out. The cookie opens nothing.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import get_random_string

MOST_ACCOUNTS = 10
SECONDS = 400 * 24 * 3600  # the longest that browsers keep a cookie
_SALT = "api_keys.commerce_account.known_devices"


def is_known(request: HttpRequest, user: AbstractBaseUser) -> bool:
    """Tell whether `user` has signed in with this browser before."""
    return user.pk in _read(request)["accounts"]


def device_id(request: HttpRequest) -> str:
    """Return what tells this browser from others, or an empty text where nobody signed in yet."""
    return str(_read(request)["device"])


def remember(request: HttpRequest, response: HttpResponseBase, user: AbstractBaseUser) -> None:
    """Have this browser known to `user` from now on; the account seen longest ago makes room."""
    kept = _read(request)
    others = [pk for pk in kept["accounts"] if pk != user.pk]
    said = {
        "device": kept["device"] or get_random_string(22),
        "accounts": [*others, user.pk][-MOST_ACCOUNTS:],
    }
    response.set_cookie(
        settings.KNOWN_DEVICES_COOKIE_NAME,
        signing.dumps(said, salt=_SALT),
        max_age=SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    cookie = request.COOKIES.get(settings.KNOWN_DEVICES_COOKIE_NAME, "")
    try:
        said: dict[str, Any] = signing.loads(cookie, salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        return {"device": "", "accounts": []}
    return said
