"""Long lists page by page, however long they have become. Both sites' own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

ROWS_ON_A_PAGE = 50

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows, and at which the pages beside this one start; None where there is no such page."""

    rows: list[Row]
    previous: int | None
    next: int | None


def page_of(
    rows: QuerySet[Row],
    order: str,
    *,
    places: QuerySet[Row],
    following: str | None,
    leading_to: str | None,
) -> Page[Row]:
    """Return the page that leads to the row `leading_to`, or else the one after `following`.

    Both are as they came in an address; what is none of `places` leads to the first page. `order`
    is a field that is never null, with a minus for the highest first; rows of one value are
    ordered by their ids.

    A page starts at a row, not at a number: the hundred-thousandth costs what the first does, and
    what happens meanwhile shifts nothing.
    """
    if place := _place_of(places, order, leading_to):
        found = list(_beyond(rows, _turned(order), place)[: ROWS_ON_A_PAGE + 1])
        if len(found) > ROWS_ON_A_PAGE:
            shown = found[:ROWS_ON_A_PAGE][::-1]
            return Page(shown, previous=shown[0].pk, next=shown[-1].pk)
    place = _place_of(places, order, following)
    from_there = _beyond(rows, order, place) if place else ordered(rows, order)
    found = list(from_there[: ROWS_ON_A_PAGE + 1])
    shown = found[:ROWS_ON_A_PAGE]
    return Page(
        shown,
        previous=shown[0].pk if place and shown else None,
        next=shown[-1].pk if len(found) > ROWS_ON_A_PAGE else None,
    )


def _place_of(places: QuerySet[Row], order: str, pk: str | None) -> tuple[Any, int] | None:
    if not pk or not pk.isdecimal() or len(pk) > 18:
        return None
    found: tuple[Any, int] | None = (
        places.filter(pk=pk).values_list(order.removeprefix("-"), "pk").first()
    )
    return found


def _beyond(rows: QuerySet[Row], order: str, place: tuple[Any, int]) -> QuerySet[Row]:
    # The last condition says nothing new, but it is the one that an index answers.
    field, to = order.removeprefix("-"), "lt" if order.startswith("-") else "gt"
    value, pk = place
    is_beyond = Q((f"{field}__{to}", value)) | Q((field, value), (f"pk__{to}", pk))
    return ordered(rows.filter(is_beyond, (f"{field}__{to}e", value)), order)


def ordered(rows: QuerySet[Row], order: str) -> QuerySet[Row]:
    """Return all the rows in the order in which `page_of` shows them."""
    return rows.order_by(order, "-pk" if order.startswith("-") else "pk")


def _turned(order: str) -> str:
    return order[1:] if order.startswith("-") else f"-{order}"
