"""Where the Admin decides about coming in otherwise than both sites do."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.internal.stagekit import clear_login
from allauth.account.internal.userkit import get_user_by_username
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from admin_portal.action_log.actions import Action, Result
from admin_portal.action_log.recording import record
from admin_portal.actors import actor_called, actor_of
from admin_portal.entrance import lock_out, sharing
from admin_portal.security import mails
from admin_portal.sign_in.adapters import SignInAdapter

_FIRST_STEP = "first_step"
"""In a session that nobody is signed in to yet: whose password was right, and a mark of it."""


class AdminAdapter(SignInAdapter):
    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Limit nothing by what this process remembers: `lock_out` counts in the database."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return whose name and password these are, unless the account is locked or inactive.

        Whatever the reason for a refusal, it costs one hashing and as much writing.
        """
        name = str(credentials.get("username", ""))
        account = cast("User | None", get_user_by_username(name))
        attempt = lock_out.begin_attempt(account, request.META["REMOTE_ADDR"], name=name)
        found = cast("User | None", super().authenticate(request, **credentials))
        if found and found.is_active and attempt.is_admitted:
            lock_out.give_back(attempt)
            if not request.user.is_authenticated:
                request.session[_FIRST_STEP] = [found.pk, found.get_session_auth_hash()]
            return found
        by = actor_of(request)
        if by.user:
            lock_out.fail(attempt, Action.CONFIRMATION_FAILED, by=by)
        else:
            lock_out.fail(attempt, Action.SIGN_IN_FAILED, by=by)
        return None

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in, however it was proved, unless the account was locked or changed meanwhile."""
        person, address = cast(User, user), request.META["REMOTE_ADDR"]
        if lock_out.is_locked(person, address) or _is_out_of_date(request, person):
            by, name = actor_called(None, request), person.get_username()
            record(Action.SIGN_IN_FAILED, by=by, result=Result.FAILURE, user_name=name)
            clear_login(request)
            messages.error(request, self.error_messages["username_password_mismatch"])
            raise ImmediateHttpResponse(redirect("account_login"))
        with lock_out.one_at_a_time(person):
            super().login(request, user)
            # Now: a sign-in at the same time would take it for a dead one, and strike it off.
            request.session.save()
            lock_out.note_sign_in(person, address)
            record(Action.SIGNED_IN, by=actor_of(request))

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        """Called once the session is in the list of sessions."""
        response = super().post_login(request, user, **kwargs)
        if not settings.ACCOUNT_SHARING:
            sharing.end_the_others(request, cast(User, user))
        return response

    @transaction.atomic
    def logout(self, request: HttpRequest) -> None:
        who = actor_of(request)
        super().logout(request)
        record(Action.SIGNED_OUT, by=who)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Say no more than of a passkey that nobody has: no password leads here."""
        record(Action.SIGN_IN_FAILED, by=actor_of(request), result=Result.FAILURE)
        messages.error(request, get_mfa_adapter().error_messages["incorrect_code"])
        return redirect("account_login")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Write the e-mail down; a page waits for no mail server."""
        browser = self.get_http_user_agent(self.request)[:200]
        mails.tell(user, template_prefix, ip=self.request.META["REMOTE_ADDR"], user_agent=browser)


def _is_out_of_date(request: HttpRequest, user: User) -> bool:
    """Tell whether the password was changed, or the user made inactive, since the first step."""
    number, mark = request.session.pop(_FIRST_STEP, (None, ""))
    is_other = number == user.pk and mark != user.get_session_auth_hash()
    return is_other or not user.is_active
