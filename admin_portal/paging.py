"""Long lists page by page, however long they have become. Both sites' own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

ROWS_ON_A_PAGE = 25

Order = tuple[str, ...]
"""Fields that are never null, each with a minus for the highest first, or none."""

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows, and at which the pages beside this one start; None where there is no such page."""

    rows: list[Row]
    previous: int | None
    next: int | None


def page_of(
    rows: QuerySet[Row],
    order: Order,
    *,
    places: QuerySet[Row],
    following: str | None,
    leading_to: str | None,
) -> Page[Row]:
    """Return the page that leads to the row `leading_to`, or else the one after `following`.

    Both are as they came in an address; what is none of `places` leads to the first page. Rows
    that are equal in all of `order` are ordered by their ids.

    A page starts at a row, not at a number: the hundred-thousandth costs what the first does, and
    what happens meanwhile shifts nothing.
    """
    if place := _place_of(places, order, leading_to):
        found = _beyond(rows, _turned(order), place)
        if len(found) > ROWS_ON_A_PAGE:
            shown = found[:ROWS_ON_A_PAGE][::-1]
            return Page(shown, previous=shown[0].pk, next=shown[-1].pk)
    place = _place_of(places, order, following)
    found = _beyond(rows, order, place) if place else _first(ordered(rows, order))
    shown = found[:ROWS_ON_A_PAGE]
    return Page(
        shown,
        previous=shown[0].pk if place and shown else None,
        next=shown[-1].pk if len(found) > ROWS_ON_A_PAGE else None,
    )


def page_among(
    rows: QuerySet[Row], ids: list[int], *, following: str | None, leading_to: str | None
) -> Page[Row]:
    """Return the page that `page_of` would, of few rows whose ids are known in their order."""
    known, start = [str(each) for each in ids], 0
    if leading_to in known:
        start = max(known.index(leading_to) - ROWS_ON_A_PAGE, 0)
    elif following in known:
        start = known.index(following) + 1
    end = start + ROWS_ON_A_PAGE
    found = rows.in_bulk(ids[start:end])
    return Page(
        [found[each] for each in ids[start:end]],
        previous=ids[start] if 0 < start < len(ids) else None,
        next=ids[end - 1] if end < len(ids) else None,
    )


def ordered(rows: QuerySet[Row], order: Order) -> QuerySet[Row]:
    """Return all the rows in the order in which `page_of` shows them."""
    return rows.order_by(*_to_the_end(order))


def _place_of(places: QuerySet[Row], order: Order, pk: str | None) -> tuple[Any, ...] | None:
    if not pk or not pk.isdecimal() or len(pk) > 18:
        return None
    fields = [field.removeprefix("-") for field in _to_the_end(order)]
    found: tuple[Any, ...] | None = places.filter(pk=pk).values_list(*fields).first()
    return found


def _beyond(rows: QuerySet[Row], order: Order, place: tuple[Any, ...]) -> list[Row]:
    """Return the rows after the one with these values, as many as tell whether more follow.

    First those that are equal in all fields but the last, then in one less, and so on: an index
    answers each at its very place. One condition for all of them would be tried on every row that
    has the first value.
    """
    fields = _to_the_end(order)
    found: list[Row] = []
    for equal in reversed(range(len(fields))):
        names = [field.removeprefix("-") for field in fields[: equal + 1]]
        to = "lt" if fields[equal].startswith("-") else "gt"
        follow = {**dict(zip(names[:-1], place, strict=False)), f"{names[-1]}__{to}": place[equal]}
        found += _first(ordered(rows.filter(**follow), order), len(found))
        if len(found) > ROWS_ON_A_PAGE:
            break
    return found


def _first(rows: QuerySet[Row], found: int = 0) -> list[Row]:
    return list(rows[: ROWS_ON_A_PAGE + 1 - found])


def _to_the_end(order: Order) -> Order:
    return (*order, "-pk" if order[-1].startswith("-") else "pk")


def _turned(order: Order) -> Order:
    return tuple(field[1:] if field.startswith("-") else f"-{field}" for field in order)
