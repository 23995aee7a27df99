"""What runs by itself on the Admin."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command

from admin_portal import jobs
from admin_portal.management.commands.run_due_jobs import Command as RunDueJobs
from admin_portal.notifications.models import Severity
from admin_portal.notifications.telling import notify
from tests.end_to_end.processes import ADMIN_SETTINGS
from tests.installations import fresh_environment, jobs_in, run, run_what_is_queued

TASKS = "admin_portal.tasks"
NOTIFY = """
import django; django.setup()
from django.contrib.auth.models import User
from admin_portal.notifications.models import Severity
from admin_portal.notifications.telling import notify
User.objects.create_superuser("ada", "ada@example.com")
see = "store_configuration.view_storedkey"
notify("x.y", severity=Severity.MAJOR, permission=see, mail_permission=see, detail={})
"""


def test_each_job_runs_from_the_queue(tmp_path: Path) -> None:
    environment = fresh_environment(tmp_path, ADMIN_SETTINGS)
    run(environment, "manage.py", "migrate", "--verbosity=0")
    run(environment, "-c", NOTIFY)

    at_night = run_what_is_queued(environment, TASKS)
    hourly = run_what_is_queued(environment, TASKS, at="2026-06-01T12:05:00")

    assert jobs_in(at_night) == {"send_due", "send_due_lock_mails", "verify_held_keys", "purge"}
    assert jobs_in(hourly) == {
        "send_due",
        "send_due_lock_mails",
        "verify_held_keys",
        "tell_of_expiries",
    }
    assert (at_night.count("\nTo: ada@example.com"), hourly.count("\nTo: ")) == (1, 0)
    assert (tmp_path / "var" / "admin_jobs.sqlite3").exists()


def test_site_that_serves_pages_opens_no_queue(tmp_path: Path) -> None:
    environment = fresh_environment(
        tmp_path, ADMIN_SETTINGS, ADMIN_JOBS_URL="redis://127.0.0.1:1/0"
    )
    code = (
        "import sys; import admin_portal.wsgi, admin_portal.urls\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'huey'])"
    )

    assert run(environment, "-c", code) == "[]\n"


def test_failing_job_does_not_keep_the_others_and_is_told(
    administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def verify_held_keys(now: datetime) -> None:
        raise ZeroDivisionError

    User.objects.update(email="ada@example.com")
    see = "store_configuration.view_storedkey"
    notify("x.y", severity=Severity.MAJOR, permission=see, mail_permission=see, detail={})
    monkeypatch.setattr(jobs, "verify_held_keys", verify_held_keys)

    with pytest.raises(SystemExit):
        call_command(RunDueJobs())

    assert len(mail.outbox) == 1


def test_sessions_that_ended_go(db: None) -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    for seconds in (-60, 60):
        session = SessionStore()
        session.set_expiry(now + timedelta(seconds=seconds))
        session.save()

    jobs.purge(now)

    assert Session.objects.count() == 1
