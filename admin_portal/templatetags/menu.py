from typing import Any

from django import template
from django.urls import reverse

from admin_portal.help.screens import help_about
from admin_portal.menu import CONFIGURATION, Entry, allowed, entries_for, links_below
from api_keys.contract import KEY_PATTERN

register = template.Library()


@register.inclusion_tag("admin_portal/_sidebar.html", takes_context=True)
def sidebar(context: template.RequestContext) -> dict[str, Any]:
    """Render the entries that the user may open, the one of this page marked as current."""
    request = context["request"]
    entries = [
        {"entry": entry, "is_current": _holds(entry, request.path)}
        for entry in entries_for(request.user)
    ]
    return {"entries": entries, "path": request.path}


@register.inclusion_tag("admin_portal/_configuration_sections.html", takes_context=True)
def configuration_sections(context: template.RequestContext) -> dict[str, Any]:
    request = context["request"]
    return {"groups": allowed(CONFIGURATION, request.user), "path": request.path}


@register.simple_tag(takes_context=True)
def help_url(context: template.Context) -> str:
    """Return the address of this page's help; empty where it has none that one may open."""
    request = context["request"]
    about = help_about(request.resolver_match.view_name) if request.resolver_match else None
    if about is None or (about.permission and not request.user.has_perm(about.permission)):
        return ""
    return about.url


@register.inclusion_tag("search/_form.html")
def search_form() -> dict[str, Any]:
    return {"key_pattern": KEY_PATTERN.pattern}


@register.simple_tag(takes_context=True)
def current(context: template.Context, url_name: str) -> str:
    """Return "page" for the link to this very page or what lies below it, for `aria-current`."""
    return "page" if _is_at(url_name, context["path"]) else "false"


def _holds(entry: Entry, path: str) -> bool:
    if entry.link:
        return path == reverse(entry.link.url_name)
    return any(_is_at(link.url_name, path) for link in links_below(entry.groups))


def _is_at(url_name: str, path: str) -> bool:
    return path.startswith(reverse(url_name))
