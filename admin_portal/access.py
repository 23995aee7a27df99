"""Who gets to which page of the Admin."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

# What belongs to no table of its own; `people.models.Role` declares it.
VIEW_DASHBOARD = "people.view_dashboard"
OPEN_CHANNEL = "people.open_channel"
MANAGE_PERMISSIONS = "people.manage_permissions"
USE_TOOLS = "people.use_tools"

P = ParamSpec("P")
Request = TypeVar("Request", bound=HttpRequest)
Response = TypeVar("Response", bound=HttpResponseBase)


class HasPermissions(Protocol):
    """A user, or whatever may as much as one."""

    def has_perm(self, permission: str, /) -> bool: ...


def permission_required(
    permission: str,
) -> Callable[
    [Callable[Concatenate[Request, P], Response]], Callable[Concatenate[Request, P], Response]
]:
    """Refuse a page with 403 to whoever lacks `permission`, Django's "app.codename".

    Unlike Django's own, it tells the page of the refusal which permission that is.
    """

    def decorate(
        view: Callable[Concatenate[Request, P], Response],
    ) -> Callable[Concatenate[Request, P], Response]:
        @functools.wraps(view)
        def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Response:
            require_permission(request, permission)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def require_permission(request: HttpRequest, permission: str) -> None:
    user: Any = request.user
    if not user.has_perm(permission):
        raise PermissionDenied(permission)
