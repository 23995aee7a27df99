"""Tell administrators something: in the inbox of whoever may see it, and some by e-mail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from admin_portal import sending
from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import NOBODY
from admin_portal.mail import automatic_mail
from admin_portal.notifications.models import Notification, NotificationMail, Severity


@transaction.atomic
def notify(
    kind: str,
    *,
    severity: Severity,
    permission: str,
    detail: Mapping[str, Any],
    link: str = "",
    mail_permission: str = "",
    once: str | None = None,
) -> bool:
    """Write down a notification, the e-mails about it and its record, in the caller's transaction.

    Whoever has `permission` ("app.codename") sees it; active people who have `mail_permission`
    now, and then still, get an e-mail. No key may be in `detail`. `link` is a path of this site.
    Returns False if what happens only `once` was told already.
    """
    try:
        with transaction.atomic():
            notification = Notification.objects.create(
                kind=kind,
                severity=severity,
                permission=permission,
                detail=dict(detail),
                link=link,
                once=once,
            )
    except IntegrityError:
        return False
    mails = _write_mails(notification, mail_permission) if mail_permission else 0
    _record(notification, mails)
    return True


def _write_mails(notification: Notification, permission: str) -> int:
    people = User.objects.with_perm(permission).exclude(email="")
    addresses = sorted({person.email for person in people})
    NotificationMail.objects.bulk_create(
        NotificationMail(notification=notification, recipient=address, permission=permission)
        for address in addresses
    )
    return len(addresses)


def _record(notification: Notification, mails: int) -> None:
    severity = Severity(notification.severity).label
    with translation.override("en"):
        title = notification.title
    changes = [Change(_("Severity"), "", severity), Change(_("E-mails"), "", str(mails))]
    record(Action.NOTIFIED, by=NOBODY, subject=title, changes=changes)


def send_due(now: datetime) -> int:
    """Try each e-mail that is due; return how many were sent."""
    mails = NotificationMail.objects.select_related("notification")
    return sending.send_due(mails, _mail_about, now)


def _mail_about(mail: NotificationMail, now: datetime) -> EmailMessage | None:
    if not User.objects.with_perm(mail.permission).filter(email=mail.recipient).exists():
        return None
    notification = mail.notification
    words = {
        "paragraphs": notification.paragraphs,
        "link": settings.SITE_URL + notification.link if notification.link else "",
        "home": settings.SITE_URL,
    }
    return automatic_mail(
        mail.recipient,
        subject=notification.title,
        body=render_to_string("notifications/mail.txt", words),
        reference=mail.reference,
    )
