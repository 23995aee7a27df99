"""Accounts whose address nobody has shown to be his: anybody may have chosen their password."""

from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.http import HttpRequest

_PROVED = "password_proved_for"


def is_unclaimed(user: User) -> bool:
    """Tell whether the account was only registered: nobody ever came in by it."""
    confirmed = EmailAddress.objects.filter(user=user, verified=True)
    return user.last_login is None and not confirmed.exists()


def unclaimed_account(email: str) -> User | None:
    """Return the account registered for `email`, unless somebody has shown to be its owner."""
    found = User.objects.filter(email__iexact=email, is_active=True)
    return found[0] if len(found) == 1 and is_unclaimed(found[0]) else None


def note_password(request: HttpRequest, user: AbstractBaseUser) -> None:
    """Remember that this browser's visitor chose the account's password, or typed it."""
    request.session[_PROVED] = user.pk


def has_given_password(request: HttpRequest, user: User) -> bool:
    return bool(request.session.get(_PROVED) == user.pk)
