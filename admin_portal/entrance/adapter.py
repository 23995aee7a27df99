"""Where the Admin decides about coming in otherwise than both sites do."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.internal.userkit import get_user_by_username
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import redirect

from admin_portal.action_log.actions import Action
from admin_portal.actors import Actor, actor_of
from admin_portal.entrance import lock_out
from admin_portal.sign_in.adapters import SignInAdapter
from api_keys.contract import KEY_PATTERN


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
            return found
        if request.user.is_authenticated:
            lock_out.fail(attempt, Action.CONFIRMATION_FAILED, by=actor_of(request))
        else:
            by = Actor(None, request.META["REMOTE_ADDR"])
            lock_out.fail(
                attempt, Action.SIGN_IN_FAILED, by=by, name=KEY_PATTERN.sub("[key]", name)
            )
        return None

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in, however it was proved, unless the account was locked meanwhile."""
        person, address = cast(User, user), request.META["REMOTE_ADDR"]
        if lock_out.is_locked(person, address):
            messages.error(request, self.error_messages["username_password_mismatch"])
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)
        lock_out.note_sign_in(person, address)
