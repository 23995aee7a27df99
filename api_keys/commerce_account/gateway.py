"""A check's own way into the site, past Django's request, middleware and URLs."""

import time
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from admin_portal.monitoring import metrics, request_ids, tracing
from admin_portal.networks import visitor_of
from api_keys.commerce_account.answering import answer_check
from api_keys.commerce_account.replies import Reply
from api_keys.contract import CHECK_PATH, REQUEST_ID_HEADER, Environment

ENVIRONMENT_OF_PATH = {
    CHECK_PATH: Environment.PRODUCTION,
    f"/{Environment.SANDBOX}{CHECK_PATH}": Environment.SANDBOX,
}

VIEW = "api_key_check"
"""As it is called in metrics and traces, and in the URLconf."""

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def with_gateway(pages: Application) -> Application:
    """Return a WSGI application that answers plain checks itself, and leaves the rest to `pages`.

    The rest is also what is odd about a check, as a foreign host name is: Django knows best how to
    refuse that.
    """
    constant = list(_headers().items())
    in_clear = [header for header in constant if header[0] != "Strict-Transport-Security"]

    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environment = ENVIRONMENT_OF_PATH.get(environ.get("PATH_INFO", ""))
        if environment is None or not _is_ours(environ.get("HTTP_HOST", "")):
            return pages(environ, start_response)
        environ["REMOTE_ADDR"] = visitor_of(environ)
        reply = _answer(environ, environment)
        added = constant if environ["wsgi.url_scheme"] == "https" else in_clear
        start_response(_status_line(reply.status), [*reply.headers.items(), *added])
        return [reply.body]

    return application


def _answer(environ: dict[str, Any], environment: Environment) -> Reply:
    """Answer a check, with what `RequestMiddleware` does for a page."""
    began = time.perf_counter()
    request_id = request_ids.begin(environ)
    with tracing.request_span(environ) as span:
        reply = answer_check(environ, environment)
        method = metrics.known_method(environ["REQUEST_METHOD"])
        span.tell_request(method, VIEW, reply.status)
    request_ids.end()
    reply.headers[REQUEST_ID_HEADER] = request_id
    metrics.count_request(VIEW, method, reply.status, time.perf_counter() - began)
    return reply


@cache
def _status_line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"


def _headers() -> dict[str, str]:
    """Return what the pages' middleware adds to each answer."""
    headers = {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    }
    if settings.SECURE_HSTS_SECONDS:
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    return headers


@lru_cache(maxsize=64)
def _is_ours(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
