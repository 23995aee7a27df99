"""Which records are shown, and in which order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from admin_portal.action_log.actions import Action, Group, Result
from admin_portal.action_log.models import ActionRecord
from admin_portal.action_log.pages import LogForm
from admin_portal.paging import Order, Page, ordered, page_among, page_of
from admin_portal.periods import in_period

ORDERS: dict[str, Order] = {
    "newest": ("-at",),
    "oldest": ("at",),
    "user": ("user_name", "at"),
    "action": ("action", "at"),
    "address": ("address", "at"),
}
MOST_SORTED = 5_000
"""How many rows are sorted while somebody waits: it takes some hundredths of a second."""

TOO_MANY = _("Too many rows for this order, so the newest come first. Filter for fewer.")

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

    @property
    def order(self) -> Order:
        # A column that is filtered by has one value, and no order.
        return tuple(field for field in super().order if not self.cleaned_data.get(field))


def report_page(
    form: ReportForm, *, following: str | None = None, leading_to: str | None = None
) -> Page[ActionRecord]:
    """Return the page of the report that a validated form and the ids in an address ask for.

    By time, an index answers each filter, and without a filter each order. The rest is sorted
    where it is few; otherwise the form says that it isn't.
    """
    rows = records_chosen(form.cleaned_data)
    if _has_no_index(form):
        few = _if_few(rows)
        if few is not None:
            numbers = list(ordered(few, form.order).values_list("pk", flat=True))
            return page_among(rows, numbers, following=following, leading_to=leading_to)
        form.add_error("sort", TOO_MANY)
    places = ActionRecord.objects.all()
    return page_of(rows, form.order, places=places, following=following, leading_to=leading_to)


def records_for_file(form: ReportForm) -> QuerySet[ActionRecord]:
    """Return all rows that a validated form asks for, in the order of the pages."""
    rows = records_chosen(form.cleaned_data)
    if not _has_no_index(form):
        return ordered(rows, form.order)
    few = _if_few(rows)
    return ordered(rows, ORDERS["newest"]) if few is None else ordered(few, form.order)


def records_chosen(chosen: dict[str, Any]) -> QuerySet[ActionRecord]:
    """Return the rows that fit, in no order. `chosen` is what `ReportForm` cleaned."""
    columns = ("group", "action", "result", "user_name", "address")
    wanted = {column: chosen[column] for column in columns if chosen.get(column)}
    return ActionRecord.objects.filter(in_period("at", chosen), **wanted)


def _has_no_index(form: ReportForm) -> bool:
    """Tell whether no index answers the filter in that order, so that rows have to be sorted."""
    return form.is_searched and len(form.order) > 1


def _if_few(rows: QuerySet[ActionRecord]) -> QuerySet[ActionRecord] | None:
    """Return the same rows, in no order, or None if they are too many to be sorted."""
    newest = ordered(rows, ORDERS["newest"]).values("pk")
    if newest[: MOST_SORTED + 1].count() > MOST_SORTED:
        return None
    # Cut off, though nothing is: so the filter comes first, and no database reads all rows in
    # the order to find the few that fit.
    return ActionRecord.objects.filter(pk__in=newest[:MOST_SORTED])
