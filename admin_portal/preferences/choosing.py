"""Whose language and whose clock: for a page, or for an e-mail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from admin_portal.preferences.models import Preferences

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_REGIONS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


@cache
def time_zones() -> tuple[str, ...]:
    """Return the names that one can choose, as "Asia/Tokyo". Not the aliases of old times."""
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(_REGIONS)))


def language_choices() -> list[tuple[str, StrOrPromise]]:
    """Return each language's code with the name by which one chooses it."""
    return [("", _("As the browser asks")), *settings.LANGUAGES]


def language_name(code: str) -> StrOrPromise:
    # One that is offered no more stands for itself.
    return dict(language_choices()).get(code, code)


def preferences_of(user: User) -> Preferences:
    """Return what somebody chose; where that is nothing yet, choices to be saved."""
    try:
        return user.preferences
    except Preferences.DoesNotExist:
        return Preferences(user=user)


@contextmanager
def in_words_for(user: User | None, *, otherwise: str = "") -> Iterator[str]:
    """Speak the language, and tell the time, that `user` chose; yield the language.

    `otherwise` is the language for somebody who chose none; it may be empty: the site's own.
    """
    chosen = preferences_of(user) if user else Preferences()
    language = _known(chosen.language) or _known(otherwise) or settings.LANGUAGE_CODE
    zone = ZoneInfo(chosen.time_zone) if chosen.time_zone in time_zones() else None
    with translation.override(language), timezone.override(zone):
        yield language


@contextmanager
def in_words_for_address(address: str, *, otherwise: str = "") -> Iterator[str]:
    """Like `in_words_for`, for whoever gets e-mails at `address`."""
    people = User.objects.select_related("preferences").filter(is_active=True)
    found = people.filter(email__iexact=address).order_by("pk").first() if address else None
    with in_words_for(found, otherwise=otherwise) as language:
        yield language


def _known(language: str) -> str:
    return language if language in dict(settings.LANGUAGES) else ""
