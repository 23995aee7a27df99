"""The inbox's tables. `telling` writes notifications, `reading` what people have read of them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.template.loader import select_template
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from admin_portal.mail import one_line
from admin_portal.sending import OutgoingMail


class Severity(models.IntegerChoices):
    """Magento's own levels, the gravest first."""

    CRITICAL = 1, _("Critical")
    MAJOR = 2, _("Major")
    MINOR = 3, _("Minor")
    NOTICE = 4, _("Notice")


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> NotificationQuerySet:
        if user.is_superuser and user.is_active:
            return self
        return self.filter(permission__in=user.get_all_permissions())

    def with_is_read(self, user: User) -> NotificationQuerySet:
        return self.annotate(is_read=_is_read_by(user))

    def unread_by(self, user: User) -> NotificationQuerySet:
        """Return what the person may see and has not read. Costs no more for what was read."""
        return self.visible_to(user).not_read_by(user)

    def not_read_by(self, user: Any) -> NotificationQuerySet:
        return self.filter(~Exists(_read_one_by_one(user)), pk__gt=_all_read_up_to(user))


class Notification(models.Model):
    """What administrators should hear of.

    Its words are written when it is shown, in the reader's language: `kind`, as in
    "store_configuration.key_expires_soon", names two templates in that app's folder, which get
    `detail`. In there, what ends in "_at" is an instant.
    """

    kind = models.CharField(max_length=100)
    severity = models.PositiveSmallIntegerField(choices=Severity)
    permission = models.CharField(max_length=150)
    detail = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    link = models.CharField(max_length=200, default="")
    once = models.CharField(max_length=100, null=True, unique=True)  # noqa: DJ001  (null: may repeat)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = NotificationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} at {self.created_at}"

    @property
    def title(self) -> str:
        return one_line(self._words("title"))

    @property
    def paragraphs(self) -> list[str]:
        """Return what it says, as plain text."""
        return [one_line(text) for text in self._words("text").split("\n\n") if text.strip()]

    def _words(self, part: str) -> str:
        app, _dot, name = self.kind.partition(".")
        # A kind of another version, from before an update or after going back, is no error page.
        template = select_template(
            [f"{app}/notifications/{name}_{part}.txt", f"notifications/another_version_{part}.txt"]
        )
        return str(
            template.render({name: _read(name, value) for name, value in self.detail.items()})
        )


class Reading(models.Model):
    """That somebody has read one notification."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    notification = models.ForeignKey(Notification, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notification", "user"], name="one_reading_each")
        ]

    def __str__(self) -> str:
        return f"{self.user} read {self.notification}"


class ReadUpTo(models.Model):
    """That somebody has read every notification up to the one with this id."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True)
    notification_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.user} read up to {self.notification_id}"


class NotificationMail(OutgoingMail):
    """An e-mail about a notification. Sent only to somebody who still has `permission`."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE)
    permission = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "recipient"], name="one_notification_mail_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.notification.kind} to {self.recipient}"


def _read_one_by_one(user: Any) -> models.QuerySet[Reading]:
    return Reading.objects.filter(notification=OuterRef("pk"), user=user)


def _all_read_up_to(user: Any) -> Coalesce:
    return Coalesce(Subquery(ReadUpTo.objects.filter(user=user).values("notification_id")), 0)


def _is_read_by(user: User) -> Any:
    return Q(pk__lte=_all_read_up_to(user)) | Q(Exists(_read_one_by_one(user)))


def _read(name: str, value: Any) -> Any:
    return parse_datetime(value) if name.endswith("_at") and isinstance(value, str) else value
