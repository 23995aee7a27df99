"""How long one stays signed in, and what is noted about it."""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

_STARTED = "signed_in_at"
_SEEN = "seen_at"
_SECONDS_BETWEEN_NOTES = 60


def end_sessions(user: User, but: str | None = None) -> None:
    """End every session of `user`, but not the one of that key."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=but or ""):
        session.end()


def session_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """End sessions that are over, and keep what signed-in people see out of every cache.

    Idle sessions end by themselves: Django finds none older than `SESSION_COOKIE_AGE`, counted
    from when it was last written, which is here, at most once a minute.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.session.session_key or not request.user.is_authenticated:
            return get_response(request)
        now = time.time()
        started = request.session.setdefault(_STARTED, now)
        if now - started >= settings.SESSION_LONGEST_SECONDS:
            logout(request)
        elif now - request.session.get(_SEEN, 0) >= _SECONDS_BETWEEN_NOTES:
            request.session[_SEEN] = now
            UserSession.objects.create_from_request(request)
        response = get_response(request)
        add_never_cache_headers(response)
        return response

    return middleware
