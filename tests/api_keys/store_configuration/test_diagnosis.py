"""The steps of Service connection, against real sockets."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.test import Client
from pytest_django import Settings

from api_keys.store_configuration.connecting import TRACE
from tests.api_keys.store_configuration.asking import LIMIT
from tests.api_keys.store_configuration.diagnosing import (
    INVALID,
    JSON,
    VALID,
    expected,
    results,
    run,
)
from tests.api_keys.store_configuration.faulty_service import (
    Behaviour,
    FaultyService,
    answering,
    drips_headers,
    hangs_up,
)

pytestmark = [pytest.mark.usefixtures("_short_limits"), pytest.mark.django_db]

NAME = "keys.example"


def test_good_key_at_a_healthy_service_passes_every_step(
    admin_client: Client, settings: Settings, stored_key: str
) -> None:
    date = f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}\r\n"
    healthy = answering("200 OK", JSON + date, b'{"reason": "valid"}')

    with FaultyService(healthy) as service:
        page = run(admin_client, settings, service.url)

    way = expected("DNS", "TCP", "HTTP", "Clock", TLS="Not used", Verdict="Good")
    assert results(page) == way
    assert results(page, "sandbox") == {**way, "Verdict": "Not run"}
    assert len(re.findall(r"\d+ ms", page)) >= 7
    assert stored_key not in page


def test_key_is_sent_for_the_verdict_alone_and_every_call_has_the_run_s_id(
    admin_client: Client, settings: Settings, stored_key: str
) -> None:
    with FaultyService(VALID) as service:
        page = run(admin_client, settings, service.url)

    without, with_key, _sandbox = service.requests
    request_id = re.findall(r"[0-9a-f]{32}", page.split('id="production"')[1])[0]
    assert stored_key.encode() not in without
    assert stored_key.encode() in with_key
    assert f"X-Request-ID: {request_id}\r\n".encode() in without
    assert f"X-Request-ID: {request_id}\r\n".encode() in with_key


def test_later_calls_note_nothing_more(admin_client: Client, settings: Settings) -> None:
    with FaultyService(INVALID) as service:
        run(admin_client, settings, service.url)

    assert TRACE.get() is None


@pytest.mark.parametrize(
    ("reason", "status", "words"),
    [
        ("invalid", "401 No", "has never issued the key"),
        ("revoked", "401 No", "was deleted or rolled"),
        ("expired", "401 No", "has expired"),
        ("wrong_environment", "403 No", "belongs to another environment than Production"),
    ],
)
def test_bad_key_fails_at_the_verdict(
    admin_client: Client, settings: Settings, stored_key: str, reason: str, status: str, words: str
) -> None:
    answer = answering(status, JSON, f'{{"reason": "{reason}"}}'.encode())

    with FaultyService(answer) as service:
        page = run(admin_client, settings, service.url)

    assert results(page)["Verdict"] == "Failed"
    assert words in page
    assert "Put a good key into Stores &gt; Configuration" in page


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (drips_headers, f"was not there within {LIMIT} seconds"),
        (answering("500 No"), "it has a failure of its own"),
        (answering("429 No"), "Wait a minute"),
        (answering("302 No", "Location: https://elsewhere.example\r\n"), "Redirects are never"),
        (answering("200 OK", "Content-Type: text/html\r\n", b"<p>"), "not as a key service does"),
        (hangs_up, "broke off before the whole answer"),
    ],
)
def test_answer_that_is_none_ends_at_http(
    admin_client: Client, settings: Settings, stored_key: str, behaviour: Behaviour, words: str
) -> None:
    with FaultyService(behaviour) as service:
        page = run(admin_client, settings, service.url)

    assert results(page) == expected("DNS", "TCP", TLS="Not used", HTTP="Failed")
    assert words in page
    assert stored_key.encode() not in b"".join(service.requests)


@pytest.mark.parametrize(("minutes", "result"), [(-2, "Careful"), (2, "Careful"), (0, "Good")])
def test_clocks_that_differ_are_a_warning(
    admin_client: Client, settings: Settings, stored_key: str, minutes: int, result: str
) -> None:
    theirs = datetime.now(UTC) + timedelta(minutes=minutes)
    dated = answering("200 OK", f"Date: {format_datetime(theirs, usegmt=True)}\r\n")

    with FaultyService(dated) as service:
        page = run(admin_client, settings, service.url)

    assert results(page)["Clock"] == result
    assert results(page)["Verdict"] == "Good"


@pytest.mark.parametrize(
    "date", ["", "Date: tomorrow\r\n", f"Date: Mon, 01 Jan {'9' * 20} 00:00:00 GMT\r\n"]
)
def test_service_need_not_tell_the_time(
    admin_client: Client, settings: Settings, date: str
) -> None:
    with FaultyService(answering("401 No", date)) as service:
        page = run(admin_client, settings, service.url)

    assert results(page)["Clock"] == "Not used"


def test_key_that_can_not_be_read_is_not_sent(
    admin_client: Client, settings: Settings, stored_key: str
) -> None:
    settings.ENCRYPTION_KEYS = ["A" * 43 + "="]

    with FaultyService(INVALID) as service:
        page = run(admin_client, settings, service.url)

    assert results(page)["Verdict"] == "Failed"
    assert "ADMIN_ENCRYPTION_KEYS" in page
    assert len(service.requests) == 2


def test_key_from_the_server_s_environment_is_mended_there(
    admin_client: Client, settings: Settings
) -> None:
    settings.LOCKED_API_KEYS = {"production": ("PRODUCTION_API_KEY", "a-key-of-another-issuer")}

    with FaultyService(INVALID) as service:
        page = run(admin_client, settings, service.url)

    assert "Put a good key into PRODUCTION_API_KEY." in page
    assert "a-key-of-another-issuer" not in page
