from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from api_keys.store_configuration.verification_words import VERDICTS

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

register = template.Library()


@register.filter
def in_words(verdict: str) -> StrPromise | str:
    """Return the words for a verdict."""
    return VERDICTS.get(verdict, verdict)
