"""Where this site decides otherwise than the Admin and django-allauth do."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from admin_portal.sign_in.adapters import SignInAdapter
from api_keys.commerce_account import known_devices
from api_keys.commerce_account.claiming import note_password


class AccountAdapter(SignInAdapter):
    def send_account_already_exists_mail(self, email: str) -> None:
        """Leave it to the form: here, a link sent a moment ago to confirm would swallow it."""

    def tell_that_account_exists(self, email: str) -> None:
        super().send_account_already_exists_mail(email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm an address, unless another account has it: its owner would be shut out."""
        email, owner = email_address.email, email_address.user_id
        if User.objects.filter(email__iexact=email).exclude(pk=owner).exists():
            messages.error(
                request, _("%s belongs to another account, so nothing was changed.") % email
            )
            return False
        confirmed: bool = super().confirm_email(request, email_address)
        return confirmed

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse where this account, or this address, has failed too often."""
        action, key = _failures_of(request, credentials.get("email", ""))
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action=action, key=key
        )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # The library's has the Host header in it: each forged port would begin to count anew.
        return str(credentials.get("email", "")).lower()

    def pre_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse | None:
        """Called once the password is chosen or given, and before the address is confirmed."""
        note_password(request, user)
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if kwargs["signup"]:
            # The library notes no proof here, though the password was chosen a moment ago.
            record_authentication(request, user, "password")
        known_devices.remember(request, response, user)
        return response


def _failures_of(request: HttpRequest, email: str) -> tuple[str, str]:
    """Return which limit an attempt to sign in falls under, and its key.

    Whoever is signed in already, or has signed in to this very account with this browser before,
    does not share in what strangers use up.
    """
    email = email.lower()
    if request.user.is_authenticated:
        return "login_failed_at_home", f"user {request.user.pk}"
    device = known_devices.device_id(request)
    if device and any(known_devices.is_known(request, user) for user in _accounts_of(email)):
        return "login_failed_at_home", f"device {device} {email}"
    return "login_failed", email


def _accounts_of(email: str) -> list[AbstractBaseUser]:
    found: list[AbstractBaseUser] = filter_users_by_email(
        email, prefer_verified=True, for_login=True
    )
    return found
