"""Where the link that confirms an address leads."""

from typing import Any

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from allauth.account.views import (
    INTERNAL_RESET_SESSION_KEY,
    ConfirmEmailView,
    PasswordResetFromKeyView,
)
from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from api_keys.commerce_account.claiming import has_given_password, is_unclaimed


class _ConfirmEmailView(ConfirmEmailView):
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Confirm the address; a password that a stranger may have chosen is not to outlive it."""
        self.object = self.get_object()
        user: User = self.object.email_address.user
        if not is_unclaimed(user) or has_given_password(self.request, user):
            response: HttpResponse = super().post(*args, **kwargs)
            return response
        self.logout_other_user(self.object)
        with transaction.atomic():
            user.set_unusable_password()
            user.save(update_fields=["password"])
            confirmed = self.object.confirm(self.request)
            if not confirmed:
                transaction.set_rollback(True)
        if confirmed:
            return self._choose_password(user)
        failed: HttpResponse = self.respond(False)
        return failed

    def _choose_password(self, user: User) -> HttpResponse:
        messages.info(
            self.request,
            _("Choose a password: this address was registered in another browser."),
        )
        key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
        self.request.session[INTERNAL_RESET_SESSION_KEY] = key
        url = reverse(
            "account_reset_password_from_key",
            args=[user_pk_to_url_str(user), PasswordResetFromKeyView.reset_url_key],
        )
        return redirect(self.passthrough_next_url(url))


confirm_email = _ConfirmEmailView.as_view()
