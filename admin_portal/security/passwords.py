"""The rules for administrators' passwords beyond Django's own: their reuse, and their age."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from admin_portal.security.models import KeptPassword


class ReuseValidator:
    """Refuses the password in use and the PASSWORD_REUSE ones before it.

    Where passwords only grow old, the one in use is refused: it would be no change.
    """

    def validate(self, password: str, user: Any = None) -> None:
        if not isinstance(user, User) or not user.pk:
            return
        kept = KeptPassword.objects.filter(user=user).order_by("-pk")
        former = list(kept.values_list("encoded", flat=True)[: _kept()])
        if any(check_password(password, encoded) for encoded in {user.password, *former}):
            raise ValidationError(
                _("You have used this password before. Choose another."), code="password_reused"
            )

    def get_help_text(self) -> str:
        if not settings.PASSWORD_REUSE:
            return _("Your password can’t be the one in use.")
        return ngettext(
            "Your password can’t be the one in use, nor the one before it.",
            "Your password can’t be the one in use, nor one of the %(number)d before it.",
            settings.PASSWORD_REUSE,
        ) % {"number": settings.PASSWORD_REUSE}


def remember(user: User) -> None:
    """Keep the hash of the password that `user` has from now on, and no more than are needed."""
    KeptPassword.objects.create(user=user, encoded=user.password)
    mine = KeptPassword.objects.filter(user=user).order_by("-pk")
    needed = list(mine.values_list("pk", flat=True)[: _kept()])
    mine.exclude(pk__in=needed).delete()


def is_too_old(user: User) -> bool:
    """Tell whether the password's lifetime has passed, if passwords have one."""
    if not settings.PASSWORD_LIFETIME_DAYS:
        return False
    last = KeptPassword.objects.filter(user=user).order_by("-pk").first()
    since = last.set_at if last else user.date_joined
    return timezone.now() - since > timedelta(days=settings.PASSWORD_LIFETIME_DAYS)


def _kept() -> int:
    """Return how many hashes are kept: of the password in use, and those before that count."""
    return int(settings.PASSWORD_REUSE) + 1
