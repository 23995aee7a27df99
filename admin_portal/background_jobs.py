"""How each site runs its background jobs: any of them at any time, also twice at once."""

import logging
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import QuerySet
from django.utils import timezone

from admin_portal.monitoring import metrics, request_ids, tracing

logger = logging.getLogger(__name__)

Job = Callable[[datetime], object]

BATCH = 1000


def run_all(jobs: Iterable[Job]) -> bool:
    """Run each job once, whatever becomes of the others. Returns whether none failed."""
    failed = [job for job in jobs if not _run(job)]
    return not failed


def run_job(job: Job) -> None:
    """Run a job now: with an id of its own in the log, counted and traced."""
    name = f"{job.__module__}.{job.__name__}"
    request_ids.begin_job()  # until the next: who called this logs what failed
    with metrics.counted_job(name), tracing.job_span(name):
        job(timezone.now())


def _run(job: Job) -> bool:
    try:
        run_job(job)
    except Exception:
        # Whatever it is: the other jobs are still to be run, and the exit code tells of it.
        logger.exception("The job %s failed.", job.__name__)
        return False
    return True


def delete_in_batches(rows: QuerySet[Any]) -> None:
    # Nobody has to wait for a long transaction, and what is gone stays gone.
    while batch := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        rows.filter(pk__in=batch).delete()


class RunDueJobs(BaseCommand):
    """The command `run_due_jobs`. Each site's own says what `run_all` is there."""

    help = "Run everything that is due, once: for cron, where no jobs process runs all the time."

    def run_all(self) -> bool:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        if not self.run_all():
            sys.exit(1)
