"""Send the e-mails that are due. Nothing else changes `Notice` rows once `notices` wrote them."""

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from api_keys.commerce_account.models import Notice
from api_keys.commerce_account.notice_mails import mail_about

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 10
FIRST_PAUSE = timedelta(minutes=10)
"""After an attempt that failed, or whose process was killed. Doubled each time: 3½ days in all."""

MOST_IN_A_RUN = 200


def send_due(now: datetime) -> int:
    """Try each notice that is due; return how many were sent.

    However many do this at once, a notice is tried by the one that claimed it. One that fails is
    left for later, and doesn't keep the others waiting.
    """
    due = _due(now).order_by("attempts", "pk").values_list("pk", flat=True)
    return sum(_send(pk, now) for pk in list(due[:MOST_IN_A_RUN]))


def _due(now: datetime) -> QuerySet[Notice]:
    may_be_tried = Q(claimed_at=None)
    for attempts in range(1, MOST_ATTEMPTS):
        pause = FIRST_PAUSE * 2 ** (attempts - 1)
        may_be_tried |= Q(attempts=attempts, claimed_at__lte=now - pause)
    return Notice.objects.filter(may_be_tried, sent_at=None)


def _send(pk: int, now: datetime) -> bool:
    # The condition is a part of the UPDATE: of two at once, the database lets one through.
    if not _due(now).filter(pk=pk).update(claimed_at=now, attempts=F("attempts") + 1):
        return False
    notice = Notice.objects.select_related("event__company", "event__key").get(pk=pk)
    try:
        message = mail_about(notice, now)
        if message is None:
            notice.delete()
            return False
        message.send()
    except Exception:
        # Whatever it is, of the mail server or of our own: the others are still to be sent.
        logger.exception("Notice %s could not be sent, attempt %s.", pk, notice.attempts)
        return False
    Notice.objects.filter(pk=pk).update(sent_at=now)
    return True
