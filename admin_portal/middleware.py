"""What stands before every page of both sites: whose request it is, and signing in."""

from collections.abc import Callable
from typing import Any

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from admin_portal.networks import visitor_of
from admin_portal.sign_in.kept_input import keep


class TrustedProxiesMiddleware:
    """Make REMOTE_ADDR the visitor's address where a trusted proxy handed the request on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.TRUSTED_PROXIES:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = visitor_of(request.META)
        return self.get_response(request)


class ContentSecurityPolicyMiddleware:
    """Send django-csp's policy, which is put together once: here no page has one of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not (settings.DEBUG and response.status_code in (404, 500)):  # Django's pages for us
            response.headers.setdefault(HEADER, self.policy)
        return response


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """Send to sign in; who has just sent a form is told that it was in vain."""
        if request.method == "POST" and keep(request):
            text = _(
                "You were signed out, so nothing was saved. Sign in: what you entered is kept."
            )
            messages.warning(request, text)
        elif request.method == "POST":
            text = _("You were signed out, so nothing was saved. Sign in and do it once more.")
            messages.warning(request, text)
        return super().handle_no_permission(request, view_func)
