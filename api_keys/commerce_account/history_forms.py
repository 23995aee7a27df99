from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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


class HistoryForm(forms.Form):
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
    since = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    key = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day comes before “From”. Choose a later one."))
        return cleaned
