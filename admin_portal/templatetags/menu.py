from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse

from admin_portal.menu import CONFIGURATION, SIDEBAR, Entry, Group, Link

register = template.Library()


@register.inclusion_tag("admin_portal/_sidebar.html", takes_context=True)
def sidebar(context: template.RequestContext) -> dict[str, Any]:
    """Render the entries that the user may open, the one of this page marked as current."""
    request = context["request"]
    entries = []
    for entry in SIDEBAR:
        allowed = replace(entry, groups=_allowed(entry.groups, request.user))
        if allowed.link or allowed.groups:
            entries.append({"entry": allowed, "is_current": _holds(allowed, request.path)})
    return {"entries": entries, "path": request.path}


@register.inclusion_tag("admin_portal/_configuration_sections.html", takes_context=True)
def configuration_sections(context: template.RequestContext) -> dict[str, Any]:
    request = context["request"]
    return {"groups": _allowed(CONFIGURATION, request.user), "path": request.path}


@register.simple_tag(takes_context=True)
def current(context: template.Context, url_name: str) -> str:
    """Return "page" for the link to this very page or what lies below it, for `aria-current`."""
    return "page" if _is_at(url_name, context["path"]) else "false"


def _allowed(groups: tuple[Group, ...], user: User | AnonymousUser) -> tuple[Group, ...]:
    kept = (
        replace(group, links=tuple(shown for link in group.links if (shown := _shown(link, user))))
        for group in groups
    )
    return tuple(group for group in kept if group.links)


def _shown(link: Link, user: User | AnonymousUser) -> Link | None:
    """Return the link as it is for this user; None when there is nothing for them to open."""
    if link.sections:
        sections = _allowed(link.sections, user)
        pages = [page.url_name for page in _links_below(sections)]
        first = link.url_name if link.url_name in pages else next(iter(pages), None)
        return replace(link, url_name=first, sections=sections) if first else None
    return link if not link.permission or user.has_perm(link.permission) else None


def _holds(entry: Entry, path: str) -> bool:
    if entry.link:
        return path == reverse(entry.link.url_name)
    return any(_is_at(link.url_name, path) for link in _links_below(entry.groups))


def _links_below(groups: tuple[Group, ...]) -> Iterator[Link]:
    for group in groups:
        for link in group.links:
            yield link
            yield from _links_below(link.sections)


def _is_at(url_name: str, path: str) -> bool:
    return path.startswith(reverse(url_name))
