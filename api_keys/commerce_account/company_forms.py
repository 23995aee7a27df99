"""The forms about companies and their members."""

from django import forms
from django.utils.translation import gettext_lazy as _

from api_keys.commerce_account.key_forms import refuse_control_characters


class CompanyForm(forms.Form):
    name = forms.CharField(
        label=_("Company"),
        label_suffix="",
        max_length=100,
        validators=[refuse_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
