"""Coming in by an invitation's link."""

from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone

from api_keys.commerce_account.members import InvitationState, invitation_of, invitation_state
from api_keys.commerce_account.models import Invitation


def invitation_followed(request: HttpRequest) -> Invitation | None:
    """Return the open invitation from whose page somebody comes to make an account."""
    try:
        match = resolve(get_next_redirect_url(request) or "")
    except Resolver404:
        return None
    if match.url_name != "invitation":
        return None
    invitation = invitation_of(match.kwargs["token"])
    if invitation is None:
        return None
    state = invitation_state(invitation, timezone.now())
    return invitation if state is InvitationState.OPEN else None


def is_confirmed(email: str) -> bool:
    """Tell whether somebody has shown already that the address is theirs."""
    return EmailAddress.objects.filter(email__iexact=email, verified=True).exists()
