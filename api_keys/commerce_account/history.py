"""A company's history: who did what to which key or member, from where, and when. Only added to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from admin_portal.actors import Actor
from api_keys.commerce_account.models import Company, Event, IssuedKey, Notice
from api_keys.commerce_account.notices import plan

PURGED_AT_ONCE = 1000
"""So that no other writer waits for long."""


@transaction.atomic
def record(
    kind: Event.Kind,
    company: Company,
    *,
    by: Actor,
    key: IssuedKey | None = None,
    once: str | None = None,
    **detail: Any,
) -> Event:
    """Add an event, in the transaction of what it tells of. No key may be in `detail`.

    Raises IntegrityError if something that happens only `once` is recorded already.
    """
    event = Event.objects.create(
        company=company,
        kind=kind,
        key=key,
        actor=by.user,
        actor_email=by.user.email if by.user else "",
        address=by.address,
        detail=detail,
        once=once,
    )
    plan(event)
    return event


def purge(before: datetime) -> int:
    """Delete the events before that instant, and their notices, sent or not; return how many.

    The only way that events go.
    """
    purged = 0
    while pks := list(
        Event.objects.filter(created_at__lt=before).values_list("pk", flat=True)[:PURGED_AT_ONCE]
    ):
        with transaction.atomic():
            Notice.objects.filter(event__in=pks).delete()
            QuerySet.delete(Event.objects.filter(pk__in=pks))
        purged += len(pks)
    return purged
