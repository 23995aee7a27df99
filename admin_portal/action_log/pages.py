"""What the pages below System > Action Logs have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from admin_portal.paging import Order, Page, page_of
from admin_portal.periods import PeriodForm

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Row = TypeVar("Row", bound=Model)


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


def chosen_page(
    request: HttpRequest, form: LogForm, rows: QuerySet[Row], *, places: QuerySet[Row]
) -> Page[Row]:
    """Return the page of `rows` that the address asks for; it starts at one of `places`."""
    return page_of(
        rows,
        form.order,
        places=places,
        following=request.GET.get("after"),
        leading_to=request.GET.get("before"),
    )


def context_of(title: StrPromise, csv_name: str, form: LogForm, page: Page[Row]) -> dict[str, Any]:
    """Return what `log.html` needs beside the table's `rows`."""
    return {
        "title": title,
        "csv_url": reverse(csv_name),
        "form": form,
        "page": page,
        "is_searched": form.is_searched,
    }
