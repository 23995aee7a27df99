"""E-mails that are written down with what they tell of, in one transaction, and sent later."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation

from admin_portal.preferences.choosing import in_words_for_address

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 10
FIRST_PAUSE = timedelta(minutes=10)
"""After an attempt that failed, or whose process was killed. Doubled each time: 3½ days in all."""

MOST_IN_A_RUN = 200


def language_of_now() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


class OutgoingMail(models.Model):
    """An e-mail that is due to somebody. Once written down, only `send_due` changes its row.

    `language` is that of the request that caused it, for a recipient who has chosen none.
    """

    recipient = models.EmailField()
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    language = models.CharField(max_length=10, default=language_of_now)

    class Meta:
        abstract = True

    @property
    def reference(self) -> str:
        """Return what tells this e-mail from every other of this site."""
        name = self._meta.model_name
        return f"{name}.{self.pk}.{self.created_at:%Y%m%d%H%M%S%f}"


Mail = TypeVar("Mail", bound=OutgoingMail)


def send_due(
    mails: QuerySet[Mail, Any],
    write: Callable[[Mail, datetime], EmailMessage | None],
    now: datetime,
) -> int:
    """Try each of `mails` that is due; return how many were sent.

    However many do this at once, a mail is tried by the one that claimed it. One that fails is
    left for later, and doesn't keep the others waiting. One for which `write` returns None, as it
    is no longer true or nobody's business, is dropped.
    """
    due = _due(mails, now).order_by("attempts", "pk").values_list("pk", flat=True)
    return sum(_send(mails, write, pk, now) for pk in list(due[:MOST_IN_A_RUN]))


def _due(mails: QuerySet[Mail, Any], now: datetime) -> QuerySet[Mail, Any]:
    may_be_tried = Q(claimed_at=None)
    for attempts in range(1, MOST_ATTEMPTS):
        pause = FIRST_PAUSE * 2 ** (attempts - 1)
        may_be_tried |= Q(attempts=attempts, claimed_at__lte=now - pause)
    return mails.filter(may_be_tried, sent_at=None)


def _send(
    mails: QuerySet[Mail, Any],
    write: Callable[[Mail, datetime], EmailMessage | None],
    pk: int,
    now: datetime,
) -> bool:
    # The condition is a part of the UPDATE: of two at once, the database lets one through.
    if not _due(mails, now).filter(pk=pk).update(claimed_at=now, attempts=F("attempts") + 1):
        return False
    mail = mails.get(pk=pk)
    try:
        with in_words_for_address(mail.recipient, otherwise=mail.language):
            message = write(mail, now)
        if message is None:
            mail.delete()
            return False
        message.send()
    except Exception:
        # Whatever it is, of the mail server or of our own: the others are still to be sent.
        logger.exception("%s could not be sent, attempt %s.", mail.reference, mail.attempts)
        return False
    mails.filter(pk=pk).update(sent_at=now)
    return True
