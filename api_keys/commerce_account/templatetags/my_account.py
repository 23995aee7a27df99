from dataclasses import dataclass
from typing import Any

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from api_keys.commerce_account.access import current_company
from api_keys.commerce_account.environments import label_of

register = template.Library()
register.filter("environment_label", label_of)


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
    Entry(_("Language and time zone"), "preferences", "/language/"),
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
