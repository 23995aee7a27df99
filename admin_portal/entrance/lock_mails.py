"""The e-mail that tells an account's owner that it was locked: the sign-in page tells nobody."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from admin_portal import sending
from admin_portal.entrance.models import LockMail
from admin_portal.mail import automatic_mail


def send_due_lock_mails(now: datetime) -> int:
    """Try each e-mail that is due; return how many were sent."""
    mails = LockMail.objects.select_related("lock__guarded__user")
    return sending.send_due(mails, _mail_about, now)


def _mail_about(mail: LockMail, now: datetime) -> EmailMessage | None:
    user = mail.lock.guarded.user
    if user is None or not user.is_active:
        return None
    words = {"lock": mail.lock, "user": user, "home": settings.SITE_URL}
    return automatic_mail(
        mail.recipient,
        subject=render_to_string("entrance/account_locked_subject.txt", words),
        body=render_to_string("entrance/account_locked_message.txt", words),
        reference=mail.reference,
    )
