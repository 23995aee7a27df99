"""Second factors that were added or removed, in the record of what administrators do."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_noop

from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import actor_of

NAMES = {
    Authenticator.Type.TOTP: gettext_noop("Authenticator app"),
    Authenticator.Type.WEBAUTHN: gettext_noop("Passkey"),
    Authenticator.Type.RECOVERY_CODES: gettext_noop("Recovery codes"),
}

View = Callable[..., HttpResponseBase]


def recorded(view: View) -> View:
    """Record which of one's own second factors a form added or removed, in its transaction."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or not isinstance(request.user, User):
            return view(request, *args, **kwargs)
        with transaction.atomic():
            before = _factors_of(request.user)
            response = view(request, *args, **kwargs)
            after = _factors_of(request.user)
            for factor in _without(before, after):
                if factor.type != Authenticator.Type.RECOVERY_CODES:
                    _record(Action.FACTOR_REMOVED, factor, request)
            for factor in _without(after, before):
                made = factor.type == Authenticator.Type.RECOVERY_CODES
                _record(
                    Action.RECOVERY_CODES_MADE if made else Action.FACTOR_ADDED, factor, request
                )
        return response

    return wrapped


def names_of(factors: Iterable[Authenticator]) -> str:
    """Return what people call these factors, in English, as the record keeps it."""
    return ", ".join(sorted({NAMES[Authenticator.Type(factor.type)] for factor in factors}))


def _record(action: Action, factor: Authenticator, request: HttpRequest) -> None:
    named = factor.type == Authenticator.Type.WEBAUTHN
    name = [Change("Name", "", str(factor))] if named else []
    record(action, by=actor_of(request), subject=names_of([factor]), changes=name)


def _factors_of(user: User) -> dict[int, Authenticator]:
    return {factor.pk: factor for factor in Authenticator.objects.filter(user=user)}


def _without(
    some: dict[int, Authenticator], others: dict[int, Authenticator]
) -> list[Authenticator]:
    return [factor for pk, factor in some.items() if pk not in others]
