"""Who fails to sign in and what is locked for it (`lock_out`), and whom another sign-in ended."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models

from admin_portal.sending import OutgoingMail


class Guarded(models.Model):
    """What somebody guesses at: an account, or one of the few that stand for all unknown names.

    Its row is what those wait for who count at once.
    """

    name = models.CharField(max_length=30, primary_key=True)
    user = models.OneToOneField(User, on_delete=models.CASCADE, null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class KnownAddress(models.Model):
    """An address (of IPv6, a network) from which somebody signed in."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    address = models.CharField(max_length=45)
    seen_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "address"], name="known_address_once")
        ]

    def __str__(self) -> str:
        return self.address


class Failures(models.Model):
    """How often one address failed since `since`."""

    guarded = models.ForeignKey(Guarded, on_delete=models.CASCADE)
    address = models.CharField(max_length=45)
    number = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["guarded", "address"], name="failures_of_address_once")
        ]

    def __str__(self) -> str:
        return f"{self.number} from {self.address}"


class Lock(models.Model):
    """What failures led to. `address` is a known one that failed; empty: all unknown ones."""

    guarded = models.ForeignKey(Guarded, on_delete=models.CASCADE)
    address = models.CharField(max_length=45)
    since = models.DateTimeField()
    until = models.DateTimeField(db_index=True)
    failures = models.PositiveIntegerField()
    addresses = models.JSONField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.guarded_id} until {self.until}"


class EndedSession(models.Model):
    """A session that another sign-in ended, until its browser hears of it."""

    digest = models.CharField(max_length=64, primary_key=True)
    address = models.CharField(max_length=45)
    at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"ended from {self.address} at {self.at}"


class LockMail(OutgoingMail):
    """The e-mail to the owner of a locked account."""

    lock = models.OneToOneField(Lock, on_delete=models.CASCADE)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.lock} to {self.recipient}"
