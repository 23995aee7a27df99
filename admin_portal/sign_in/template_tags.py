"""{% load sign_in %}. Named in TEMPLATES, as this package is no app."""

import json
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString

from admin_portal.sign_in import kept_input, second_factors
from admin_portal.sign_in.browsers import describe

register = template.Library()


@register.simple_tag(takes_context=True)
def page_at_localhost(context: RequestContext) -> str:
    """Return this page's address at localhost, where it was opened by a number, or nothing.

    Browsers tie a passkey to a name and refuse it at 127.0.0.1. Only the embedded default is
    served there.
    """
    request = context["request"]
    at = urlsplit(f"//{request.get_host()}")
    if settings.IS_HTTPS or at.hostname not in ("127.0.0.1", "::1"):
        return ""
    port = f":{at.port}" if at.port else ""
    return f"{request.scheme}://localhost{port}{request.get_full_path()}"


@register.simple_tag(takes_context=True)
def keeps_input(context: RequestContext) -> SafeString:
    """Render what has a form's input kept if its author is signed out meanwhile."""
    signature = kept_input.signature_of(context["request"].user.pk)
    return format_html('<input type="hidden" name="{}" value="{}">', kept_input.AUTHOR, signature)


@register.filter
def as_json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def browser(user_agent: str) -> str:
    return describe(user_agent)


@register.filter
def is_readable(wrapped: Any) -> bool:
    """Tell whether the encryption keys of today open what the library wrapped."""
    return second_factors.is_readable(wrapped.instance)
