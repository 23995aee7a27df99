"""What the library tells us of."""

from typing import Any

from allauth.account.signals import user_logged_in
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest

from api_keys.commerce_account.history import Actor, record
from api_keys.commerce_account.models import Company, Event


@receiver(user_logged_in)
def record_sign_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Add the sign-in to the history of each company that the person belongs to."""
    by = Actor(user, request.META["REMOTE_ADDR"])
    for company in Company.objects.filter(members=user):
        record(Event.Kind.SIGNED_IN, company, by=by, new_device=False)
