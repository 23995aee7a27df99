"""Whether a visitor lately proved who it is, and asking for it."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase

P = ParamSpec("P")
Request = TypeVar("Request", bound=HttpRequest)


def has_recent_proof(request: HttpRequest) -> bool:
    """Tell whether the visitor gave a password or a second factor lately, signing in included."""
    user = request.user
    records = get_authentication_records(request, user if isinstance(user, User) else None)
    return bool(records) and time.time() - records[-1]["at"] < settings.STEP_UP_SECONDS


def proof_required(
    view: Callable[Concatenate[Request, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Ask for the password or second factor again before a form is carried out.

    The library keeps what was sent, asks, and then goes on with it. Looking at the form's page
    is free.
    """

    @functools.wraps(view)
    def guarded(request: Request, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        require_recent_proof(request)
        return view(request, *args, **kwargs)

    return guarded


def require_recent_proof(request: HttpRequest) -> None:
    """Raise what the library answers by asking, for a form without recent proof."""
    if request.method == "POST" and not has_recent_proof(request):
        # The library finds what was sent again by the path alone.
        request.META["QUERY_STRING"] = ""
        raise ReauthenticationRequired
