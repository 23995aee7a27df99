"""What the library tells us of."""

from typing import Any

from allauth.account.signals import user_logged_in
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest

from admin_portal.actors import Actor
from api_keys.commerce_account.history import record
from api_keys.commerce_account.known_devices import is_known
from api_keys.commerce_account.models import Company, Event


@receiver(user_logged_in)
def record_sign_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Add the sign-in to the history of each company that the person belongs to.

    The library tells of it before the browser is remembered. At the first sign-in there is no
    other device that this one could be new beside.
    """
    by = Actor(user, request.META["REMOTE_ADDR"])
    is_first = not Event.objects.filter(kind=Event.Kind.SIGNED_IN, actor=user).exists()
    is_new = not is_first and not is_known(request, user)
    for company in Company.objects.filter(members=user):
        record(Event.Kind.SIGNED_IN, company, by=by, new_device=is_new)
