"""What people read of an event: what, who, and the details, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _, ngettext

from admin_portal.preferences.instants import instant
from api_keys.commerce_account.models import Event, Role

_BY_JOBS = (Event.Kind.KEY_RETIRED, Event.Kind.KEY_EXPIRES_SOON, Event.Kind.KEY_EXPIRED)
Detail = dict[str, Any]


def what(event: Event) -> str:
    # `get_kind_display` translates all kinds to find one, which a long CSV feels.
    return str(Event.Kind(event.kind).label)


def who(event: Event) -> str:
    """Return the e-mail that the person had then, or else which part of the site it was."""
    if event.actor_email:
        return event.actor_email
    if event.kind == Event.Kind.KEY_LEAKED or event.address:
        return _("leak report")
    if event.kind == Event.Kind.SUCCESSOR_USED:
        return _("validation service")
    return _("background job") if event.kind in _BY_JOBS else _("command")


def details(event: Event) -> str:
    """Return what is to say beyond the kind, or an empty text. Never fails on old events."""
    words = _WORDS.get(Event.Kind(event.kind))
    return words(event.detail) if words else ""


def _person_and_role(detail: Detail) -> str:
    words = {"person": detail.get("email", "…"), "role": _role(detail.get("role"))}
    return _("%(person)s, %(role)s") % words


def _change_of_role(detail: Detail) -> str:
    words = {
        "person": detail.get("email", "…"),
        "old": _role(detail.get("old")),
        "new": _role(detail.get("new")),
    }
    return _("%(person)s: from %(old)s to %(new)s") % words


def _roll(detail: Detail) -> str:
    words = {"key": detail.get("successor", "…"), "end": _instant(detail.get("retires_at"))}
    if detail.get("retires_on_use"):
        return _("New key %(key)s. The old one works until it is seen, or %(end)s.") % words
    return _("New key %(key)s. The old one works until %(end)s.") % words


def _end_of_roll(detail: Detail) -> str:
    return _("The old key works until %s.") % _instant(detail.get("retires_at"))


def _days_left(detail: Detail) -> str:
    days = detail.get("days")
    return ngettext("%d day left", "%d days left", days) % days if isinstance(days, int) else ""


def _device(detail: Detail) -> str:
    return _("New device") if detail.get("new_device") else ""


_WORDS: dict[Event.Kind, Callable[[Detail], str]] = {
    Event.Kind.COMPANY_CREATED: lambda detail: str(detail.get("name", "")),
    Event.Kind.MEMBER_INVITED: _person_and_role,
    Event.Kind.INVITATION_WITHDRAWN: _person_and_role,
    Event.Kind.MEMBER_JOINED: _person_and_role,
    Event.Kind.ROLE_CHANGED: _change_of_role,
    Event.Kind.MEMBER_REMOVED: _person_and_role,
    Event.Kind.MEMBER_LEFT: _person_and_role,
    Event.Kind.SIGNED_IN: _device,
    Event.Kind.KEY_ROLLED: _roll,
    Event.Kind.SUCCESSOR_USED: _end_of_roll,
    Event.Kind.KEY_EXPIRES_SOON: _days_left,
}


def _role(value: Any) -> str:
    return str(Role(value).label) if value in Role.values else "…"


def _instant(value: Any) -> str:
    try:
        return instant(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return "…"
