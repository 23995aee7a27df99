from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from admin_portal.prepared import prepared
from api_keys.contract import Environment, Verdict
from api_keys.store_configuration.environments import CHOICES


class StoredKeyQuerySet(models.QuerySet["StoredKey"]):
    def of(self, environment: Environment) -> StoredKey | None:
        return self.filter(environment=environment).first()


class StoredKey(models.Model):
    """A key that an administrator stored for an environment. Only `storing` writes these rows,
    and the rotation of encryption keys their ciphertext.

    `held_keys` says which key counts: the server's environment variables go first.
    """

    environment = models.CharField(max_length=10, primary_key=True, choices=CHOICES)
    ciphertext = models.TextField()
    fingerprint = models.CharField(max_length=14)
    last_four = models.CharField(max_length=4)
    stored_at = models.DateTimeField(default=timezone.now)
    stored_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)

    objects = StoredKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.environment} key {self.fingerprint}"


class LastVerification(models.Model):
    """What the service said last about a key. Only `verification` writes these rows.

    Each key has a row of its own, so that an answer about a key that was replaced meanwhile says
    nothing about its successor. `verified_at` is when the answer came. An outage changes nothing.
    """

    environment = models.CharField(max_length=10, choices=CHOICES)
    fingerprint = models.CharField(max_length=14)
    verdict = models.CharField(max_length=20, choices=[(v, v.value) for v in Verdict])
    verified_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["environment", "fingerprint"], name="one_last_verification_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.environment} key {self.fingerprint}: {self.verdict}"


class KeyWatch(models.Model):
    """What administrators were told last of an environment's key, and when a job asked about it.

    `announcing` writes these rows, `watching` the job's. Until a key was held there is none;
    `fingerprint` is empty while none is held any more, `verdict` until anything was found.
    """

    environment = models.CharField(max_length=10, primary_key=True, choices=CHOICES)
    fingerprint = models.CharField(max_length=14, default="")
    verdict = models.CharField(max_length=20, default="")
    judged_at = models.DateTimeField(null=True)
    held_since = models.DateTimeField(null=True)
    unavailable_since = models.DateTimeField(null=True)
    is_outage_told = models.BooleanField(default=False)
    asked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.environment} key {self.fingerprint}: told {self.verdict}"


class LogLifetime(models.TextChoices):
    """How often the log of verifications is cleared: what is older is deleted."""

    DAILY = "daily", _("Once Daily")
    WEEKLY = "weekly", _("Once Weekly")
    MONTHLY = "monthly", _("Once Monthly")

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days={"daily": 1, "weekly": 7, "monthly": 30}[self.value])


class GlobalSettings(models.Model):
    """Stores > Configuration > Sales Channels > Global Settings: one row, or none yet."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    environment = models.CharField(
        _("Environment"),
        max_length=10,
        choices=CHOICES,
        default=Environment.PRODUCTION,
    )
    clear_log_history = models.CharField(
        _("Clear Log History"),
        max_length=10,
        choices=LogLifetime,
        default=LogLifetime.MONTHLY,
    )
    debug_logging = models.BooleanField(_("Enable Debug Logging"), default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_global_settings")]

    def __str__(self) -> str:
        return "Global Settings"

    @classmethod
    def current(cls) -> GlobalSettings:
        found = _global_settings()
        return found[0] if found else cls()


@prepared
def _global_settings() -> models.QuerySet[GlobalSettings]:
    return GlobalSettings.objects.filter(pk=1)


class VerificationRecord(models.Model):
    """Equal results of a minute, or a single one in detail. Only `verification_log` writes these.

    `once` is what they have in common, so that several processes count in one row.
    """

    once = models.CharField(max_length=150, unique=True)
    environment = models.CharField(max_length=10)
    verdict = models.CharField(max_length=20)
    cause = models.CharField(max_length=30)
    fingerprint = models.CharField(max_length=14)
    occasion = models.CharField(max_length=10)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    user_name = models.CharField(max_length=150)
    """As it was then. Empty: a job, or somebody at the server's command line."""
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField()
    total_milliseconds = models.PositiveBigIntegerField()
    slowest_milliseconds = models.PositiveIntegerField()
    detail = models.CharField(max_length=200, default="")
    request_id = models.CharField(max_length=64, default="")

    class Meta:
        default_permissions = ["view"]
        indexes = [
            models.Index(fields=["started_at", "id"], name="verifications_by_time"),
            models.Index(fields=["slowest_milliseconds", "id"], name="verifications_by_slowness"),
            models.Index(fields=["times", "id"], name="verifications_by_times"),
        ]

    def __str__(self) -> str:
        return f"{self.environment} key {self.fingerprint}: {self.verdict}, {self.times} times"

    @property
    def mean_milliseconds(self) -> int:
        return round(self.total_milliseconds / self.times)
