from django import template
from django.http import HttpRequest
from django.utils.safestring import SafeString

from admin_portal.kept_parts import kept
from admin_portal.meanwhile import part_of_every_page
from admin_portal.notifications.reading import MOST_COUNTED, UnreadOnes, unread_by

register = template.Library()


@register.simple_tag(takes_context=True)
def bell(context: template.Context) -> SafeString:
    """Render the bell: how much is unread, and the newest of it.

    Costs one query, or none where the page has asked for `unread` already.
    """
    unread = context.get("unread")
    return _bell(unread) if unread else _bell_of(context["request"])


@part_of_every_page
def _bell_of(request: HttpRequest) -> SafeString:
    return _bell(unread_by(request.user))  # type: ignore[arg-type]  # whoever has a bell signed in


def _bell(unread: UnreadOnes) -> SafeString:
    return kept("notifications/_bell.html", unread=unread, most=MOST_COUNTED)
