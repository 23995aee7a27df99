"""Coming in, and one's own account: the library's forms as this site shows them."""

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.internal import flows
from allauth.account.models import EmailAddress
from allauth.core import context
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from api_keys.commerce_account.history import Actor
from api_keys.commerce_account.members import create_company

LONGEST_EMAIL = 254
"""Characters. What the database holds; Django's own field would take 320."""


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
                field.validators.append(MaxLengthValidator(LONGEST_EMAIL))


class SignInForm(WithoutPlaceholders, account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""  # the page itself leads to a forgotten password


class ResetPasswordForm(WithoutPlaceholders, account.ResetPasswordForm):
    pass


class NewPasswordForm(WithoutPlaceholders, account.ResetPasswordKeyForm):
    pass


class SignUpForm(WithoutPlaceholders, account.SignupForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    company = forms.CharField(
        label=_("Company"),
        max_length=100,
        help_text=_("API keys belong to the company, not to a person."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    field_order = ["name", "company", "email", "password1"]

    @transaction.atomic
    def save(self, request: HttpRequest) -> AbstractBaseUser:
        """Make the account and its company together: neither is of use without the other."""
        user: AbstractBaseUser = super().save(request)
        return user

    def custom_signup(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Called by allauth inside its own saving, with the user already a row."""
        person = User.objects.get(pk=user.pk)
        person.first_name = self.cleaned_data["name"]
        person.save()
        founder = Actor(person, request.META["REMOTE_ADDR"])
        create_company(self.cleaned_data["company"], by=founder)

    def validate_unique_email(self, value: str) -> str:
        """Let an address that somebody else only asked to change to be registered by its owner."""
        EmailAddress.objects.filter(email=value, verified=False).exclude(user__email=value).delete()
        email: str = super().validate_unique_email(value)
        return email

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Take as long over a known address as over an unknown one: do the same, and undo it."""
        if self.account_already_exists:
            self.account_already_exists = False
            with transaction.atomic():
                self.save(request)
                transaction.set_rollback(True)
            self.account_already_exists = True
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved


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


class ChangeEmailForm(WithoutPlaceholders, account.AddEmailForm):
    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New email")

    def save(self, request: HttpRequest) -> EmailAddress:
        """Keep the address in use until the new one is confirmed, even if it never was itself."""
        with transaction.atomic():
            pending = EmailAddress.objects.filter(user=self.user, verified=False)
            pending.exclude(email=self.user.email).delete()
            address: EmailAddress = EmailAddress.objects.create(
                user=self.user, email=self.cleaned_data["email"]
            )
        flows.email_verification.send_verification_email_to_address(request, address)
        return address


class ReauthenticateForm(WithoutPlaceholders, account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs["autofocus"] = True
