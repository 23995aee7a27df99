from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from admin_portal.help.screens import help_about
from admin_portal.kept_parts import kept
from admin_portal.menu import CONFIGURATION, SIDEBAR, Entry, Link, allowed, entries_for, links_below
from api_keys.contract import KEY_PATTERN

register = template.Library()


@dataclass(frozen=True)
class Look:
    """All that a menu depends on. `granted` and `here` are of its own links, so there are few.

    `here` names the pages that lead to this one, or are it.
    """

    language: str | None
    granted: frozenset[str]
    here: frozenset[str]

    def has_perm(self, permission: str) -> bool:
        return permission in self.granted


@register.simple_tag(takes_context=True)
def sidebar(context: template.RequestContext) -> SafeString:
    """Render the entries that the user may open, the one of this page marked as current."""
    return _sidebar(_look(context["request"]))


@register.simple_tag(takes_context=True)
def configuration_sections(context: template.RequestContext) -> SafeString:
    return _sections(_look(context["request"]))


@lru_cache(maxsize=512)
def _sidebar(look: Look) -> SafeString:
    entries = [{"entry": each, "is_current": _holds(each, look.here)} for each in entries_for(look)]
    return render_to_string("admin_portal/_sidebar.html", {"entries": entries, "here": look.here})


@lru_cache(maxsize=512)
def _sections(look: Look) -> SafeString:
    context = {"groups": allowed(CONFIGURATION, look), "here": look.here}
    return render_to_string("admin_portal/_configuration_sections.html", context)


@register.simple_tag(takes_context=True)
def help_url(context: template.Context) -> str:
    """Return the address of this page's help; empty where it has none that one may open."""
    request = context["request"]
    about = help_about(request.resolver_match.view_name) if request.resolver_match else None
    if about is None or (about.permission and not request.user.has_perm(about.permission)):
        return ""
    return about.url


@register.simple_tag
def search_form() -> SafeString:
    return kept("search/_form.html", key_pattern=KEY_PATTERN.pattern)


@register.simple_tag(takes_context=True)
def current(context: template.Context, url_name: str) -> str:
    """Return "page" for the link to this very page or what lies below it, for `aria-current`."""
    return "page" if url_name in context["here"] else "false"


def forget() -> None:
    """Render the menus anew when they are next asked for."""
    _sidebar.cache_clear()
    _sections.cache_clear()


def _look(request: HttpRequest) -> Look:
    pages = _pages()
    return Look(
        get_language(),
        frozenset(filter(request.user.has_perm, {permission for _, _, permission in pages})),
        frozenset(name for name, path, _ in pages if _is_at(path, request.path)),
    )


@cache
def _pages() -> list[tuple[str, str, str]]:
    """Return each page of the menu by its name, with its path and its permission."""
    links = [link for entry in SIDEBAR for link in _links(entry)]
    return [(link.url_name, reverse(link.url_name), link.permission) for link in links]


def _links(entry: Entry) -> list[Link]:
    return [entry.link] if entry.link else list(links_below(entry.groups))


def _holds(entry: Entry, here: frozenset[str]) -> bool:
    return any(link.url_name in here for link in _links(entry))


def _is_at(page: str, path: str) -> bool:
    return path == page or (page != "/" and path.startswith(page))
