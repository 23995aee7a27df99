"""Administrators' passwords of before, and the e-mails about their accounts."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from admin_portal.sending import OutgoingMail


class KeptPassword(models.Model):
    """A password that somebody chose, as the hash that Django made of it. `passwords` writes it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    encoded = models.CharField(max_length=128)
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user} since {self.set_at}"


class SecurityMail(OutgoingMail):
    """An e-mail about somebody's account. `mails` writes and sends it.

    `kind` names two templates, as in "mfa/email/totp_activated", which get `detail`. `user` is
    empty where somebody only typed an address.
    """

    kind = models.CharField(max_length=100)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"
