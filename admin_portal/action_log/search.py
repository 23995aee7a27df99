"""Which records are shown, and in which order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from admin_portal.action_log.actions import Action, Group, Result
from admin_portal.action_log.models import ActionRecord
from admin_portal.action_log.pages import LogForm
from admin_portal.paging import Order
from admin_portal.periods import in_period

ORDERS: dict[str, Order] = {
    "newest": ("-at",),
    "oldest": ("at",),
    "user": ("user_name", "at"),
    "action": ("action", "at"),
    "address": ("address", "at"),
}
_AS_TYPED = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class ReportForm(LogForm):
    orders = ORDERS

    group = forms.ChoiceField(
        label=_("Group"), required=False, choices=[("", _("All")), *Group.choices]
    )
    action = forms.ChoiceField(
        label=_("Action"), required=False, choices=[("", _("All")), *Action.choices]
    )
    result = forms.ChoiceField(
        label=_("Result"), required=False, choices=[("", _("All")), *Result.choices]
    )
    # Whole, as an index answers it: a part of a name would mean to read all the rows.
    user_name = forms.CharField(
        label=_("Username (whole)"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs=_AS_TYPED),
    )
    address = forms.CharField(
        label=_("Address (whole)"),
        required=False,
        max_length=45,
        widget=forms.TextInput(attrs=_AS_TYPED),
    )
    sort = forms.ChoiceField(
        label=_("Sort by"),
        required=False,
        choices=[
            ("newest", _("Newest first")),
            ("oldest", _("Oldest first")),
            ("user", _("Username")),
            ("action", _("Action")),
            ("address", _("Address")),
        ],
    )

    field_order = ("group", "action", "result", "user_name", "address", "since", "until", "sort")


def records_chosen(chosen: dict[str, Any]) -> QuerySet[ActionRecord]:
    """Return the rows that fit, in no order. `chosen` is what `ReportForm` cleaned."""
    columns = ("group", "action", "result", "user_name", "address")
    wanted = {column: chosen[column] for column in columns if chosen.get(column)}
    return ActionRecord.objects.filter(in_period("at", chosen), **wanted)
