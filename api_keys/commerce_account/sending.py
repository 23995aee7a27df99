"""Send the notices that are due. Nothing else changes their rows once `notices` wrote them."""

from datetime import datetime

from admin_portal import sending
from api_keys.commerce_account.models import Notice
from api_keys.commerce_account.notice_mails import mail_about


def send_due(now: datetime) -> int:
    """Try each notice that is due; return how many were sent."""
    notices = Notice.objects.select_related("event__company", "event__key")
    return sending.send_due(notices, mail_about, now)
