"""Where this site decides otherwise than the Admin and django-allauth do."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from admin_portal.sign_in.adapters import SignInAdapter
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
        return response
