"""What somebody has to do first, and who therefore reaches nothing else."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from admin_portal.security.passwords import is_too_old
from admin_portal.sign_in.second_factors import had_second_factor, is_second_factor_required

_STILL_YOU = ("account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn")


class Confinement(Enum):
    """What to do first. The values are the names of the pages that one reaches until then."""

    CHANGE_PASSWORD = ("account_change_password",)
    SET_UP_SECOND_FACTOR = (
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        *_STILL_YOU,
    )

    @property
    def page(self) -> str:
        return str(self.value[0])


def confinement_of(user: User) -> Confinement | None:
    if is_too_old(user):
        return Confinement.CHANGE_PASSWORD
    if is_second_factor_required() and not had_second_factor(user):
        return Confinement.SET_UP_SECOND_FACTOR
    return None


class ConfinementMiddleware:
    """Lead to what has to be done first. Pages for everybody, as signing out, stay open.

    `request.confinement` tells templates, which show nothing else then, either.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not isinstance(request.user, User) or not getattr(view, "login_required", True):
            return None
        confinement = confinement_of(request.user)
        if confinement is None:
            return None
        request.confinement = confinement  # type: ignore[attr-defined]  # for templates
        match = request.resolver_match
        if match and match.url_name in confinement.value:
            return None
        if request.method == "POST":
            messages.warning(request, _("Nothing was saved. Do first what this page asks for."))
        return redirect(confinement.page)
