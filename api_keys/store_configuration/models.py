from datetime import datetime

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from api_keys.contract import Environment, Verdict
from api_keys.store_configuration.encryption import UnreadableError, decrypt


class StoredKeyQuerySet(models.QuerySet["StoredKey"]):
    def of(self, environment: Environment) -> "StoredKey | None":
        return self.filter(environment=environment).select_related("stored_by").first()


class StoredKey(models.Model):
    """The key the store holds for one environment, and what its last verification found.

    Only `storing` and `verification` write these rows. `verdict` is empty until the service has
    judged the key once; an outage leaves the last judgement as it was.
    """

    environment = models.CharField(
        max_length=10, primary_key=True, choices=[(e, e.label) for e in Environment]
    )
    ciphertext = models.TextField()
    fingerprint = models.CharField(max_length=14)
    last_four = models.CharField(max_length=4)
    stored_at = models.DateTimeField(default=timezone.now)
    stored_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)

    verdict = models.CharField(max_length=20, choices=[(v, v.value) for v in Verdict], default="")
    verified_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = StoredKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.environment} key {self.fingerprint}"

    def verdict_known_at(self, now: datetime) -> Verdict | None:
        """Return what is known of the key without asking the service; None if it never answered."""
        try:
            decrypt(self.ciphertext)
        except UnreadableError:
            return Verdict.UNREADABLE
        if self.verdict == Verdict.VALID and self.expires_at and now >= self.expires_at:
            return Verdict.EXPIRED
        return Verdict(self.verdict) if self.verdict else None
