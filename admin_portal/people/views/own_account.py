"""Account Setting: one's own name and address, language and clock."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import actor_of
from admin_portal.people import users
from admin_portal.people.forms import OwnAccountForm
from admin_portal.people.views.guarding import begin, one_at_a_time, seen_in
from admin_portal.preferences.choosing import in_words_for, preferences_of
from admin_portal.preferences.forms import PreferencesForm
from admin_portal.requests import AuthenticatedRequest
from admin_portal.sign_in.kept_input import entered_in, say_that_it_is_back, take_kept_input


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("your_password")
@one_at_a_time
def account_setting(request: AuthenticatedRequest) -> HttpResponse:
    now = users.own_values_of(request.user)
    initial, note = begin(request, OwnAccountForm, now)
    form = OwnAccountForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = seen_in(request, now)
        try:
            users.change_own(form.values(), seen=seen, by=actor_of(request))
        except users.Changed as changed:
            form.add_error(None, users.what_changed(changed))
        else:
            messages.success(request, _("You saved your account."))
            return redirect("account_setting")
    context = {"form": form, "seen": note}
    return render(request, "people/account_setting.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def own_language(request: AuthenticatedRequest) -> HttpResponse:
    """Let somebody choose; the page comes back in the language chosen."""
    own = preferences_of(request.user)
    form = PreferencesForm(request.POST or None, instance=own)
    kept = None if request.method == "POST" else take_kept_input(request)
    if kept:
        say_that_it_is_back(request)
        entered = entered_in(PreferencesForm(kept, instance=own))
        form = PreferencesForm(instance=own, initial=entered)
    if request.method == "POST" and form.is_valid():
        changes = [
            Change(
                form.fields[name].label or name,
                users.in_words(name, form.initial[name]),
                users.in_words(name, form.cleaned_data[name]),
            )
            for name in form.changed_data
        ]
        with transaction.atomic():
            form.save()
            if changes:
                record(Action.ACCOUNT_CHANGED, by=actor_of(request), changes=changes)
        with in_words_for(request.user):
            messages.success(request, _("Your language and time zone are saved."))
        return redirect("own_language")
    return render(request, "people/own_language.html", {"form": form})
