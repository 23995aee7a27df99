from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from admin_portal.periods import PeriodForm
from api_keys.commerce_account.models import Event

_PEOPLE = [
    Event.Kind.COMPANY_CREATED,
    Event.Kind.MEMBER_INVITED,
    Event.Kind.INVITATION_WITHDRAWN,
    Event.Kind.MEMBER_JOINED,
    Event.Kind.ROLE_CHANGED,
    Event.Kind.MEMBER_REMOVED,
    Event.Kind.MEMBER_LEFT,
]
_SIGN_INS = [Event.Kind.SIGNED_IN]
_KEYS = [kind for kind in Event.Kind if kind not in (*_PEOPLE, *_SIGN_INS)]


class HistoryForm(PeriodForm):
    """Which events are shown. It goes by GET; a field that can't be read doesn't count."""

    kind = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[
            ("", _("Everything")),
            (_("Keys"), [(kind, kind.label) for kind in _KEYS]),
            (_("Members"), [(kind, kind.label) for kind in _PEOPLE]),
            (_("Sign-ins"), [(kind, kind.label) for kind in _SIGN_INS]),
        ],
    )
    person = forms.CharField(
        label=_("Person"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    key = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    field_order = ("kind", "person", "since", "until", "key")
