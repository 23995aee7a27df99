"""When a key that expires is worth a word."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

RUNGS = (30, 14, 7, 1)
"""How many days before a key's expiry administrators are told of it, each time more urgently."""


@dataclass(frozen=True)
class Expiry:
    """A key's expiry to come, at the last rung it has passed."""

    at: datetime
    rung: int
    days_left: int
    """Begun ones included, so that it is never 0."""

    @property
    def passed_rung_at(self) -> datetime:
        return self.at - timedelta(days=self.rung)


def expiry_at(expires_at: datetime | None, now: datetime) -> Expiry | None:
    """Return which rung a key is on; None if it expires later than any, never, or has expired."""
    if expires_at is None or now >= expires_at:
        return None
    left = expires_at - now
    passed = [rung for rung in RUNGS if left <= timedelta(days=rung)]
    if not passed:
        return None
    return Expiry(expires_at, min(passed), math.ceil(left / timedelta(days=1)))
