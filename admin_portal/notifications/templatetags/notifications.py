from typing import Any

from django import template

from admin_portal.notifications.reading import MOST_COUNTED, newest_unread

register = template.Library()

SHOWN = 5


@register.inclusion_tag("notifications/_bell.html", takes_context=True)
def bell(context: template.Context) -> dict[str, Any]:
    """Render the bell: how much is unread, and the newest of it.

    Costs one query, or none where the page has asked for `unread` already.
    """
    unread = context.get("unread")
    if unread is None:
        unread = newest_unread(context["request"].user)
    return {"number": len(unread), "most": MOST_COUNTED, "newest": unread[:SHOWN]}
