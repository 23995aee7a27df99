"""The pages of one's own account that the library's views do not do well."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView, login_webauthn
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure
from django.views.generic.edit import FormView

from admin_portal.encryption import UnreadableError
from admin_portal.sign_in.kept_input import keep
from admin_portal.sign_in.sessions import live_sessions

View = Callable[[HttpRequest], HttpResponse]

_PASSKEY_LIMITS = {"webauthn_options": "30/m/ip"}


class _ReauthenticateByPasskeyView(ReauthenticateWebAuthnView):
    def form_invalid(self, form: Form) -> HttpResponse:
        """Show the page again; the library would leave it, and forget what was asked for."""
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return response


class _GenerateRecoveryCodesView(recovery_codes.GenerateRecoveryCodesView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Count none of the old codes: where they can't be read, that would be an error."""
        return FormView.get_context_data(self, **kwargs)


class _ListSessionsView(ListUserSessionsView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        found = live_sessions(user)
        context = FormView.get_context_data(self, **kwargs)
        return {**context, "sessions": found, "session_count": len(found)}


def _if_readable(view: View) -> View:
    """Lead back to Security where today's encryption keys don't open the recovery codes."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except UnreadableError:
            messages.error(
                request, _("This site can no longer read your recovery codes. Make new ones.")
            )
            return redirect("mfa_index")

    return wrapped


@login_not_required
def sign_in_by_passkey(request: HttpRequest) -> HttpResponseBase:
    """Limit what a browser asks before it asks its user: each time a session begins, a row.

    The attempts themselves are limited by the library, as is whatever else is no GET.
    """
    answer: HttpResponseBase | None = None
    if request.method == "GET":
        limit = {"action": "webauthn_options", "config": _PASSKEY_LIMITS, "limit_get": True}
        answer = ratelimit.consume_or_429(request, app="allauth.mfa", **limit)
    return answer or login_webauthn(request)


def form_out_of_date(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Show a form again that was opened before its author signed in once more, elsewhere.

    Nothing is kept of what comes from another site: that comes without our cookies, and the answer
    would put a new session, of nobody, in the place of the visitor's own.
    """
    if request.user.is_authenticated and keep(request):
        return redirect(request.path)
    return csrf_failure(request, reason)


list_sessions = _ListSessionsView.as_view()
reauthenticate_by_passkey = _ReauthenticateByPasskeyView.as_view()
generate_recovery_codes = _GenerateRecoveryCodesView.as_view()
view_recovery_codes = _if_readable(recovery_codes.view_recovery_codes)
download_recovery_codes = _if_readable(recovery_codes.download_recovery_codes)
