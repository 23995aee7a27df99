"""Finding events in a company's history."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Q

from api_keys.commerce_account.models import Company, Event, EventQuerySet


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
