"""A company's history as rows of a CSV file."""

from __future__ import annotations

from django.utils.translation import gettext as _

from api_keys.commerce_account.history_words import details, what, who
from api_keys.commerce_account.models import Event


def head() -> list[str]:
    return [
        _("Time (UTC)"),
        _("What"),
        _("Key"),
        _("Fingerprint"),
        _("Who"),
        _("Address"),
        _("Details"),
    ]


def cells(event: Event) -> list[str]:
    return [
        f"{event.created_at:%Y-%m-%d %H:%M:%S}",
        what(event),
        event.key.description if event.key else "",
        event.key.fingerprint if event.key else "",
        who(event),
        event.address,
        details(event),
    ]
