from datetime import datetime

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from api_keys.contract import Environment


class Company(models.Model):
    """Who owns keys. People come and go; the keys stay with the company."""

    name = models.CharField(_("Company"), max_length=100)
    created_at = models.DateTimeField(default=timezone.now)
    members = models.ManyToManyField(User, through="Membership", related_name="companies")

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> str:
        """The company's ID as people read it out, as in "COM-000042"."""
        return f"COM-{self.pk:06d}"


class Membership(models.Model):
    company = models.ForeignKey(Company, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="one_membership")]

    def __str__(self) -> str:
        return f"{self.user} in {self.company}"


class IssuedKeyQuerySet(models.QuerySet["IssuedKey"]):
    def of_member(self, user: User) -> "IssuedKeyQuerySet":
        return self.filter(company__members=user)

    def not_revoked(self) -> "IssuedKeyQuerySet":
        return self.filter(revoked_at=None)


class IssuedKey(models.Model):
    """A key that the account issued. Only `issuing` writes these rows."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    environment = models.CharField(max_length=10, choices=[(e, e.label) for e in Environment])
    description = models.CharField(_("Description"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    ciphertext = models.TextField()
    fingerprint = models.CharField(max_length=14)
    last_four = models.CharField(max_length=4)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = IssuedKeyQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["company", "environment", "-created_at"])]
        constraints = [
            models.CheckConstraint(
                name="revoked_keys_cannot_be_opened",
                condition=Q(revoked_at=None) | Q(ciphertext=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.description} ({self.fingerprint})"

    @property
    def masked(self) -> str:
        return f"{Environment(self.environment).key_prefix}\N{HORIZONTAL ELLIPSIS}{self.last_four}"

    def is_expired(self, now: datetime) -> bool:
        """Tell whether `now` is at or past the instant of expiry."""
        return self.expires_at is not None and now >= self.expires_at

    @property
    def is_expired_now(self) -> bool:
        return self.is_expired(timezone.now())


class KeyEvent(models.Model):
    """What was done to an issued key, by whom and when. Rows are only ever added."""

    class Kind(models.TextChoices):
        ISSUED = "issued"
        REVEALED = "revealed"
        REVOKED = "revoked"

    key = models.ForeignKey(IssuedKey, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, choices=Kind)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.kind} {self.key_id} at {self.created_at}"
