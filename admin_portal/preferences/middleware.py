import re
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from admin_portal.preferences.choosing import in_words_for

CHOICE = "language"
"""The part of an address's query by which a visitor who is not signed in chooses."""


class PreferencesMiddleware:
    """Answer in the visitor's language and by their clock: as they chose, or as the browser asks.

    What is for programs (LANGUAGE_EXEMPT) is in English for everybody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if any(re.search(path, request.path.lstrip("/")) for path in settings.LANGUAGE_EXEMPT):
            with in_words_for(None):
                return self.get_response(request)
        choice = request.GET.get(CHOICE, "")
        is_choice = choice in dict(settings.LANGUAGES)
        asked_for = choice if is_choice else translation.get_language_from_request(request)
        with in_words_for(_who(request), otherwise=asked_for) as language:
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language"])
        if is_choice:
            _remember(response, choice)
        return response


def _who(request: HttpRequest) -> User | None:
    # Without the cookie nobody is signed in; to look at the session would tell caches otherwise.
    if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
        return request.user
    return None


def _remember(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
