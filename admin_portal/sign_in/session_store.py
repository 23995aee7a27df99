"""Sessions in the database, each read in one query with whose it is.

No cache holds a copy. It would save no query, as whether the session was ended meanwhile, and
whether its user still is active, has to be asked at each request; and it could outlive its end.
"""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import auth
from django.contrib.auth import middleware
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from admin_portal.prepared import prepared
from admin_portal.sign_in.backend import have_preferences, with_what_pages_ask


class SessionStore(db.SessionStore):
    user: User | None = None
    """Whom the library noted for the session that was read, with preferences. No proof of it."""

    def _get_session_from_db(self) -> Session | None:
        for user in cast(list[Any], _signed_in(self.session_key, timezone.now())):
            if user.kept is not None:
                have_preferences(user)
                self.user = user
                return Session(session_data=user.kept)
        # Of nobody who is signed in.
        found: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # not in its stubs
        return found


@prepared
def _signed_in(key: Any, now: Any) -> QuerySet[User]:
    kept = Session.objects.filter(session_key=key, expire_date__gt=now).values("session_data")
    users = User.objects.filter(usersession__session_key=key)
    return with_what_pages_ask(users).annotate(kept=Subquery(kept))


class AuthenticationMiddleware(middleware.AuthenticationMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        # Who comes with a session is looked up for their language next, and a user that is only
        # stood for costs something each time that one is asked anything.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            request.user = _user_of(request)  # type: ignore[assignment]  # the base class has it so


def _user_of(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    """Return who was read with the session, if the session says and proves the same.

    Everything else is Django's to judge, which reads the user anew.
    """
    session = cast(SessionStore, request.session)
    number, proof = session.get(auth.SESSION_KEY), session.get(auth.HASH_SESSION_KEY, "")
    user = session.user
    if (
        user
        and user.is_active
        and str(user.pk) == number
        and session.get(auth.BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(proof, user.get_session_auth_hash())
    ):
        return user
    return auth.get_user(request)
