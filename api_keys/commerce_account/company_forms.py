"""The forms about companies and their members."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from admin_portal.sign_in.forms import refuse_undeliverable
from admin_portal.typed_text import refuse_control_characters, refuse_keys
from api_keys.commerce_account.models import Membership, Role


def refuse_links(name: str) -> None:
    """Raise ValidationError for a name that mail programs make a link of."""
    if "://" in name or "www." in name.casefold():
        raise ValidationError(_("Use a name without a web address."))


class CompanyForm(forms.Form):
    name = forms.CharField(
        label=_("Company"),
        label_suffix="",
        max_length=100,
        validators=[refuse_control_characters, refuse_keys, refuse_links],
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("Email"),
        label_suffix="",
        max_length=254,
        validators=[refuse_undeliverable],
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.TypedChoiceField(
        label=_("Role"),
        label_suffix="",
        choices=Role.choices,
        coerce=Role,
        initial=Role.DEVELOPER,
    )


class RoleForm(forms.Form):
    """The role in a member's row."""

    role = forms.TypedChoiceField(choices=Role.choices, coerce=Role)

    def __init__(self, data: Any = None, *, membership: Membership) -> None:
        super().__init__(
            data, auto_id=f"member-{membership.pk}-%s", initial={"role": membership.role}
        )
        label = gettext("Role of %s") % membership.user.email
        self.fields["role"].widget.attrs["aria-label"] = label
