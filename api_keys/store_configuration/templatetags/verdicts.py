from django import template
from django_stubs_ext import StrPromise

from api_keys.store_configuration.verification_words import VERDICTS

register = template.Library()


@register.filter
def in_words(verdict: str) -> StrPromise | str:
    """Return the words for a verdict."""
    return VERDICTS.get(verdict, verdict)
