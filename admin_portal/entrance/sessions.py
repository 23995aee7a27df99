"""One's sessions: their list, and what a page's script asks about the one it was opened in."""

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import record
from admin_portal.actors import actor_of
from admin_portal.requests import AuthenticatedRequest
from admin_portal.sign_in.sessions import in_background, time_left
from admin_portal.sign_in.views import list_sessions


@in_background
@login_not_required
@require_http_methods(["GET", "POST"])
@never_cache
def session(request: HttpRequest) -> JsonResponse:
    """Say how long the session lasts; by POST, renew it.

    After signing in again, forms that were open need the new token.
    """
    if not request.user.is_authenticated:
        return JsonResponse({})
    left = time_left(request)
    said = {"user": request.user.pk, "idle": left.idle, "longest": left.longest}
    return JsonResponse({**said, "token": get_token(request)})


@transaction.atomic
def sessions(request: AuthenticatedRequest) -> HttpResponseBase:
    """Account Setting > Sessions. By POST, the others are signed out."""
    response = list_sessions(request)
    if request.method == "POST":
        record(Action.SESSIONS_ENDED, by=actor_of(request))
    return response


@require_safe
@never_cache
def back_again(request: HttpRequest) -> HttpResponse:
    """Where signing in leads whose form is still open in another tab."""
    return render(request, "entrance/back_again.html")
