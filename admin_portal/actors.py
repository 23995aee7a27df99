"""Who does something, as histories and logs write it down. Both sites' own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.contrib.auth.models import User
from django.http import HttpRequest

from admin_portal.monitoring import request_ids


@dataclass(frozen=True)
class Actor:
    """Who does something, from which address, and in which request.

    Nothing of that is known of jobs; of a command, only its `name`.
    """

    user: User | None
    address: str = ""
    request_id: str = ""
    name: str = ""


NOBODY = Actor(None)
"""The site itself, in a background job."""


def actor_of(request: HttpRequest) -> Actor:
    user = request.user if isinstance(request.user, User) else None
    return Actor(user, request.META["REMOTE_ADDR"], request_id=request_ids.current())


def actor_called(user: User | None, request: HttpRequest) -> Actor:
    """Return who acts where that is known otherwise, as it is while somebody signs in."""
    return replace(actor_of(request), user=user)


def command(name: str) -> Actor:
    """Return who acts when somebody runs a command at the server."""
    return Actor(None, name=f"manage.py {name}")
