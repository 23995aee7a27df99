"""When each job runs. `manage.py run_huey` imports this, and nothing that serves pages does.

No locks: one that outlives its killed holder would keep the job from ever running again, and the
jobs need none. A run that had to wait until the next one is due is dropped (`expires`).
"""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import close_db, db_periodic_task, on_startup

from api_keys.commerce_account import expiries, issuing, jobs, sending

_MINUTE = 60
_HOUR = 60 * _MINUTE


@on_startup()
@close_db
def run_what_became_due_meanwhile() -> None:
    jobs.run_all()


@db_periodic_task(crontab(), expires=_MINUTE)
def send_due() -> None:
    sending.send_due(timezone.now())


@db_periodic_task(crontab(), expires=_MINUTE)
def seal_retired_keys() -> None:
    issuing.seal_retired_keys(timezone.now())


@db_periodic_task(crontab(minute="5"), expires=_HOUR)
def remind_of_expiries() -> None:
    expiries.remind_of_expiries(timezone.now())


@db_periodic_task(crontab(minute="35", hour="3"), expires=_HOUR)
def purge() -> None:
    jobs.purge(timezone.now())
