"""Finding events in a company's history."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from admin_portal.periods import in_period
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
    found = found.filter(in_period("created_at", chosen))
    return found.order_by("-created_at", "-pk")
