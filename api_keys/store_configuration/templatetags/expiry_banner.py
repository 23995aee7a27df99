from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone

from api_keys.contract import Environment
from api_keys.store_configuration.expiries import expiry_at

register = template.Library()


@register.inclusion_tag("store_configuration/_expiry_banner.html")
def expiry_banner(
    environment: Environment | str, expires_at: datetime | str | None
) -> dict[str, Any]:
    """Render that the environment's key expires soon; nothing when it doesn't, or isn't known."""
    known = expires_at if isinstance(expires_at, datetime) else None
    return {
        "environment": environment,
        "expiry": expiry_at(known, timezone.now()),
        "api_portal_url": settings.API_PORTAL_URL,
    }
