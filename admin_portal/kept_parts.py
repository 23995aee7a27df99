"""{% load kept %}: parts of pages that are rendered once for the same values.

All that such a part is made of is in its key: the values, the language, the time zone. It sees
nothing else, neither the page nor the visitor, so that it can't show anybody another's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

MOST_KEPT = 512
"""Parts, of some kilobytes each, or thirty. The ones that nobody asked for longest go first."""

register = template.Library()


@register.simple_tag
def kept(template_name: str, **values: Hashable) -> SafeString:
    """Render a template of nothing but `values`, which are what they are for good."""
    return _render(template_name, get_language(), get_current_timezone_name(), **values)


@lru_cache(maxsize=MOST_KEPT, typed=True)
def _render(
    template_name: str, language: str | None, time_zone: str, /, **values: Hashable
) -> SafeString:
    return render_to_string(template_name, values)


def kept_as(key: Hashable, render: Callable[[], str]) -> str:
    """Return what `render` returns, which nothing but `key`, language and time zone may change."""
    cell = _cell(key, get_language(), get_current_timezone_name())
    if not cell:
        cell.append(render())
    return cell[0]


@lru_cache(maxsize=MOST_KEPT, typed=True)
def _cell(key: Hashable, language: str | None, time_zone: str) -> list[str]:
    return []


def forget() -> None:
    """Render all parts anew when they are next asked for."""
    _render.cache_clear()
    _cell.cache_clear()
