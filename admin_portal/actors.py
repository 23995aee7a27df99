"""Who does something, as histories and logs write it down. Both sites' own."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import HttpRequest


@dataclass(frozen=True)
class Actor:
    """Who does something, and from which address. Neither is known of commands and jobs."""

    user: User | None
    address: str = ""


NOBODY = Actor(None)
"""The site itself: a background job or a management command."""


def actor_of(request: HttpRequest) -> Actor:
    user = request.user if isinstance(request.user, User) else None
    return Actor(user, request.META["REMOTE_ADDR"])
