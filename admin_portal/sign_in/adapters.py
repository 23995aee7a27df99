"""Where both sites decide otherwise than django-allauth does."""

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.userkit import filter_users_by_email, filter_users_by_username
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy as _lazy

from admin_portal import encryption
from admin_portal.sign_in import known_devices
from admin_portal.sign_in.proof import has_recent_proof

logger = logging.getLogger(__name__)


class SignInAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "enter_current_password": _lazy("This is not your current password."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Have every link lead to this site's own address, whatever the Host header said."""
        links = {name: _here(url) for name, url in context.items() if name.endswith("_url")}
        try:
            super().send_mail(template_prefix, email, {**context, **links})
        except OSError:  # SMTPException is one
            logger.exception("An e-mail could not be sent (%s).", template_prefix)
            messages.error(
                self.request,
                _("The e-mail could not be sent. Try again later, or tell whoever runs this site."),
            )

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse where this account, or this address, has failed too often."""
        action, key = _failures_of(request, credentials)
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action=action, key=key
        )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # The library's has the Host header in it: each forged port would begin to count anew.
        return _login_of(credentials)

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        known_devices.remember(request, response, user)
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not has_recent_proof(context.request)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _lazy(
            "This code is not right. Wait for the next one in your app, or use a recovery code."
        ),
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        svg: str = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]  # a page of HTML has no place for an XML declaration

    def generate_authenticator_name(
        self,
        user: AbstractBaseUser,
        type: Authenticator.Type,  # noqa: A002  (the library's name)
    ) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %d") % (count + 1)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        site = render_to_string("_site_name.html").strip()
        return {**super().get_public_key_credential_rp_entity(), "name": site}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": entity["name"]}


def _failures_of(request: HttpRequest, credentials: dict[str, Any]) -> tuple[str, str]:
    """Return which limit an attempt to sign in falls under, and its key.

    Whoever is signed in already, or has signed in to this very account with this browser before,
    does not share in what strangers use up.
    """
    login = _login_of(credentials)
    if request.user.is_authenticated:
        return "login_failed_at_home", f"user {request.user.pk}"
    device = known_devices.device_id(request)
    if device and any(known_devices.is_known(request, user) for user in _accounts_of(login)):
        return "login_failed_at_home", f"device {device} {login}"
    return "login_failed", login


def _login_of(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "").lower()


def _accounts_of(login: str) -> list[AbstractBaseUser]:
    """Return the accounts that `login` may mean: a name, or an address, as the site has it."""
    found: list[AbstractBaseUser] = (
        filter_users_by_email(login, prefer_verified=True, for_login=True)
        if "email" in settings.ACCOUNT_LOGIN_METHODS
        else list(filter_users_by_username(login))
    )
    return found


def _here(url: str) -> str:
    return str(settings.SITE_URL + urlsplit(url)._replace(scheme="", netloc="").geturl())
