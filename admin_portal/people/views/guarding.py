"""What the pages of System > Permissions have in common."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from admin_portal.access import MANAGE_PERMISSIONS, permission_required
from admin_portal.people.roles import Refused, lock_people
from admin_portal.requests import AuthenticatedRequest
from admin_portal.sign_in.forms import ConfirmedForm
from admin_portal.sign_in.kept_input import entered_in, say_that_it_is_back, take_kept_input

SALT = "admin_portal.people"

View = Callable[..., HttpResponse]


def for_managers(view: View) -> View:
    """Open a page, and its form, to those who manage users and roles."""
    hidden = sensitive_post_parameters("password", "your_password")(view)
    guarded: View = permission_required(MANAGE_PERMISSIONS)(
        require_http_methods(["GET", "HEAD", "POST"])(never_cache(hidden))
    )
    return guarded


def one_at_a_time(view: View) -> View:
    """Have whoever changes users or roles wait for each other, from looking until it is written."""

    @functools.wraps(view)
    def waiting(request: AuthenticatedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            lock_people()
            return view(request, *args, **kwargs)

    return waiting


def note_of(values: dict[str, Any]) -> str:
    """Return what a page sends back to say what its author saw."""
    return signing.dumps(values, salt=SALT)


def seen_in(request: AuthenticatedRequest, otherwise: dict[str, Any]) -> dict[str, Any]:
    """Return what the author of a form saw; `otherwise` where the form doesn't say."""
    try:
        seen: dict[str, Any] = signing.loads(request.POST.get("seen", ""), salt=SALT)
    except signing.BadSignature:
        return otherwise
    return seen


def begin(
    request: AuthenticatedRequest,
    form: type[ConfirmedForm],
    now: dict[str, Any],
    **about: Any,
) -> tuple[dict[str, Any], str]:
    """Return a form's initial values, and the note of what its author sees.

    These are today's, or what the person sent in vain before signing in again.
    """
    kept = take_kept_input(request)
    if kept is None:
        return now, note_of(now)
    say_that_it_is_back(request)
    entered = entered_in(form(kept, user=request.user, **about))
    sent = {name: value for name, value in entered.items() if value is not None}
    return {**now, **sent}, kept.get("seen", "")


def ask_first(
    request: AuthenticatedRequest,
    *,
    do: Callable[[], object],
    question: str | Promise,
    explanation: str | Promise,
    button: str | Promise,
    done: str | Promise,
    back: str,
    then: str,
) -> HttpResponse:
    """Ask, with the person's own password, and only then `do` it.

    `back` is the address of the page that led here, `then` where it goes on afterwards.
    """
    form = ConfirmedForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            do()
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, str(done))
            return redirect(then)
    context = {
        "form": form,
        "question": question,
        "explanation": explanation,
        "button": button,
        "back": back,
    }
    return render(request, "people/ask_first.html", context)
