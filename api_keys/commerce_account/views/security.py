"""The one page of one's own account that the library's view does not do well."""

from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.forms import Form
from django.http import HttpResponse


class _ReauthenticateByPasskeyView(ReauthenticateWebAuthnView):
    def form_invalid(self, form: Form) -> HttpResponse:
        """Show the page again; the library would leave it, and forget what was asked for."""
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return response


reauthenticate_by_passkey = _ReauthenticateByPasskeyView.as_view()
