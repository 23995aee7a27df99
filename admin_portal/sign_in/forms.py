"""Coming in, and passwords: the library's forms as both sites show them."""

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.internal import flows
from allauth.core import context
from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

LONGEST_EMAIL = 254
"""Characters. What the database holds; Django's own field would take 320."""


def refuse_undeliverable(email: str) -> None:
    """Raise ValidationError for an address that Django takes, and then can't write a mail to."""
    try:
        sanitize_address(email, "utf-8")
    except ValueError:  # UnicodeError is one
        raise ValidationError(_("Enter a valid email address."), code="invalid") from None


class WithoutPlaceholders:
    """The library repeats each label as a placeholder, which vanishes as soon as one types."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.label_suffix = ""
            if isinstance(field, forms.EmailField):
                field.max_length = LONGEST_EMAIL
                field.validators += [MaxLengthValidator(LONGEST_EMAIL), refuse_undeliverable]


class SignInForm(WithoutPlaceholders, account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autofocus"] = True
        self.fields["password"].help_text = ""  # the page itself leads to a forgotten password


class ResetPasswordForm(WithoutPlaceholders, account.ResetPasswordForm):
    pass


class NewPasswordForm(WithoutPlaceholders, account.ResetPasswordKeyForm):
    pass


class ConfirmedForm(forms.Form):
    """Takes the password of `user`, who is at the keyboard, for a change that matters."""

    your_password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.user = user

    def clean_your_password(self) -> str:
        given: str = self.cleaned_data["your_password"]
        if not get_adapter().reauthenticate(self.user, given):
            raise get_adapter().validation_error("enter_current_password")
        return given


class ChangePasswordForm(WithoutPlaceholders, account.ChangePasswordForm):
    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""

    def clean_oldpassword(self) -> str:
        """The password in use is as good a proof as being asked for it first, and as limited."""
        given: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, given):
            raise get_adapter().validation_error("enter_current_password")
        return given

    def save(self) -> None:
        super().save()
        flows.reauthentication.reauthenticate_by_password(context.request)


class ReauthenticateForm(WithoutPlaceholders, account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs["autofocus"] = True
