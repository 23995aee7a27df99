"""In every template, without {% load %}: dates are everywhere."""

from datetime import datetime

from django import template
from django.utils import timezone

from admin_portal.preferences import instants

register = template.Library()


@register.filter
def instant(value: datetime | None) -> str:
    return instants.instant(value) if value else ""


@register.simple_tag
def clock() -> str:
    """Return the time zone in which the page shows its times, as "Asia/Tokyo"."""
    return timezone.get_current_timezone_name()
