"""Finding events in a company's history, page by page, however long it has become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Q

from api_keys.commerce_account.models import Company, Event, EventQuerySet

EVENTS_ON_A_PAGE = 50


@dataclass(frozen=True)
class Page:
    """Events, the newest first. `newer` and `older` are where the pages beside it start."""

    events: list[Event]
    newer: int | None
    older: int | None


def events_chosen(company: Company, chosen: dict[str, Any]) -> EventQuerySet:
    """Return the company's events, the newest first. `chosen` is what `HistoryForm` cleaned."""
    found = Event.objects.filter(company=company).select_related("key")
    if chosen.get("kind"):
        found = found.filter(kind=chosen["kind"])
    if chosen.get("key"):
        found = found.filter(key=chosen["key"])
    if chosen.get("person"):
        words = chosen["person"]
        found = found.filter(Q(actor_email__icontains=words) | Q(detail__email__icontains=words))
    if chosen.get("since"):
        start = datetime.combine(chosen["since"], time.min, tzinfo=UTC)
        found = found.filter(created_at__gte=start)
    if chosen.get("until"):
        end = datetime.combine(chosen["until"], time.max, tzinfo=UTC)
        found = found.filter(created_at__lte=end)
    return found.order_by("-created_at", "-pk")


def page_of(
    company: Company, events: EventQuerySet, *, before: str | None, after: str | None
) -> Page:
    """Return the page that follows the event `before`, or else the one that leads to `after`.

    A page starts at an event, not at a number: the hundred-thousandth costs what the first does,
    and what happens meanwhile shifts nothing. An event that is not there leads to the first page.
    """
    if start := _place_of(company, after):
        found = list(_newer_than(events, start)[: EVENTS_ON_A_PAGE + 1])
        if len(found) > EVENTS_ON_A_PAGE:
            shown = found[:EVENTS_ON_A_PAGE][::-1]
            return Page(shown, newer=shown[0].pk, older=shown[-1].pk)
    start = _place_of(company, before)
    found = list((_older_than(events, start) if start else events)[: EVENTS_ON_A_PAGE + 1])
    shown = found[:EVENTS_ON_A_PAGE]
    return Page(
        shown,
        newer=shown[0].pk if start and shown else None,
        older=shown[-1].pk if len(found) > EVENTS_ON_A_PAGE else None,
    )


def _place_of(company: Company, pk: str | None) -> tuple[datetime, int] | None:
    if not pk or not pk.isdecimal() or len(pk) > 18:
        return None
    return Event.objects.filter(company=company, pk=pk).values_list("created_at", "pk").first()


def _older_than(events: EventQuerySet, place: tuple[datetime, int]) -> EventQuerySet:
    # The first condition says nothing new, but it is the one that an index answers.
    instant, pk = place
    same_instant = Q(created_at=instant, pk__lt=pk)
    return events.filter(Q(created_at__lt=instant) | same_instant, created_at__lte=instant)


def _newer_than(events: EventQuerySet, place: tuple[datetime, int]) -> EventQuerySet:
    instant, pk = place
    same_instant = Q(created_at=instant, pk__gt=pk)
    newer = events.filter(Q(created_at__gt=instant) | same_instant, created_at__gte=instant)
    return newer.order_by("created_at", "pk")
