"""What people have read, and what goes because it is old."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Max, QuerySet, TextField, Window
from django.db.models.functions import Cast
from django.utils import timezone

from admin_portal.background_jobs import delete_in_batches
from admin_portal.notifications.models import Notification, NotificationQuerySet, Reading, ReadUpTo
from admin_portal.prepared import prepared_values

SETTLED_AFTER = timedelta(hours=1)
"""From here on no notification of a lower id can still turn up: no transaction takes so long."""

MOST_COUNTED = 99
SHOWN = 5


@dataclass(frozen=True)
class Unread:
    """A notification, by the values that it is shown by: it is rendered again for others."""

    kind: str
    severity: int
    detail: str
    """As JSON"""
    link: str
    created_at: datetime

    @property
    def notification(self) -> Notification:
        values = {**vars(self), "detail": json.loads(self.detail)}
        return Notification(**values)


@dataclass(frozen=True)
class UnreadOnes:
    """How many somebody has not read, one more than is counted at most, and the newest of them."""

    number: int
    newest: tuple[Unread, ...]


def unread_by(user: User) -> UnreadOnes:
    rows: list[Any] = []
    if user.is_superuser and user.is_active:
        rows = _unread(user.pk)
    elif permissions := sorted(user.get_all_permissions()):
        rows = _unread_with(user.pk, permissions)
    number = rows[0][0] if rows else 0
    return UnreadOnes(number, tuple(Unread(*shown) for _number, *shown in rows))


@prepared_values
def _unread(user: Any) -> QuerySet[Notification, Any]:
    return _newest_of(Notification.objects.not_read_by(user))


@prepared_values
def _unread_with(user: Any, permissions: list[Any]) -> QuerySet[Notification, Any]:
    return _newest_of(Notification.objects.filter(permission__in=permissions).not_read_by(user))


def _newest_of(unread: NotificationQuerySet) -> QuerySet[Notification, Any]:
    counted = unread.order_by("-pk").values("pk")[: MOST_COUNTED + 1]
    number, detail = Window(Count("*")), Cast("detail", TextField())
    found = Notification.objects.filter(pk__in=counted).order_by("-pk")
    return found.values_list(number, "kind", "severity", detail, "link", "created_at")[:SHOWN]


def mark_read(user: User, pk: int) -> None:
    found = Notification.objects.visible_to(user).filter(pk=pk)
    Reading.objects.bulk_create(
        [Reading(user=user, notification=notification) for notification in found],
        ignore_conflicts=True,
    )


def mark_all_read(user: User, up_to: int) -> None:
    """Mark what the person may see as read, up to the newest that they saw.

    The old ones by one number, so that a crowd of them costs no more than a few.
    """
    before = timezone.now() - SETTLED_AFTER
    old = Notification.objects.filter(pk__lte=up_to, created_at__lt=before)
    settled = old.aggregate(newest=Max("pk"))["newest"] or 0
    recent = Notification.objects.unread_by(user).filter(pk__gt=settled, pk__lte=up_to)
    ReadUpTo.objects.get_or_create(user=user)
    ReadUpTo.objects.filter(user=user, notification_id__lt=settled).update(notification_id=settled)
    Reading.objects.bulk_create(
        [Reading(user=user, notification=notification) for notification in recent],
        ignore_conflicts=True,
    )


def purge(before: datetime) -> None:
    """Delete the notifications from before that instant, and their e-mails, sent or not."""
    delete_in_batches(Notification.objects.filter(created_at__lt=before))
