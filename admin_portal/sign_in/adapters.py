"""Where both sites decide otherwise than django-allauth does."""

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, gettext as _, gettext_lazy as _lazy

from admin_portal import encryption
from admin_portal.preferences.choosing import in_words_for_address
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
            with in_words_for_address(email, otherwise=get_language() or ""):
                super().send_mail(template_prefix, email, {**context, **links})
        except OSError:  # SMTPException is one
            logger.exception("An e-mail could not be sent (%s).", template_prefix)
            messages.error(
                self.request,
                _("The e-mail could not be sent. Try again later, or tell whoever runs this site."),
            )

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

    def _get_user_identifier(self, user: AbstractBaseUser) -> str:
        if "username" in settings.ACCOUNT_LOGIN_METHODS:
            return user.get_username()
        identifier: str = super()._get_user_identifier(user)
        return identifier

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": entity["name"]}


def _here(url: str) -> str:
    return str(settings.SITE_URL + urlsplit(url)._replace(scheme="", netloc="").geturl())
