"""A check's own way through Django, without what only pages need.

Sessions, signing in, forms and static files cost a check more than all the rest of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponseBase

from admin_portal.middleware import TrustedProxiesMiddleware
from api_keys.contract import CHECK_PATH, Environment

PATHS = {CHECK_PATH, f"/{Environment.SANDBOX}{CHECK_PATH}"}

GetResponse = Callable[[HttpRequest], HttpResponseBase]
StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class _GatewayHandler(WSGIHandler):
    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware, self._template_response_middleware = [], []
        self._exception_middleware: list[Any] = []
        chain: GetResponse = convert_exception_to_response(self._get_response)
        for middleware in (_headers_for_programs, TrustedProxiesMiddleware):
            try:
                chain = convert_exception_to_response(middleware(chain))
            except MiddlewareNotUsed:
                continue
        self._middleware_chain = chain


def with_gateway(pages: Application) -> Application:
    """Return an application that hands checks to the gateway, and everything else to `pages`."""
    gateway = _GatewayHandler()

    def application(
        environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        chosen = gateway if environ.get("PATH_INFO") in PATHS else pages
        return chosen(environ, start_response)

    return application


def _headers_for_programs(get_response: GetResponse) -> GetResponse:
    """Answer under our own host names only, with the headers that the pages have, too."""
    headers = {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    }
    if settings.SECURE_HSTS_SECONDS:
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.get_host()  # raises DisallowedHost, which becomes 400
        response = get_response(request)
        for name, value in headers.items():
            response.headers[name] = value
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    return middleware
