"""Which rows of the log of key verifications are shown, and in which order."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from api_keys.contract import Environment
from api_keys.store_configuration.models import VerificationRecord
from api_keys.store_configuration.verification_words import OCCASIONS, VERDICTS

ORDERS = {
    "newest": "-started_at",
    "oldest": "started_at",
    "slowest": "-slowest_milliseconds",
    "most": "-times",
}
"""Each is a field with an index, so that any page of it is found at once."""


class VerificationLogForm(forms.Form):
    """The filters. They go by GET; a field that can't be read doesn't count."""

    environment = forms.ChoiceField(
        label=_("Environment"),
        required=False,
        choices=[("", _("Both")), *((e, e.label) for e in Environment)],
    )
    verdict = forms.ChoiceField(
        label=_("Verdict"), required=False, choices=[("", _("All")), *VERDICTS.items()]
    )
    occasion = forms.ChoiceField(
        label=_("Occasion"), required=False, choices=[("", _("All")), *OCCASIONS.items()]
    )
    who = forms.CharField(
        label=_("Username"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
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
    sort = forms.ChoiceField(
        label=_("Sort by"),
        required=False,
        choices=[
            ("newest", _("Newest first")),
            ("oldest", _("Oldest first")),
            ("slowest", _("Slowest first")),
            ("most", _("Most often first")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            self.add_error("since", _("This day is later than the one in To."))
        return self.cleaned_data

    @property
    def order(self) -> str:
        return ORDERS[self.cleaned_data.get("sort") or "newest"]


def records_chosen(chosen: dict[str, Any]) -> QuerySet[VerificationRecord]:
    """Return the rows that fit, in no order. `chosen` is what `VerificationLogForm` cleaned."""
    found = VerificationRecord.objects.all()
    for column in ("environment", "verdict", "occasion"):
        if chosen.get(column):
            found = found.filter(**{column: chosen[column]})
    if chosen.get("who"):
        found = found.filter(user_name__icontains=chosen["who"])
    if chosen.get("since"):
        found = found.filter(started_at__gte=_at(chosen["since"], time.min))
    if chosen.get("until"):
        found = found.filter(started_at__lte=_at(chosen["until"], time.max))
    return found


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=UTC)
