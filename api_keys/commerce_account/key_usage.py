"""Who used a key, and how much: read for people. `KeyUsage` rows are written elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Sum

from api_keys.commerce_account.models import IssuedKey, KeyUsage

DAYS = 30
WIDTH, HEIGHT = 120, 24


@dataclass(frozen=True)
class Calls:
    """The calls with one key on each of the last 30 days, the oldest first."""

    by_day: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.by_day)

    @property
    def most(self) -> int:
        return max(self.by_day)

    @property
    def points(self) -> str:
        """Return the corners of an SVG polyline of 120 by 24 units."""
        step = WIDTH / (DAYS - 1)
        scale = (HEIGHT - 2) / (self.most or 1)
        return " ".join(
            f"{index * step:.1f},{HEIGHT - 1 - calls * scale:.1f}"
            for index, calls in enumerate(self.by_day)
        )


@dataclass(frozen=True)
class Client:
    """A program that sent a key, and from where. Both empty: the rest, of which there are many."""

    address: str
    client: str
    calls: int
    last_used_at: datetime


def calls_of(keys: Iterable[IssuedKey], today: date) -> dict[int, Calls]:
    """Return each key's calls by its pk, with one query for all of them."""
    first = _first_day(today)
    found = {key.pk: [0] * DAYS for key in keys}
    sums = (
        KeyUsage.objects.filter(key__in=found, day__range=(first, today))
        .values_list("key", "day")
        .annotate(calls=Sum("calls"))
    )
    for key_pk, day, calls in sums:
        found[key_pk][(day - first).days] = calls
    return {pk: Calls(tuple(by_day)) for pk, by_day in found.items()}


def clients_of(key: IssuedKey, today: date) -> list[Client]:
    """Return who sent the key in the last 30 days, the latest first."""
    sums = (
        KeyUsage.objects.filter(key=key, day__gte=_first_day(today))
        .values_list("address", "client")
        .annotate(all_calls=Sum("calls"), last=Max("last_used_at"))
        .order_by("-last")
    )
    return [Client(*row) for row in sums]


def _first_day(today: date) -> date:
    return today - timedelta(days=DAYS - 1)
