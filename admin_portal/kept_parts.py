"""{% load kept %}: parts of pages that are rendered once for the same values.

All that such a part is made of is in its key: the values, the language, the time zone. It sees
nothing else, neither the page nor the visitor, so that it can't show anybody another's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache, lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

MOST_KEPT = 64
"""Renderings of one template, of some kilobytes each, or thirty. The ones that nobody asked for
longest go first: a dashboard's cards change with every verification that was counted."""

MOST_CELLS = 512
"""Texts that `kept_as` keeps in all, of a kilobyte or so each."""

register = template.Library()


@register.simple_tag
def kept(template_name: str, **values: Hashable) -> SafeString:
    """Render a template of nothing but `values`, which are what they are for good."""
    render = _renderer_of(template_name)
    return render(get_language(), get_current_timezone_name(), **values)


@cache
def _renderer_of(template_name: str) -> Callable[..., SafeString]:
    @lru_cache(maxsize=MOST_KEPT, typed=True)
    def render(language: str | None, time_zone: str, /, **values: Hashable) -> SafeString:
        return render_to_string(template_name, values)

    return render


def kept_as(key: Hashable, render: Callable[[], str]) -> str:
    """Return what `render` returns, which nothing but `key`, language and time zone may change."""
    cell = _cell(key, get_language(), get_current_timezone_name())
    if not cell:
        cell.append(render())
    return cell[0]


@lru_cache(maxsize=MOST_CELLS, typed=True)
def _cell(key: Hashable, language: str | None, time_zone: str) -> list[str]:
    return []


def forget() -> None:
    """Render all parts anew when they are next asked for."""
    _renderer_of.cache_clear()
    _cell.cache_clear()
