from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from admin_portal.access import VIEW_DASHBOARD
from admin_portal.dashboard import key_cards, left_to_do, recent_actions
from admin_portal.menu import first_page_for
from admin_portal.notifications.reading import unread_by
from admin_portal.requests import AuthenticatedRequest
from admin_portal.resources import path_to


@require_safe
@never_cache
def first_page(request: AuthenticatedRequest) -> HttpResponse:
    """Where signing in leads: the dashboard, or the first page that the person may open."""
    if request.user.has_perm(VIEW_DASHBOARD):
        return dashboard(request)
    first = first_page_for(request.user)
    return redirect(first) if first else render(request, "admin_portal/nothing_to_open.html")


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403, and say what is missing."""
    permission = str(exception.args[0]) if exception.args else ""
    context = {
        "path": " > ".join(str(resource.title) for resource in path_to(permission)),
        "first_page": first_page_for(request.user),
    }
    return render(request, "admin_portal/refused.html", context, status=403)


def dashboard(request: AuthenticatedRequest) -> HttpResponse:
    """How things stand, as far as it is known without asking, and what is left to do."""
    cards = key_cards(request.user, timezone.now())
    context = {
        "cards": tuple(cards),
        "to_do": tuple(left_to_do(request.user, cards)),
        "unread": unread_by(request.user),
        "actions": tuple(recent_actions(request.user)),
    }
    return render(request, "admin_portal/dashboard.html", context)
