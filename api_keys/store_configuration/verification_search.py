"""Which rows of the log of key verifications are shown, and in which order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from admin_portal.action_log.pages import LogForm
from admin_portal.paging import Order
from admin_portal.periods import in_period
from api_keys.store_configuration.environments import CHOICES
from api_keys.store_configuration.models import VerificationRecord
from api_keys.store_configuration.verification_words import OCCASIONS, VERDICTS

ORDERS: dict[str, Order] = {
    "newest": ("-started_at",),
    "oldest": ("started_at",),
    "slowest": ("-slowest_milliseconds",),
    "most": ("-times",),
}


class VerificationLogForm(LogForm):
    orders = ORDERS

    environment = forms.ChoiceField(
        label=_("Environment"),
        required=False,
        choices=[("", _("Both")), *CHOICES],
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

    field_order = ("environment", "verdict", "occasion", "who", "since", "until", "sort")


def records_chosen(chosen: dict[str, Any]) -> QuerySet[VerificationRecord]:
    """Return the rows that fit, in no order. `chosen` is what `VerificationLogForm` cleaned."""
    found = VerificationRecord.objects.all()
    for column in ("environment", "verdict", "occasion"):
        if chosen.get(column):
            found = found.filter(**{column: chosen[column]})
    if chosen.get("who"):
        found = found.filter(user_name__icontains=chosen["who"])
    return found.filter(in_period("started_at", chosen))
