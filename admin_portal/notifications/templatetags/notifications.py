from django import template
from django.utils.safestring import SafeString

from admin_portal.kept_parts import kept
from admin_portal.notifications.reading import MOST_COUNTED, newest_unread

register = template.Library()

SHOWN = 5


@register.simple_tag(takes_context=True)
def bell(context: template.Context) -> SafeString:
    """Render the bell: how much is unread, and the newest of it.

    Costs one query, or none where the page has asked for `unread` already.
    """
    unread = context.get("unread")
    if unread is None:
        unread = newest_unread(context["request"].user)
    newest = tuple(unread[:SHOWN])
    return kept("notifications/_bell.html", number=len(unread), most=MOST_COUNTED, newest=newest)
