"""What stands before every page of both sites: whose request it is, and signing in."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from admin_portal.sign_in.kept_input import keep


class TrustedProxiesMiddleware:
    """Make REMOTE_ADDR the visitor's address where a trusted proxy handed the request on.

    Nothing else reads X-Forwarded-For. Each proxy adds the address it was called from at the
    end, so that the list is read from there, and only as far as trusted proxies wrote it: what
    lies further left is whatever the visitor made up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.TRUSTED_PROXIES:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer = _address(request.META.get("REMOTE_ADDR", ""))
        if peer is not None and _is_trusted(peer):
            forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
            request.META["REMOTE_ADDR"] = str(_visitor(peer, forwarded))
        return self.get_response(request)


def _visitor(peer: IPv4Address | IPv6Address, forwarded: str) -> IPv4Address | IPv6Address:
    visitor = peer
    for written in reversed(forwarded.split(",")):
        address = _address(written)
        if address is None:
            break  # what a trusted proxy can't name, nobody further left can
        visitor = address
        if not _is_trusted(address):
            break
    return visitor


def _address(written: str) -> IPv4Address | IPv6Address | None:
    try:
        # What may stand behind a % is text of anybody's choice.
        address = ip_address(written.strip().partition("%")[0])
    except ValueError:
        return None
    # A socket that serves both families has IPv4 peers as ::ffff:192.0.2.1.
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)


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
