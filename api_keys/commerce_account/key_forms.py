"""The forms of API Portal."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import F
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from admin_portal.typed_text import refuse_control_characters, refuse_keys
from api_keys.commerce_account.environments import CHOICES
from api_keys.commerce_account.models import IssuedKey, KeyState
from api_keys.contract import KEY_PATTERN, Environment

LIFETIMES = {365: _("after 365 days"), 90: _("after 90 days"), 30: _("after 30 days")}
LATEST_EXPIRY = timedelta(days=36_500)


class ExpiryForm(forms.Form):
    """How long a new key is good. `token` names this very form, so that it works only once."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    expires = forms.ChoiceField(
        label=_("Expires"),
        label_suffix="",
        choices=[
            *((str(days), label) for days, label in LIFETIMES.items()),
            ("date", _("on a date")),
            ("never", _("never")),
        ],
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        label_suffix="",
        required=False,
        help_text=_("The key is good until the end of that day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("expires") == "date" and "expires_on" not in self.errors:
            self._check_date(cleaned.get("expires_on"))
        return cleaned

    def _check_date(self, day: Any) -> None:
        today = timezone.localdate()
        if day is None:
            self.add_error("expires_on", _("Choose the last day on which the key is good."))
        elif day < today:
            self.add_error("expires_on", _("This day is over. Choose today or a later day."))
        elif day > today + LATEST_EXPIRY:
            self.add_error("expires_on", _("Choose a day within the next 100 years."))

    def expires_at(self, now: datetime) -> datetime | None:
        """Return the instant of expiry that was chosen; None: never."""
        choice = self.cleaned_data["expires"]
        if choice == "never":
            return None
        if choice == "date":
            return datetime.combine(
                self.cleaned_data["expires_on"], time.max, tzinfo=timezone.get_current_timezone()
            )
        return now + timedelta(days=int(choice))


class NewKeyForm(ExpiryForm):
    description = forms.CharField(
        label=_("Description"),
        label_suffix="",
        max_length=100,
        validators=[refuse_control_characters, refuse_keys],
        help_text=_("A name by which you will know the key again, such as “Amazon Sales Channel”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    environment = forms.TypedChoiceField(
        choices=CHOICES, coerce=Environment, widget=forms.HiddenInput
    )

    def clean(self) -> dict[str, Any]:
        """Have a key that was pasted as a description not come back in the page."""
        if KEY_PATTERN.search(self.data.get("description", "")):
            self.data = {**{name: self.data.get(name) for name in self.data}, "description": ""}
        return super().clean()


def lifetime_of(issued: IssuedKey, today: date) -> dict[str, Any]:
    """Return an ExpiryForm's initial values: as long a life from `today` as `issued` was given."""
    if issued.expires_at is None:
        return {"expires": "never"}
    # Between what was chosen and the row's creation lie milliseconds.
    minutes = round((issued.expires_at - issued.created_at) / timedelta(minutes=1))
    days, odd_minutes = divmod(minutes, 24 * 60)
    if not odd_minutes and days in LIFETIMES:
        return {"expires": str(days)}
    days = (timezone.localdate(issued.expires_at) - timezone.localdate(issued.created_at)).days
    return {"expires": "date", "expires_on": today + timedelta(days=days)}


class RollForm(ExpiryForm):
    overlap = forms.ChoiceField(
        label=_("The old key goes on working"),
        label_suffix="",
        choices=[
            ("used", _("until the new key is seen in use, 30 days at the most")),
            ("168", _("for 7 days")),
            ("24", _("for 24 hours")),
            ("1", _("for 1 hour")),
            ("0", _("not at all: it is refused at once")),
        ],
    )

    def overlap_chosen(self) -> timedelta | None:
        """Return how long the old key is to work; None: until the new one is seen in use."""
        choice = self.cleaned_data["overlap"]
        return None if choice == "used" else timedelta(hours=int(choice))


class EnvironmentForm(forms.Form):
    """The choice at the top of API Portal. It goes by GET, so that Back and reload work."""

    environment = forms.TypedChoiceField(
        label=_("Environment"),
        choices=CHOICES,
        coerce=Environment,
        required=False,
        empty_value=Environment.PRODUCTION,
    )


SORT_ORDERS: dict[str, tuple[str | OrderBy, ...]] = {
    "newest": ("-created_at", "-pk"),
    "oldest": ("created_at", "pk"),
    "description": ("description", "-pk"),
    "used": (F("last_used_at").desc(nulls_last=True), "-pk"),
    "expiry": (
        Least(Coalesce("retires_at", "expires_at"), Coalesce("expires_at", "retires_at")).asc(
            nulls_last=True
        ),
        "-pk",
    ),
}


class KeyListForm(EnvironmentForm):
    """Which keys of an environment are listed, and in which order."""

    q = forms.CharField(label=_("Search"), label_suffix="", required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"),
        label_suffix="",
        required=False,
        choices=[("", _("All but revoked")), *KeyState.choices],
    )
    sort = forms.ChoiceField(
        label=_("Sort by"),
        label_suffix="",
        required=False,
        choices=[
            ("newest", _("Newest first")),
            ("oldest", _("Oldest first")),
            ("description", _("Description")),
            ("used", _("Last used")),
            ("expiry", _("Expiry")),
        ],
    )
