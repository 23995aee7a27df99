"""What the library tells both sites of."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.db.models.signals import pre_save
from django.dispatch import receiver

from admin_portal.sign_in import second_factors


@receiver(pre_save, sender=Authenticator)
def save_with_the_first_key(instance: Authenticator, **kwargs: Any) -> None:
    """Undo no rotation: the library may have read the row before it, and writes it whole."""
    instance.data = second_factors.re_encrypted(instance.data) or instance.data


@receiver(authenticator_added)
def use_up_first_code(authenticator: Authenticator, **kwargs: Any) -> None:
    """Use up the code that set an app up: whoever looked on can't sign in with it."""
    if authenticator.type == Authenticator.Type.TOTP:
        second_factors.use_up_code(authenticator)
