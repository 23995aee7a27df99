"""Instants as people read them."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def instant(value: datetime) -> str:
    """Return day and time by the reader's clock, and which clock that is."""
    local = timezone.localtime(value)
    return f"{date_format(local, 'DATETIME_FORMAT')} {_zone_of(local)}"


def _zone_of(local: datetime) -> str:
    name = local.tzname() or ""
    # Many zones have no letters of their own, only an offset.
    return f"UTC{name}" if name.startswith(("+", "-")) else name
