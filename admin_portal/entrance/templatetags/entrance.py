from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from admin_portal.csrf import token_of
from admin_portal.kept_parts import kept
from admin_portal.meanwhile import part_of_every_page
from admin_portal.sign_in.sessions import time_left

register = template.Library()

_DIALOG = """
<dialog class="dialog" role="alertdialog" data-session="{url}" data-user="{user}" \
data-idle="{idle}" data-longest="{longest}">
  <form method="post" action="{url}" data-session-part="idle" hidden>
    <input type="hidden" name="csrfmiddlewaretoken" value="{token}">
    {idle_part}
  </form>
  {other_parts}
</dialog>
"""
"""No template: whatever is in it is of this visit alone, or kept already."""


@register.simple_tag(takes_context=True)
def session_dialog(context: template.Context) -> SafeString:
    """Render what a script shows a minute before the session ends, and after."""
    return _session_dialog(context["request"])


@part_of_every_page
def _session_dialog(request: HttpRequest) -> SafeString:
    left = time_left(request)
    idle_minutes = settings.SESSION_COOKIE_AGE // 60
    return format_html(
        _DIALOG,
        url=reverse("session"),
        user=request.user.pk,
        idle=left.idle,
        longest=left.longest,
        token=token_of(request),
        idle_part=kept("entrance/_session_idle.html", idle_minutes=idle_minutes),
        other_parts=kept(
            "entrance/_session_parts.html", hours=settings.SESSION_LONGEST_SECONDS // 3600
        ),
    )
