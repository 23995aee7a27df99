"""Tell people in time that a key expires."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from django.db import IntegrityError, transaction
from django.db.models import CharField, Exists, F, OuterRef, Value
from django.db.models.functions import Cast, Concat

from admin_portal.actors import NOBODY
from api_keys.commerce_account.history import record
from api_keys.commerce_account.models import Event, IssuedKey, IssuedKeyQuerySet

RUNGS = (30, 14, 7, 1)
"""How many days before its expiry people are reminded of a key."""

LATEST = timedelta(days=30)
"""For this long after its expiry a key is still news, if nobody was told in time."""


def remind_of_expiries(now: datetime) -> int:
    """Record, and thereby announce, each key that has come to a rung; return how many.

    Once for each key and rung, also when it runs late, twice, or twice at once. Of several rungs
    that have passed since it last ran, only the last counts: the others are never made up for.
    """
    rungs = [timedelta(days=days) for days in (*RUNGS, 0)]
    return sum(
        _announce(issued, rung)
        for rung, next_rung in pairwise([*rungs, -LATEST])
        for issued in _due(rung, next_rung, now).iterator(chunk_size=500)
    )


def _due(rung: timedelta, next_rung: timedelta, now: datetime) -> IssuedKeyQuerySet:
    once = Concat(
        Value("expires:"),
        Cast(OuterRef("pk"), CharField()),
        Value(f":{rung.days}"),
        output_field=CharField(),
    )
    return IssuedKey.objects.select_related("company").filter(
        ~Exists(Event.objects.filter(once=once)),
        # A key of 30 days is not announced as soon as it is made.
        created_at__lt=F("expires_at") - rung,
        expires_at__gt=now + next_rung,
        expires_at__lte=now + rung,
        revoked_at=None,
        retires_at=None,
    )


def _announce(issued: IssuedKey, rung: timedelta) -> bool:
    once = f"expires:{issued.pk}:{rung.days}"
    try:
        with transaction.atomic():
            if rung:
                kind, detail = Event.Kind.KEY_EXPIRES_SOON, {"days": issued.days_left}
            else:
                kind, detail = Event.Kind.KEY_EXPIRED, {}
            record(kind, issued.company, by=NOBODY, key=issued, once=once, **detail)
    except IntegrityError:
        return False  # another run was faster
    return True
