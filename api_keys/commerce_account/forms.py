from typing import Any

from allauth.account.forms import (
    LoginForm,
    ResetPasswordForm as AllauthResetPasswordForm,
    ResetPasswordKeyForm,
    SignupForm,
)
from allauth.account.internal.flows.login import record_authentication
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from api_keys.commerce_account.history import Actor
from api_keys.commerce_account.members import create_company


class WithoutPlaceholders:
    """The library repeats each label as a placeholder, which vanishes as soon as one types."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.label_suffix = ""


class SignInForm(WithoutPlaceholders, LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""  # the page itself leads to a forgotten password


class ResetPasswordForm(WithoutPlaceholders, AllauthResetPasswordForm):
    pass


class NewPasswordForm(WithoutPlaceholders, ResetPasswordKeyForm):
    pass


class SignUpForm(WithoutPlaceholders, SignupForm):
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
        record_authentication(request, person, method="password")  # it was chosen just now
