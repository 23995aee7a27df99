"""My Account > Language and time zone."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from admin_portal.preferences.choosing import in_words_for, preferences_of
from admin_portal.preferences.forms import PreferencesForm
from admin_portal.requests import AuthenticatedRequest
from api_keys.commerce_account.access import FORM_METHODS


@require_http_methods(FORM_METHODS)
@never_cache
def preferences(request: AuthenticatedRequest) -> HttpResponse:
    """Let somebody choose; the page comes back in the language chosen."""
    form = PreferencesForm(request.POST or None, instance=preferences_of(request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        with in_words_for(request.user):
            messages.success(request, _("Your language and time zone are saved."))
        return redirect("preferences")
    return render(request, "commerce_account/preferences.html", {"form": form})
