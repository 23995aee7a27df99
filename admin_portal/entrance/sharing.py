"""Whether an account may be in use in several places at once: *Admin Account Sharing*."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from admin_portal.background_jobs import delete_in_batches
from admin_portal.entrance.lock_out import one_at_a_time
from admin_portal.entrance.models import EndedSession
from admin_portal.preferences.instants import instant
from admin_portal.sign_in.sessions import end_sessions


def end_the_others(request: HttpRequest, user: User) -> None:
    """End the person's other sessions, and note for their browsers who did.

    Of two sign-ins at once the one that comes second stays: the first is over by then, and ends
    nothing any more.
    """
    key = request.session.session_key
    with one_at_a_time(user):
        if not UserSession.objects.filter(user=user, session_key=key).exists():
            return
        address, now = request.META["REMOTE_ADDR"], timezone.now()
        EndedSession.objects.bulk_create(
            [
                EndedSession(digest=_digest(ended.session_key), address=address, at=now)
                for ended in end_sessions(user, but=key)
            ],
            ignore_conflicts=True,
        )


class TellWhyMiddleware:
    """Tell a browser once why it is signed out, if it was by a sign-in elsewhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if sent and not settings.ACCOUNT_SHARING and not request.user.is_authenticated:
            _tell(request, EndedSession.objects.filter(digest=_digest(sent)).first())
        return self.get_response(request)


def _tell(request: HttpRequest, ended: EndedSession | None) -> None:
    if ended is None:
        return
    text = _(
        "Somebody signed in to your account from %(address)s on %(when)s, which signed you out"
        " here. If it was not you, change your password."
    )
    messages.warning(request, text % {"address": ended.address, "when": instant(ended.at)})
    ended.delete()


def purge(now: datetime) -> None:
    """Forget ended sessions whose cookie no browser sends any more."""
    longest = timedelta(seconds=settings.SESSION_LONGEST_SECONDS)
    delete_in_batches(EndedSession.objects.filter(at__lte=now - longest))


def _digest(session_key: str) -> str:
    return salted_hmac("admin_portal.entrance.sharing", session_key, algorithm="sha256").hexdigest()
