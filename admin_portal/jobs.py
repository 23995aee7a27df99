"""What happens by itself on the Admin.

Each job reads from the database what is due, and may run at any time: twice, twice at once, late,
or after a run that was killed.
"""

from datetime import datetime, timedelta

from django.conf import settings

from admin_portal import background_jobs
from admin_portal.entrance import lock_out, sharing
from admin_portal.entrance.lock_mails import send_due_lock_mails
from admin_portal.notifications import reading
from admin_portal.notifications.telling import send_due
from admin_portal.security import mails
from admin_portal.sign_in import sessions
from api_keys.store_configuration.verification_log import purge_verification_log
from api_keys.store_configuration.watching import tell_of_expiries, verify_held_keys


def purge(now: datetime) -> None:
    """Delete old notifications and verifications, and locks and sessions that ended."""
    reading.purge(now - timedelta(days=settings.RETENTION_DAYS))
    lock_out.purge(now)
    sharing.purge(now)
    purge_verification_log(now)
    mails.purge(now)
    sessions.purge(now)


def run_all() -> bool:
    """Run each job once, whatever becomes of the others. Returns whether none failed."""
    return background_jobs.run_all(
        [verify_held_keys, tell_of_expiries, purge, send_due, send_due_lock_mails, mails.send_due]
    )
