import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from api_keys.commerce_account import second_factors
from api_keys.commerce_account.access import current_company
from api_keys.commerce_account.browsers import describe

register = template.Library()


@dataclass(frozen=True)
class Entry:
    label: str | Promise
    urlname: str
    part: str
    """What the address of each of its pages has in it, with or without a company before it."""


OF_A_COMPANY = (
    Entry(_("API Portal"), "keys", "/api-portal/"),
    Entry(_("Members"), "members", "/members/"),
    Entry(_("History"), "history", "/history/"),
)
OF_A_PERSON = (
    Entry(_("Security"), "mfa_index", "/security/"),
    Entry(_("Sessions"), "usersessions_list", "/sessions/"),
)


@register.inclusion_tag("commerce_account/_navigation.html", takes_context=True)
def account_navigation(context: RequestContext) -> dict[str, Any]:
    """List the areas of My Account, and mark the one that the page belongs to.

    On a person's own pages the company is the one whose page was seen last.
    """
    request = context["request"]
    company = context.get("company") or current_company(request)
    entries = [(e, reverse(e.urlname, args=[company.pk])) for e in OF_A_COMPANY if company]
    entries += [(e, reverse(e.urlname)) for e in OF_A_PERSON]
    return {"entries": [(e.label, url, e.part in request.path) for e, url in entries]}


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
