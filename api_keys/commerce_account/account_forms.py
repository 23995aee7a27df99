"""Coming in, and one's own account: the library's forms as this site shows them."""

from contextlib import suppress
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.internal import flows
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.internal import ratelimit
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from admin_portal.actors import Actor
from admin_portal.sign_in.forms import WithoutPlaceholders
from admin_portal.typed_text import refuse_control_characters, refuse_keys
from api_keys.commerce_account import members
from api_keys.commerce_account.claiming import unclaimed_account
from api_keys.commerce_account.company_forms import refuse_links
from api_keys.commerce_account.joining import invitation_followed, is_confirmed


class SignUpForm(WithoutPlaceholders, account.SignupForm):
    """Makes an account, and either its company or, by an invitation's link, a member of another."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        validators=[refuse_control_characters, refuse_keys, refuse_links],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    company = forms.CharField(
        label=_("Company"),
        max_length=100,
        validators=[refuse_control_characters, refuse_keys, refuse_links],
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
        unclaimed = self.invitation and unclaimed_account(self.cleaned_data["email"])
        if unclaimed:
            return self._take_over(request, unclaimed)
        if self.invitation and not is_confirmed(self.invitation.email):
            # The link was mailed to this address, and nowhere else.
            get_adapter().stash_verified_email(request, self.invitation.email)
        _only_wished_for(self.cleaned_data["email"]).delete()
        user: AbstractBaseUser = super().save(request)
        return user

    def _take_over(self, request: HttpRequest, user: User) -> User:
        """Give an account that anybody may have registered to whom the invitation was mailed."""
        user.set_password(self.cleaned_data["password1"])
        user.save()
        EmailAddress.objects.update_or_create(
            user=user,
            email=self.cleaned_data["email"],
            defaults={"verified": True, "primary": True},
        )
        self.custom_signup(request, user)
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

    def validate_unique_email(self, value: str) -> str:
        """Look as if nobody asked to change to the address, which is for its owner to register.

        Such a wish is dropped for good only when the account is saved.
        """
        if self.invitation and unclaimed_account(value):
            return value
        with transaction.atomic():
            _only_wished_for(value).delete()
            email: str = super().validate_unique_email(value)
            transaction.set_rollback(True)
        return email

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Take as long over a known address as over an unknown one: do the same, and undo it."""
        if self.account_already_exists:
            self.account_already_exists = False
            with transaction.atomic():
                self.save(request)
                transaction.set_rollback(True)
            self.account_already_exists = True
        email = self.cleaned_data["email"]
        may_tell = ratelimit.consume(
            request, app="allauth.account", action="registration", key=email
        )
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        if self.account_already_exists and may_tell:
            adapter: Any = get_adapter()
            adapter.tell_that_account_exists(email)
        return saved


def _only_wished_for(email: str) -> QuerySet[EmailAddress]:
    """Return where other accounts ask to change to the address, which nobody confirmed."""
    return EmailAddress.objects.filter(email=email, verified=False).exclude(user__email=email)


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
