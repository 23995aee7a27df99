"""Codes and passkeys: the library's forms as both sites show them."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as codes
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from admin_portal.sign_in import second_factors
from admin_portal.sign_in.forms import WithoutPlaceholders

LONGEST_NAME = 100

# What the library lets through when what should be a passkey is something else.
_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


class CredentialField(forms.JSONField):
    """What a browser says about a passkey. Anything that is no object of JSON is refused."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            credential = super().to_python(value)
        except RecursionError:
            credential = None
        if not isinstance(credential, dict):
            raise get_adapter().validation_error("incorrect_code")
        return credential


class _AnyCodeForm(WithoutPlaceholders, codes.BaseAuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True
        self.working, self.unreadable = second_factors.types_of(self.user)

    def clean_code(self) -> str:
        """Use an app's code up for every process; the library only does for its own."""
        code = self._judged_code()
        is_of_app = self.authenticator.type == Authenticator.Type.TOTP
        if is_of_app and not second_factors.use_up_code(self.authenticator):
            raise get_adapter().validation_error("incorrect_code")
        return code

    def _judged_code(self) -> str:
        """Do as the library does, which stops with an error at what can't be read."""
        if not self.unreadable:
            code: str = super().clean_code()
            return code
        forget_failures = check_rate_limit(self.user)
        code = self.cleaned_data["code"]
        for factor in second_factors.with_secrets().filter(user=self.user):
            if second_factors.is_readable(factor) and factor.wrap().validate_code(code):
                self.authenticator = factor
                forget_failures()
                return code
        raise ValidationError(_("This code is not right."))


class CodeForm(_AnyCodeForm, codes.AuthenticateForm):
    pass


class ReauthenticateForm(_AnyCodeForm, codes.ReauthenticateForm):
    pass


class ActivateTOTPForm(WithoutPlaceholders, totp.ActivateTOTPForm):
    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()
        except ValidationError as error:
            if error.code != "incorrect_code":
                raise
            # Its usual text speaks of recovery codes, which set nothing up.
            raise ValidationError(_("This code is not right.")) from error
        return code


class PasskeyForm(webauthn.AuthenticateWebAuthnForm):
    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        try:
            authenticator: Authenticator = super().clean_credential()
        except _UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return authenticator


class ReauthenticatePasskeyForm(PasskeyForm, webauthn.ReauthenticateWebAuthnForm):
    pass


class SignInPasskeyForm(PasskeyForm, webauthn.LoginWebAuthnForm):
    pass


class AddPasskeyForm(WithoutPlaceholders, webauthn.AddWebAuthnForm):
    name = forms.CharField(label=_("Name"), required=False, max_length=LONGEST_NAME)
    credential = CredentialField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)  # no choice: see `clean`

    def clean(self) -> dict[str, Any]:
        """Take only passkeys that one can sign in with: those that ask for a PIN or a finger."""
        self.cleaned_data["passwordless"] = True
        try:
            cleaned: dict[str, Any] = super().clean()
        except _UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned


class RenamePasskeyForm(WithoutPlaceholders, webauthn.EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
