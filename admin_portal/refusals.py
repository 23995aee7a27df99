"""One id for each request of the Admin, and a record of each page that was refused."""

import logging
from collections.abc import Callable
from uuid import uuid4

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from admin_portal.action_log.actions import Action, Result
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import actor_of
from admin_portal.logs import path_without_tokens
from admin_portal.networks import network_of
from api_keys.contract import REQUEST_ID_HEADER

logger = logging.getLogger(__name__)

STRANGERS_REFUSALS = 10
"""Recorded of one address in a minute. Rows stay for good, so nobody may add them at will."""


class RequestIdMiddleware:
    """Give each request an id that the visitor can't choose, and tell it in the answer.

    It stands in the Action Log, and in the access log, which reads the same header.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["HTTP_X_REQUEST_ID"] = uuid4().hex
        response = self.get_response(request)
        response[REQUEST_ID_HEADER] = request.META["HTTP_X_REQUEST_ID"]
        return response


class RefusedPagesMiddleware:
    """Record each answer with status 403. The refusal stands, even if that can't be done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 403:
            try:
                if _counts(request):
                    _record(request)
            except Exception:
                logger.exception("A refused page was not recorded.")
        return response


def _counts(request: HttpRequest) -> bool:
    if actor_of(request).user:
        return True
    name = f"refused-{network_of(request.META['REMOTE_ADDR'])}"
    cache.add(name, 0, timeout=60)
    return cache.incr(name) <= STRANGERS_REFUSALS


def _record(request: HttpRequest) -> None:
    path = path_without_tokens(request.path_info.encode())
    what = Change(_("Method"), "", str(request.method))
    record(
        Action.PAGE_REFUSED,
        by=actor_of(request),
        result=Result.FAILURE,
        subject=path,
        changes=[what],
    )
