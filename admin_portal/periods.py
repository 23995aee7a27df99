"""Filter what is listed by its day. Both sites' own."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """From a day to a day, both included, by the reader's clock. By GET: each may be empty."""

    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("To"), required=False, widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day comes before “From”. Choose a later one."))
        return cleaned


def in_period(instant: str, chosen: dict[str, Any]) -> Q:
    """Return the condition that the field `instant` lies in what `PeriodForm` cleaned."""
    condition = Q()
    if chosen.get("since"):
        condition &= Q(**{f"{instant}__gte": _at(chosen["since"], time.min)})
    if chosen.get("until"):
        condition &= Q(**{f"{instant}__lte": _at(chosen["until"], time.max)})
    return condition


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=timezone.get_current_timezone())
