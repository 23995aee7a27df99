"""Sessions in the database, each read in one query with whose it is.

No cache holds a copy. It would save no query, as whether the session was ended meanwhile, and
whether its user still is active, has to be asked at each request; and it could outlive its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import auth
from django.contrib.auth import middleware
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from admin_portal.preferences.models import Preferences

# Written out: to compile it costs as much as the three queries in whose place it stands.
_READ = f"""SELECT person.*, session.session_data AS kept,
    chosen.user_id AS has_chosen, chosen.language, chosen.time_zone
FROM {Session._meta.db_table} session
JOIN {UserSession._meta.db_table} noted ON noted.session_key = session.session_key
JOIN {User._meta.db_table} person ON person.id = noted.user_id
LEFT JOIN {Preferences._meta.db_table} chosen ON chosen.user_id = person.id
WHERE session.session_key = %s AND session.expire_date > %s
"""  # noqa: S608  (our own tables' names)


class SessionStore(db.SessionStore):
    user: User | None = None
    """Whom the library noted for the session that was read, with preferences. No proof of it."""

    def _get_session_from_db(self) -> Session | None:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        for user in cast(Iterable[Any], User.objects.raw(_READ, [self.session_key, now])):
            _add_preferences(user)
            self.user = user
            return Session(session_data=user.kept)
        # Of nobody who is signed in.
        found: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # not in its stubs
        return found


def _add_preferences(user: Any) -> None:
    if user.has_chosen is None:
        Preferences(user=user)
        return
    values = [user.pk, user.language, user.time_zone]
    Preferences.from_db(user._state.db, ["user_id", "language", "time_zone"], values).user = user


class AuthenticationMiddleware(middleware.AuthenticationMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]


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
