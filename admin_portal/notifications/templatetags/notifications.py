from django import template
from django.utils.safestring import SafeString

from admin_portal.kept_parts import kept
from admin_portal.notifications.reading import MOST_COUNTED, unread_by

register = template.Library()


@register.simple_tag(takes_context=True)
def bell(context: template.Context) -> SafeString:
    """Render the bell: how much is unread, and the newest of it.

    Costs one query, or none where the page has asked for `unread` already.
    """
    unread = context.get("unread") or unread_by(context["request"].user)
    return kept("notifications/_bell.html", unread=unread, most=MOST_COUNTED)
