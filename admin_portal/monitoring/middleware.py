"""What stands before everything else on both sites: each request's id, its counting, its trace."""

import time
from collections.abc import Callable

from django.conf import settings
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from admin_portal.monitoring import metrics, request_ids, tracing
from api_keys.contract import REQUEST_ID_HEADER


@receiver(request_finished)
def _end(**_signal: object) -> None:
    # Not before: Django logs a refusal after the middleware, and files are written by then, too.
    request_ids.end()


class RequestMiddleware:
    """Identify, count and trace each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        request_id = request_ids.begin(request.META)
        with tracing.request_span(request.META) as span:
            response = self.get_response(request)
            view, status = view_of(request), response.status_code
            method = metrics.known_method(request.method)
            span.tell_request(method, view, status)
        metrics.count_request(view, method, status, time.perf_counter() - began)
        response[REQUEST_ID_HEADER] = request_id
        return response


def view_of(request: HttpRequest) -> str:
    """Return the view's name in the URLconf: paths have ids and tokens in them."""
    if request.resolver_match:
        return request.resolver_match.view_name
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"
