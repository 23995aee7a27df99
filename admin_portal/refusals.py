"""A record of pages of the Admin that were refused."""

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from admin_portal.action_log.actions import Action, Result
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import actor_of
from admin_portal.logs import path_without_tokens
from admin_portal.networks import network_of
from admin_portal.shared_cache import count_up

logger = logging.getLogger(__name__)

STRANGERS_REFUSALS = 10
"""Recorded of one address in a minute."""


class RefusedPagesMiddleware:
    """Record answers with status 403. The refusal stands, even if that can't be done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 403:
            try:
                _record(request)
            except Exception:  # whatever it is, an error would take the refusal's place
                logger.exception("A refused page was not recorded.")
        return response


def _record(request: HttpRequest) -> None:
    """Record a refusal, unless there are many: then the next row tells how many had none."""
    name, most = _bound_for(request)
    if count_up(name, seconds=60) > most:
        count_up(f"{name}-unrecorded", seconds=24 * 3600)
        return
    changes = [Change(_("Method"), "", str(request.method))]
    if unrecorded := cache.get(f"{name}-unrecorded"):
        changes.append(Change(_("Refused before, without a record"), "", str(unrecorded)))
        cache.delete(f"{name}-unrecorded")
    record(
        Action.PAGE_REFUSED,
        by=actor_of(request),
        result=Result.FAILURE,
        subject=path_without_tokens(request.path_info.encode()),
        changes=changes,
    )


def _bound_for(request: HttpRequest) -> tuple[str, int]:
    """Return under which name a refusal is counted, and how many of that are rows in a minute.

    Rows stay for good, so nobody may add them at will. Pages that differ by a number are one.
    """
    if user := actor_of(request).user:
        route = request.resolver_match.route if request.resolver_match else ""
        return f"refused-{user.pk}-{route}", 1
    return f"refused-{network_of(request.META['REMOTE_ADDR'])}", STRANGERS_REFUSALS
