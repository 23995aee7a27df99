"""What the pages below System > Action Logs have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.http import HttpRequest
from django.urls import reverse

from admin_portal.paging import Order, Page
from admin_portal.periods import PeriodForm

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class LogForm(PeriodForm):
    """The filters. They go by GET; a field that can't be read doesn't count.

    `orders` are what may be chosen in the field `sort`, the first unless another is. Each has an
    index of exactly its fields, so that any page of it is found at once.
    """

    orders: ClassVar[dict[str, Order]]

    @property
    def order(self) -> Order:
        return self.orders[self.cleaned_data.get("sort") or next(iter(self.orders))]

    @property
    def is_searched(self) -> bool:
        return any(value for name, value in self.cleaned_data.items() if name != "sort")


def place_asked_for(request: HttpRequest) -> dict[str, str | None]:
    """Return where a page starts, in the words of `admin_portal.paging`."""
    return {"following": request.GET.get("after"), "leading_to": request.GET.get("before")}


def context_of(title: StrPromise, csv_name: str, form: LogForm, page: Page[Any]) -> dict[str, Any]:
    """Return what `log.html` needs beside the table's `rows`."""
    return {
        "title": title,
        "csv_url": reverse(csv_name),
        "form": form,
        "page": page,
        "is_searched": form.is_searched,
    }
