"""A request's token against forged forms, masked once for all forms of its page."""

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.functional import SimpleLazyObject

_MASKED = "_masked_csrf_token"


def token_of(request: HttpRequest) -> str:
    """Return the token, as Django's `get_token` does, whose masks cost as much as a query each.

    A new mask for each answer is what keeps the token from being guessed by the answers' sizes.
    """
    kept: tuple[str, str] = vars(request).get(_MASKED, ("", ""))
    secret, token = kept
    if not secret or secret != request.META.get("CSRF_COOKIE"):  # whoever signs in gets another
        token = get_token(request)
        vars(request)[_MASKED] = request.META["CSRF_COOKIE"], token
    return token


def csrf(request: HttpRequest) -> dict[str, object]:
    """Give templates that token, if they ask for it. For TEMPLATES."""
    return {"csrf_token": SimpleLazyObject(lambda: token_of(request))}
