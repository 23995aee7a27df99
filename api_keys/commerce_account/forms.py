from contextlib import suppress
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    LoginForm,
    ResetPasswordForm as AllauthResetPasswordForm,
    ResetPasswordKeyForm,
    SignupForm,
)
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from api_keys.commerce_account import members
from api_keys.commerce_account.company_forms import refuse_undeliverable
from api_keys.commerce_account.history import Actor
from api_keys.commerce_account.joining import invitation_followed, is_confirmed
from api_keys.commerce_account.key_forms import refuse_control_characters


class WithoutPlaceholders:
    """The library repeats each label as a placeholder, which vanishes as soon as one types."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.label_suffix = ""
            if isinstance(field, forms.EmailField):
                field.validators.append(refuse_undeliverable)


class SignInForm(WithoutPlaceholders, LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""  # the page itself leads to a forgotten password


class ResetPasswordForm(WithoutPlaceholders, AllauthResetPasswordForm):
    pass


class NewPasswordForm(WithoutPlaceholders, ResetPasswordKeyForm):
    pass


class SignUpForm(WithoutPlaceholders, SignupForm):
    """Makes an account, and either its company or, by an invitation's link, a member of another."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        validators=[refuse_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    company = forms.CharField(
        label=_("Company"),
        max_length=100,
        validators=[refuse_control_characters],
        help_text=_("API keys belong to the company, not to a person."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    field_order = ["name", "company", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation_followed(context.request)
        if self.invitation:
            del self.fields["company"]
            self.initial["email"] = self.invitation.email
            self.fields["email"].widget.attrs["readonly"] = True

    def clean_email(self) -> str:
        if self.invitation and self.cleaned_data["email"].lower() != self.invitation.email:
            raise ValidationError(_("The invitation is for %s.") % self.invitation.email)
        email: str = super().clean_email()
        return email

    @transaction.atomic
    def save(self, request: HttpRequest) -> AbstractBaseUser:
        """Make the account and its company together: neither is of use without the other."""
        if self.invitation and not is_confirmed(self.invitation.email):
            # The link was mailed to this address, and nowhere else.
            get_adapter().stash_verified_email(request, self.invitation.email)
        user: AbstractBaseUser = super().save(request)
        return user

    def custom_signup(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Called by allauth inside its own saving, with the user already a row."""
        person = User.objects.get(pk=user.pk)
        person.first_name = self.cleaned_data["name"]
        person.save()
        newcomer = Actor(person, request.META["REMOTE_ADDR"])
        if self.invitation:
            with suppress(members.Refused):  # withdrawn just now: its page, which is next, says so
                members.accept(self.invitation, by=newcomer)
        else:
            members.create_company(self.cleaned_data["company"], by=newcomer)
        record_authentication(request, person, method="password")  # it was chosen just now
