from typing import Any

from django import template
from django.conf import settings

from admin_portal.sign_in.sessions import time_left

register = template.Library()


@register.inclusion_tag("entrance/_session_dialog.html", takes_context=True)
def session_dialog(context: template.Context) -> dict[str, Any]:
    """Render what a script shows a minute before the session ends, and after."""
    request = context["request"]
    return {
        "user": request.user,
        "left": time_left(request),
        "idle_minutes": settings.SESSION_COOKIE_AGE // 60,
        "hours": settings.SESSION_LONGEST_SECONDS // 3600,
    }
