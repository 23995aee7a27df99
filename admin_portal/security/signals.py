from typing import Any

from django.contrib.auth.models import User
from django.db.models.signals import post_save
from django.dispatch import receiver

from admin_portal.security import passwords


@receiver(post_save, sender=User)
def remember_password(instance: User, created: bool, raw: bool, **kwargs: Any) -> None:
    """Notice every new password, whoever sets it. Django's own hook misses that of a new user.

    Django keeps the password itself until then, but not when it only makes a newer hash of it.
    """
    is_set = created or getattr(instance, "_password", None) is not None
    if is_set and not raw and instance.has_usable_password():
        passwords.remember(instance)
