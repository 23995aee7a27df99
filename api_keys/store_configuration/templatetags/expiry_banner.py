from datetime import datetime

from django import template
from django.conf import settings
from django.utils import timezone

from admin_portal.kept_parts import kept
from api_keys.store_configuration.expiries import expiry_at
from api_keys.store_configuration.held_keys import HeldKey
from api_keys.store_configuration.permissions import SAVE, SEE

register = template.Library()


@register.simple_tag(takes_context=True)
def expiry_banner(
    context: template.Context, held: HeldKey | str | None, expires_at: datetime | str | None
) -> str:
    """Render that a held key expires soon; nothing when it doesn't, or when that isn't known."""
    if not isinstance(held, HeldKey) or not isinstance(expires_at, datetime):
        return ""  # a page of the channel that is open without a key
    expiry = expiry_at(expires_at, timezone.now())
    if expiry is None:
        return ""
    return kept(
        "store_configuration/_expiry_banner.html",
        environment=held.environment,
        locked_by=held.locked_by,
        expiry=expiry,
        may_add=context["request"].user.has_perms((SEE, SAVE)),
        api_portal_url=settings.API_PORTAL_URL,
    )
