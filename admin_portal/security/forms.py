"""The forms of both sites, as the Admin has them: what they do is recorded with its doing."""

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from admin_portal.action_log.actions import Action, Result
from admin_portal.action_log.recording import record
from admin_portal.actors import Actor, actor_called, actor_of
from admin_portal.security import mails
from admin_portal.sign_in import forms, second_factor_forms


class ResetPasswordForm(forms.ResetPasswordForm):
    def clean_email(self) -> str:
        """Take any address: whose it is, nobody looks before the e-mail is sent."""
        return str(self.cleaned_data["email"])

    @transaction.atomic
    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email = str(self.cleaned_data["email"])
        mails.ask_for_link(email)
        record(Action.RESET_ASKED, by=actor_of(request), subject=email)
        return email


class ResetLinkForm(account.UserTokenForm):
    def _get_user(self, uidb36: str) -> User | None:
        """Find nobody who was made inactive after the link was sent."""
        user: User | None = super()._get_user(uidb36)
        return user if user and user.is_active else None


class NewPasswordForm(forms.NewPasswordForm):
    @transaction.atomic
    def save(self) -> None:
        super().save()
        record(Action.PASSWORD_RESET, by=_by(self.user))


class ChangePasswordForm(forms.ChangePasswordForm):
    @transaction.atomic
    def save(self) -> None:
        super().save()
        record(Action.PASSWORD_CHANGED, by=_by(self.user))


class _RecordedPasskey:
    user: User | None
    failure = Action.SECOND_STEP_FAILED

    def clean_credential(self) -> Authenticator:
        try:
            passkey: Authenticator = super().clean_credential()  # type: ignore[misc]  # of the form it is mixed in
        except ValidationError:
            record(self.failure, by=_by(self.user), result=Result.FAILURE)
            raise
        return passkey


class PasskeyForm(_RecordedPasskey, second_factor_forms.PasskeyForm):
    pass


class ReauthenticatePasskeyForm(_RecordedPasskey, second_factor_forms.ReauthenticatePasskeyForm):
    pass


class SignInPasskeyForm(_RecordedPasskey, second_factor_forms.SignInPasskeyForm):
    failure = Action.SIGN_IN_FAILED


def _by(user: User | None) -> Actor:
    return actor_called(user, context.request)
