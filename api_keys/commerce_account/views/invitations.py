"""Where the link in an invitation's mail leads, also for people without an account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from admin_portal.actors import actor_of
from api_keys.commerce_account import members
from api_keys.commerce_account.access import FORM_METHODS
from api_keys.commerce_account.members import InvitationState, Refused
from api_keys.commerce_account.models import Invitation, Membership


@login_not_required
@require_http_methods(FORM_METHODS)
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Say who invites to what, and let the invited accept. Mail programs may look: by GET."""
    found = members.invitation_of(token)
    person = request.user if isinstance(request.user, User) else None
    if found is None:
        return _render(request, {"state": "none"}, status=404)
    if Membership.objects.filter(company=found.company, user=person).exists():
        return redirect("keys", found.company_id)
    if request.method == "POST" and person is not None:
        try:
            members.accept(found, by=actor_of(request))
        except Refused:
            found.refresh_from_db()  # its page says what is the matter
        else:
            messages.success(request, _("You are now a member of %s.") % found.company.name)
            return redirect("keys", found.company_id)
    return _show(request, found, person)


def _show(request: HttpRequest, found: Invitation, person: User | None) -> HttpResponse:
    state = members.invitation_state(found, timezone.now())
    context = {
        "state": state.value,
        "invitation": found,
        "is_for_visitor": person is not None and members.is_for(found, person),
    }
    return _render(request, context, status=200 if state is InvitationState.OPEN else 404)


def _render(request: HttpRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    return render(request, "commerce_account/invitation.html", context, status=status)
