"""What happens by itself.

Each job reads from the database what is due, and may run at any time: twice, twice at once, late,
or after a run that was killed.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db.models import QuerySet
from django.utils import timezone

from api_keys.commerce_account import history
from api_keys.commerce_account.expiries import remind_of_expiries
from api_keys.commerce_account.issuing import seal_retired_keys
from api_keys.commerce_account.models import Invitation, KeyUsage
from api_keys.commerce_account.sending import send_due

logger = logging.getLogger(__name__)

BATCH = 1000


def purge(now: datetime) -> None:
    """Delete what is older than RETENTION_DAYS: uses, invitations, events with their notices."""
    before = now - timedelta(days=settings.RETENTION_DAYS)
    _delete(KeyUsage.objects.filter(day__lt=before.date()))
    _delete(Invitation.objects.filter(expires_at__lt=before))
    history.purge(before)
    call_command("clearsessions")


def run_all() -> bool:
    """Run each job once, whatever becomes of the others. Returns whether none failed."""
    jobs: list[Callable[[datetime], object]] = [
        seal_retired_keys,
        remind_of_expiries,
        purge,
        send_due,
    ]
    failed = [job for job in jobs if not _run(job)]
    return not failed


def _run(job: Callable[[datetime], object]) -> bool:
    try:
        job(timezone.now())
    except Exception:
        logger.exception("The job %s failed.", job.__name__)
        return False
    return True


def _delete(rows: QuerySet[KeyUsage] | QuerySet[Invitation]) -> None:
    # In batches: nobody has to wait for a long transaction, and what is gone stays gone.
    while batch := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        rows.filter(pk__in=batch).delete()
