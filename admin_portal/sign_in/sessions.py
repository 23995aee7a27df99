"""How long one stays signed in, and what is noted about it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, logout, update_session_auth_hash
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import constant_time_compare

from admin_portal.background_jobs import delete_in_batches
from admin_portal.requests import AuthenticatedRequest

_STARTED = "signed_in_at"
_SEEN = "seen_at"

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class TimeLeft:
    """Seconds until a session ends if nothing is done, and until it ends in any case."""

    idle: float
    longest: float


def stay_signed_in(request: AuthenticatedRequest) -> None:
    """Go on in a new session after one's own password was changed, which ended all others."""
    update_session_auth_hash(request, User.objects.get(pk=request.user.pk))
    UserSession.objects.create_from_request(request)


class SessionMiddleware:
    """End sessions that are over, and keep what signed-in people see out of every cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.session.session_key or not request.user.is_authenticated:
            return self.get_response(request)
        left = time_left(request)
        if min(left.idle, left.longest) <= 0:
            logout(request)
        response = self.get_response(request)
        if "no-store" not in response.get("Cache-Control", ""):
            add_never_cache_headers(response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        """Note that the person did something. Sixty times in an idle period will do."""
        if not request.user.is_authenticated or _is_in_background(request, view):
            return
        now = time.time()
        request.session.setdefault(_STARTED, now)
        if now - request.session.get(_SEEN, 0) >= settings.SESSION_COOKIE_AGE / 60:
            request.session[_SEEN] = now
            UserSession.objects.create_from_request(request)


def time_left(request: HttpRequest) -> TimeLeft:
    now = time.time()
    seen = request.session.get(_SEEN, now)
    started = request.session.get(_STARTED, now)
    return TimeLeft(
        idle=seen + settings.SESSION_COOKIE_AGE - now,
        longest=started + settings.SESSION_LONGEST_SECONDS - now,
    )


def in_background(view: View) -> View:
    """Mark a view that scripts look at by themselves: that keeps no session alive. A POST does."""
    view.is_in_background = True  # type: ignore[attr-defined]  # Django's way
    return view


def _is_in_background(request: HttpRequest, view: Callable[..., Any]) -> bool:
    return request.method != "POST" and getattr(view, "is_in_background", False)


def end_sessions(user: User, but: str | None = None) -> list[UserSession]:
    """Sign `user` out everywhere, at once, `but` for the session of that key. Returns which ended.

    A page that is being answered just now can't bring its session back: the row is gone.
    """
    ended = list(UserSession.objects.filter(user=user).exclude(session_key=but or ""))
    for session in ended:
        session.end()
    return ended


def live_sessions(user: User) -> list[UserSession]:
    """Return where `user` is signed in, the oldest first. Two queries; the library makes three of
    each session."""
    listed = list(UserSession.objects.filter(user=user).order_by("created_at"))
    names = [each.session_key for each in listed]
    kept = Session.objects.filter(expire_date__gt=timezone.now()).in_bulk(names)
    return [
        each
        for each in listed
        if each.session_key in kept and _is_proven(kept[each.session_key], user)
    ]


def purge(now: datetime) -> None:
    """Delete the sessions that expired, and what was noted about those that ended."""
    delete_in_batches(Session.objects.filter(expire_date__lt=now))
    idle = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    there = Session.objects.filter(session_key=OuterRef("session_key"))
    delete_in_batches(UserSession.objects.filter(~Exists(there), last_seen_at__lt=idle))


def _is_proven(session: Session, user: User) -> bool:
    """Tell whether a session was begun, or gone on with, by the password that the user has."""
    proof = session.get_decoded().get(HASH_SESSION_KEY, "")
    return constant_time_compare(proof, user.get_session_auth_hash())
