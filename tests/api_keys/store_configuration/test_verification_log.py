"""What is written of key verifications, and that no visit waits or fails because of it."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from admin_portal import background_jobs, jobs
from api_keys.contract import Environment, Verdict, fingerprint
from api_keys.store_configuration import verification_log
from api_keys.store_configuration.models import GlobalSettings, LogLifetime, VerificationRecord
from api_keys.store_configuration.verification import Occasion, verify_stored_key
from tests.concurrency import at_once
from tests.conftest import KeyService

CHANNEL = "/marketing/amazon-sales-channel/"
PRODUCTION = Environment.PRODUCTION
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

pytestmark = pytest.mark.postgresql


@pytest.fixture
def debug_logging(db: None) -> None:
    GlobalSettings.objects.create(debug_logging=True)


def rows() -> list[tuple[str, str, int]]:
    found = VerificationRecord.objects.order_by("started_at", "pk")
    return list(found.values_list("verdict", "cause", "times"))


def test_visit_is_logged_with_what_it_found_and_whose_it_was(
    administrator: User, admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.REVOKED)

    with time_machine.travel(NOW, tick=False):
        admin_client.get(CHANNEL)

    row = VerificationRecord.objects.get()
    assert (row.environment, row.verdict, row.cause) == ("production", "revoked", "")
    assert (row.fingerprint, row.occasion) == (fingerprint(stored_key), "visit")
    assert (row.user, row.user_name) == (administrator, "ada")
    assert (row.started_at, row.last_at, row.times) == (NOW, NOW, 1)
    assert (row.detail, row.request_id) == ("", "")


def test_equal_results_of_a_minute_are_one_row(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)

    with time_machine.travel(NOW, tick=False) as clock:
        for _visit in range(5):
            admin_client.get(CHANNEL)
            clock.shift(timedelta(seconds=20))

    found = VerificationRecord.objects.order_by("started_at")
    assert [(row.started_at, row.last_at, row.times) for row in found] == [
        (NOW, NOW + timedelta(seconds=40), 3),
        (NOW + timedelta(seconds=60), NOW + timedelta(seconds=80), 2),
    ]


def test_results_that_differ_in_anything_are_rows_of_their_own(
    administrator: User, stored_key: str, key_service: KeyService
) -> None:
    bob = User.objects.create_user("bob")
    key_service.answers(Verdict.VALID, Verdict.REVOKED, (500, {}, ""), (429, {}, ""))

    with time_machine.travel(NOW, tick=False):
        for _answer in range(4):
            verify_stored_key(PRODUCTION, Occasion.VISIT, administrator)
        verify_stored_key(PRODUCTION, Occasion.VISIT, bob)
        verify_stored_key(PRODUCTION, Occasion.SAVE, bob)
        verify_stored_key(PRODUCTION, Occasion.JOB)
        verify_stored_key(Environment.SANDBOX, Occasion.JOB)

    assert [times for _verdict, _cause, times in rows()] == [1] * 8


@pytest.mark.usefixtures("in_a_worker")
def test_slowest_and_mean_are_of_all_of_them(stored_key: str, key_service: KeyService) -> None:
    key_service.answers(Verdict.VALID)
    with time_machine.travel(NOW, tick=False):
        found = verify_stored_key(PRODUCTION, Occasion.JOB)
        verification_log.forget()
        for milliseconds in (10, 40, 11):
            object.__setattr__(found, "milliseconds", milliseconds)
            verification_log.record(found, Occasion.JOB, None, in_detail=False)
            if milliseconds == 40:
                verification_log.flush()

    verification_log.flush()

    row = VerificationRecord.objects.get()
    assert (row.times, row.slowest_milliseconds, row.mean_milliseconds) == (3, 40, 20)


@pytest.mark.usefixtures("in_a_worker")
def test_name_stays_in_the_log_when_its_user_goes(
    administrator: User, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)
    verify_stored_key(PRODUCTION, Occasion.SAVE, administrator)
    verification_log.flush()
    verify_stored_key(PRODUCTION, Occasion.VISIT, administrator)

    User.objects.get(username="ada").delete()
    verification_log.flush()

    found = VerificationRecord.objects.all()
    assert [(row.user, row.user_name) for row in found] == [(None, "ada")] * 2


@pytest.mark.usefixtures("in_a_worker")
def test_visit_costs_no_query_for_the_log(
    admin_client: Client,
    stored_key: str,
    key_service: KeyService,
) -> None:
    key_service.answers(Verdict.VALID)
    admin_client.get(CHANNEL)

    with CaptureQueriesContext(connection) as queries:
        admin_client.get(CHANNEL)

    asked = [query["sql"] for query in queries]
    assert not [sql for sql in asked if "verificationrecord" in sql]
    assert len([sql for sql in asked if "globalsettings" in sql]) == 1
    assert rows() == []
    verification_log.flush()
    assert sum(times for _verdict, _cause, times in rows()) == 2


@pytest.mark.usefixtures("debug_logging")
def test_debug_logging_writes_each_on_its_own_with_its_details(
    stored_key: str, key_service: KeyService
) -> None:
    key_service.answers((503, {}, ""))

    with time_machine.travel(NOW, tick=False):
        found = [verify_stored_key(PRODUCTION, Occasion.JOB) for _time in range(3)]

    written = VerificationRecord.objects.order_by("pk")
    assert [row.request_id for row in written] == [each.request_id for each in found]
    assert {(row.detail, row.cause, row.times) for row in written} == {
        ("status 503", "server_error", 1)
    }


@pytest.mark.usefixtures("debug_logging")
def test_debug_logging_tells_the_server_s_log_more_and_never_the_key(
    administrator: User,
    stored_key: str,
    key_service: KeyService,
    caplog: pytest.LogCaptureFixture,
) -> None:
    administrator.username = "ada\r\nroot"
    key_service.answers(Verdict.VALID)

    with caplog.at_level(logging.DEBUG):
        found = verify_stored_key(PRODUCTION, Occasion.VISIT, administrator)

    (line,) = [record.getMessage() for record in caplog.records if "in detail" in record.message]
    assert f"request={found.request_id} user='ada\\r\\nroot' service=http://127.0.0.1:8001" in line
    assert "\n" not in line
    assert stored_key not in caplog.text


def test_debug_logging_goes_on_and_off_with_the_next_visit(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)

    with time_machine.travel(NOW, tick=False):
        for is_on in (False, True, False):
            GlobalSettings.objects.update_or_create(pk=1, defaults={"debug_logging": is_on})
            admin_client.get(CHANNEL)
            admin_client.get(CHANNEL)

    assert [times for _verdict, _cause, times in rows()] == [4, 1, 1]


@pytest.mark.usefixtures("debug_logging")
def test_no_key_is_in_the_log_whatever_the_service_says(
    stored_key: str, key_service: KeyService
) -> None:
    key_service.answers((200, {"Content-Type": "application/json"}, stored_key), (401, {}, ""))

    verify_stored_key(PRODUCTION, Occasion.JOB)
    verify_stored_key(PRODUCTION, Occasion.JOB)

    written = VerificationRecord.objects.values()
    assert len(written) == 2
    assert stored_key not in str(list(written))


def test_what_can_not_be_written_fails_no_visit_and_is_written_later(
    admin_client: Client,
    stored_key: str,
    key_service: KeyService,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_counted: object) -> None:
        raise OperationalError("database is locked")

    key_service.answers(Verdict.VALID)
    with monkeypatch.context() as broken, time_machine.travel(NOW, tick=False):
        broken.setattr(verification_log, "_write", fail)
        visits = [admin_client.get(CHANNEL).status_code for _visit in range(2)]
    assert (visits, rows()) == ([200, 200], [])

    verification_log.flush()

    assert rows() == [("valid", "", 2)]
    assert "it is kept for the next time" in caplog.text


@pytest.mark.usefixtures("in_a_worker", "debug_logging")
def test_memory_is_bounded_while_nothing_can_be_written(
    stored_key: str,
    key_service: KeyService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verification_log, "MOST_KEPT", 3)
    key_service.answers(Verdict.VALID)

    for _visit in range(5):
        verify_stored_key(PRODUCTION, Occasion.JOB)
    verification_log.flush()

    assert len(rows()) == 3


@pytest.mark.django_db(transaction=True)
def test_several_processes_count_in_one_row() -> None:
    about = dict.fromkeys(("environment", "verdict", "cause", "fingerprint", "occasion"), "x")
    minutes = ["one minute", "another minute"]

    def write_as_one_process_of_many(number: int) -> None:
        at = NOW + timedelta(seconds=number)
        for _round in range(5):
            each = verification_log._Counted(
                {**about, "user_id": None, "user_name": ""}, at, at, times=2, total=20, slowest=9
            )
            order = minutes if number % 2 else minutes[::-1]
            verification_log._write(dict.fromkeys(order, each))

    at_once(write_as_one_process_of_many, 6)

    found = VerificationRecord.objects.all()
    assert sorted(row.once for row in found) == sorted(minutes)
    assert {(row.times, row.total_milliseconds) for row in found} == {(60, 600)}
    assert {(row.started_at, row.last_at) for row in found} == {(NOW, NOW + timedelta(seconds=5))}


@pytest.mark.usefixtures("in_a_worker")
def test_log_is_written_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    flushed = threading.Event()
    monkeypatch.setattr(verification_log, "FLUSH_SECONDS", 0.01)
    monkeypatch.setattr(verification_log, "flush", flushed.set)

    stopped = verification_log.write_in_background()

    assert flushed.wait(timeout=30)
    stopped.set()


@pytest.mark.parametrize("lifetime", LogLifetime)
def test_purge_deletes_what_is_older_than_the_settings_say(
    db: None, lifetime: LogLifetime, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background_jobs, "BATCH", 2)
    GlobalSettings.objects.create(clear_log_history=lifetime)
    oldest_kept = NOW - lifetime.lifetime
    for number, at in enumerate([oldest_kept, NOW] + [oldest_kept - timedelta(seconds=1)] * 5):
        VerificationRecord.objects.create(
            once=str(number),
            started_at=at,
            last_at=at,
            times=1,
            total_milliseconds=1,
            slowest_milliseconds=1,
        )

    jobs.purge(NOW)
    jobs.purge(NOW)

    assert set(VerificationRecord.objects.values_list("once", flat=True)) == {"0", "1"}
