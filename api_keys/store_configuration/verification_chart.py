"""The last day's key verifications by the hour, as a drawing made on the server."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, Sum, TextField
from django.db.models.functions import Cast, Substr

from admin_portal.prepared import prepared_values
from api_keys.contract import Environment, Verdict
from api_keys.store_configuration.models import VerificationRecord

HOURS = 24

HOUR_WIDTH = 20
HEIGHT = 100
LEAST_HEIGHT = 4
"""Of a part of a bar, in units of the drawing: one refusal among thousands is seen as well."""


class Outcome(StrEnum):
    """From the bottom of a bar upwards."""

    VERIFIED = "verified"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Part:
    """A rectangle of the drawing: how many verifications of an hour came out so."""

    outcome: Outcome
    x: int
    y: int
    height: int


@dataclass
class Hour:
    begins_at: datetime
    numbers: Counter[Outcome] = field(default_factory=Counter)


@dataclass(frozen=True)
class Chart:
    """One environment's day: from `first` on, so many came out so within the hour of that index."""

    environment: Environment
    first: datetime
    counted: tuple[tuple[int, Outcome, int], ...]

    @cached_property
    def hours(self) -> list[Hour]:
        """Return all hours, the oldest first."""
        hours = [Hour(self.first + timedelta(hours=number)) for number in range(HOURS)]
        for index, outcome, number in self.counted:
            hours[index].numbers[outcome] += number
        return hours

    @property
    def numbers(self) -> list[tuple[Outcome, int]]:
        """Return how many there were of each outcome in all."""
        everything: Counter[Outcome] = sum((hour.numbers for hour in self.hours), Counter())
        return [(outcome, everything[outcome]) for outcome in Outcome]

    @property
    def is_empty(self) -> bool:
        return not self.counted

    @property
    def hours_with_any(self) -> list[Hour]:
        return [hour for hour in self.hours if hour.numbers]

    @property
    def parts(self) -> Iterator[Part]:
        most = max(hour.numbers.total() for hour in self.hours)
        for index, hour in enumerate(self.hours):
            bottom = HEIGHT
            for outcome in Outcome:
                if number := hour.numbers[outcome]:
                    # Room for the least heights of all parts, so that no bar leaves the drawing.
                    scaled = round(number / most * (HEIGHT - LEAST_HEIGHT * len(Outcome)))
                    height = max(LEAST_HEIGHT, scaled)
                    bottom -= height
                    yield Part(outcome, index * HOUR_WIDTH, bottom, height)


def charts(now: datetime) -> dict[Environment, Chart]:
    """Return what was verified in this hour and the 23 before, in one query.

    Where no key was stored, none was verified: that doesn't count.
    """
    first = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    first -= timedelta(hours=HOURS - 1)
    found: dict[str, list[tuple[int, Outcome, int]]] = defaultdict(list)
    for environment, hour, verdict, number in _counted(first, now):
        index = (datetime.fromisoformat(f"{hour}:00+00:00") - first) // timedelta(hours=1)
        found[environment].append((index, _outcome(verdict), number))
    return {
        environment: Chart(environment, first, tuple(sorted(found[environment])))
        for environment in Environment
    }


@prepared_values
def _counted(first: Any, last: Any) -> QuerySet[VerificationRecord, Any]:
    """Return environment, hour, verdict and how many, in all. Hours are as "2026-01-31 23", UTC:
    to truncate a time, SQLite would call Python for each row."""
    hour = Substr(Cast("started_at", TextField()), 1, 13)
    return (
        VerificationRecord.objects.filter(started_at__gte=first, started_at__lte=last)
        .exclude(verdict=Verdict.MISSING)
        .values("environment", hour=hour)
        .order_by()
        .values_list("environment", "hour", "verdict", Sum("times"))
    )


def _outcome(verdict: str) -> Outcome:
    if verdict == Verdict.VALID:
        return Outcome.VERIFIED
    return Outcome.UNAVAILABLE if verdict == Verdict.UNAVAILABLE else Outcome.REFUSED
