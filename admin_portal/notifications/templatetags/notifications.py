from typing import Any

from django import template

from admin_portal.notifications.models import Notification

register = template.Library()

MOST_COUNTED = 99
SHOWN = 5


@register.inclusion_tag("notifications/_bell.html", takes_context=True)
def bell(context: template.Context) -> dict[str, Any]:
    """Render the bell: how much is unread, and the newest of it. Costs one query."""
    user = context["request"].user
    unread = list(Notification.objects.unread_by(user).order_by("-pk")[: MOST_COUNTED + 1])
    return {"number": len(unread), "most": MOST_COUNTED, "newest": unread[:SHOWN]}
