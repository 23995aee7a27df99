"""What happens by itself.

Each job reads from the database what is due, and may run at any time: twice, twice at once, late,
or after a run that was killed.
"""

from datetime import datetime, timedelta

from django.conf import settings

from admin_portal import background_jobs
from admin_portal.background_jobs import delete_in_batches
from admin_portal.sign_in import sessions
from api_keys.commerce_account import history
from api_keys.commerce_account.expiries import remind_of_expiries
from api_keys.commerce_account.issuing import seal_retired_keys
from api_keys.commerce_account.models import Invitation, KeyUsage
from api_keys.commerce_account.sending import send_due


def purge(now: datetime) -> None:
    """Delete what is older than RETENTION_DAYS: uses, invitations, events with their notices."""
    before = now - timedelta(days=settings.RETENTION_DAYS)
    delete_in_batches(KeyUsage.objects.filter(day__lt=before.date()))
    delete_in_batches(Invitation.objects.filter(expires_at__lt=before))
    history.purge(before)
    sessions.purge(now)


def run_all() -> bool:
    """Run each job once, whatever becomes of the others. Returns whether none failed."""
    return background_jobs.run_all([seal_retired_keys, remind_of_expiries, purge, send_due])
