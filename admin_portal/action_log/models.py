"""The record of what administrators do. `recording` writes it, `verifying` reads it again."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class ActionRecordQuerySet(models.QuerySet["ActionRecord"]):
    def update(self, **values: Any) -> NoReturn:
        raise TypeError("Records are never changed.")

    def delete(self) -> NoReturn:
        raise TypeError("Records are never deleted.")

    def _raw_delete(self, using: str | None) -> NoReturn:
        raise TypeError("Records are never deleted.")


class ActionRecord(models.Model):
    """One action. Rows are only ever added; the database refuses to change one.

    Rows are numbered without a gap, and `mac` seals a row together with the one before. The user
    is kept as text and number, not as a reference: what happened outlives who did it.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    group = models.CharField(max_length=30)
    action = models.CharField(max_length=60)
    result = models.CharField(max_length=10)
    user_number = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    subject = models.CharField(max_length=200)
    changes = models.JSONField()
    request_id = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    objects = ActionRecordQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        # One for each filter and each order of the report.
        indexes = [
            models.Index(fields=["at", "number"], name="records_by_time"),
            models.Index(fields=["group", "at", "number"], name="records_by_group"),
            models.Index(fields=["action", "at", "number"], name="records_by_action"),
            models.Index(fields=["result", "at", "number"], name="records_by_result"),
            models.Index(fields=["user_name", "at", "number"], name="records_by_user"),
            models.Index(fields=["address", "at", "number"], name="records_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.at}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("Records are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("Records are never deleted.")


class ChainKey(models.Model):
    """A random key, encrypted, that seals the records from `first_number` on.

    A new one follows when no encryption key of today opens the last one.
    """

    first_number = models.BigIntegerField(primary_key=True)
    ciphertext = models.TextField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"from {self.first_number}"


class ChainHead(models.Model):
    """The last record's number and seal: without it, nobody would miss the last rows.

    It has a seal of its own, so that nobody who can only write to the database makes an earlier
    row the last one.
    """

    number = models.BigIntegerField(default=0)
    mac = models.CharField(max_length=64, default="")
    seal = models.CharField(max_length=64, default="")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.number)
