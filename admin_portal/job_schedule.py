"""When jobs run. Each site's `tasks` says it by this; nothing that serves pages imports either.

No locks: one that outlives its killed holder would keep the job from ever running again, and the
jobs need none. A run that had to wait until the next one is due is dropped (`expires`).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from huey import crontab
from huey.contrib.djhuey import close_db, db_periodic_task, on_startup
from huey.contrib.djhuey.management.commands.run_huey import Command as LibraryCommand

from admin_portal.background_jobs import Job, run_job
from admin_portal.monitoring.starting import start

_MINUTE = 60
_HOUR = 60 * _MINUTE


class RunHuey(LibraryCommand):
    """The command `run_huey`: the library's, with metrics and traces.

    Its app isn't installed: that would open the queue in web servers, too.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        start(settings.JOBS_METRICS_PORT)
        super().handle(*args, **options)


def at_start(run_all: Callable[[], object]) -> None:
    """Make up for what became due while no process ran."""
    on_startup()(close_db(run_all))


def every_minute(job: Job) -> None:
    _schedule(job, crontab(), expires=_MINUTE)


def every_hour(job: Job) -> None:
    _schedule(job, crontab(minute="5"), expires=_HOUR)


def every_night(job: Job) -> None:
    _schedule(job, crontab(minute="35", hour="3"), expires=_HOUR)


def _schedule(job: Job, when: object, *, expires: int) -> None:
    @wraps(job)
    def run() -> None:
        run_job(job)

    db_periodic_task(when, expires=expires)(run)
