"""Signing in before anything else, on both sites."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext as _


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """Send to sign in; who has just sent a form is told that it was in vain."""
        if request.method == "POST":
            messages.warning(
                request,
                _("You were signed out, so nothing was saved. Sign in and do it once more."),
            )
        return super().handle_no_permission(request, view_func)
