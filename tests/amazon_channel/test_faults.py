"""Every failure there is, 200 visits each (40 on PostgreSQL), by many at once, on real sockets.

The run's summary has the table: how many were sent to the Welcome page or let in wrongly, and the
slowest page.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from api_keys.contract import Environment, Verdict, fingerprint, generate_key
from api_keys.store_configuration.models import LastVerification, StoredKey
from tests.api_keys.store_configuration.certificates import self_signed
from tests.api_keys.store_configuration.faulty_service import (
    Behaviour,
    FaultyService,
    answering,
    breaks_off_the_body,
    drips_body,
    drips_headers,
    hangs_up,
    never_answers,
    refused_url,
    sends_headers_for_ever,
    speaks_no_http,
)
from tests.concurrency import at_once

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("in_a_worker"),
]

HOME = "/marketing/amazon-sales-channel/"
WELCOME = f"{HOME}welcome/"
# What PostgreSQL does otherwise, such as waiting for a row, each visitor's first visits show.
VISITS = 200 if connection.vendor == "sqlite" else 40
MANY = 8
FEW = 2
"""So few that nobody is turned away, however slow the machine is."""

LIMIT = 1.0
Report = Callable[..., Counter[str]]
"""Makes the visits: given the fault, where it should lead, and by how many at once, it returns how
many led where."""

JSON = "Content-Type: application/json\r\n"
PROBLEM = "Content-Type: application/problem+json\r\n"
HTML = "Content-Type: text/html\r\n"


def refusing(status: str, reason: str) -> Behaviour:
    return answering(status, PROBLEM, f'{{"reason": "{reason}"}}'.encode())


BAD_KEYS = {
    "invalid": refusing("401 Unauthorized", "invalid"),
    "revoked": refusing("401 Unauthorized", "revoked"),
    "expired": refusing("401 Unauthorized", "expired"),
    "wrong environment": refusing("403 Forbidden", "wrong_environment"),
    "401 of an old service": answering("401 Unauthorized"),
    "403 of an old service": answering("403 Forbidden"),
}
OUTAGES = {
    "time-out": never_answers,
    "a byte at a time": drips_body,
    "headers a byte at a time": drips_headers,
    "headers for ever": sends_headers_for_ever,
    "reset after the headers": breaks_off_the_body,
    "hangs up": hangs_up,
    "429": answering("429 Too Many Requests", "Retry-After: 30\r\n"),
    "500": answering("500 Internal Server Error", HTML, b"<h1>Oops</h1>"),
    "503": answering("503 Service Unavailable"),
    "302": answering("302 Found", "Location: /login\r\n"),
    "a hotel's network": answering("200 OK", HTML, b"<h1>Welcome, guest</h1>"),
    "401 of a proxy": answering("401 Unauthorized", HTML, b"<h1>Sign in</h1>"),
    "broken JSON": answering("200 OK", JSON, b'{"reason": "val'),
    "no HTTP": speaks_no_http,
}


@pytest.fixture
def _short_limits(settings: Settings) -> None:
    settings.KEY_VALIDATION_CONNECT_TIMEOUT = settings.KEY_VALIDATION_TIMEOUT = LIMIT


@pytest.fixture
def report(administrator: User, record_property: Callable[[str, object], None]) -> Report:

    def visit(fault: str, right: str, visitors: int = MANY) -> Counter[str]:
        led: Counter[str] = Counter()
        slowest = 0.0
        each = VISITS // visitors
        for places in at_once(lambda _visitor: list(visits(administrator, each)), visitors):
            for place, seconds in places:
                led[place] += 1
                slowest = max(slowest, seconds)
        wrongly = {place: led[place] for place in ("Welcome", "let in") if place != right}
        record_property("fault", (fault, sum(led.values()), wrongly, round(1000 * slowest)))
        return led

    return visit


def visits(administrator: User, number: int) -> Iterator[tuple[str, float]]:
    client = Client()
    client.force_login(administrator)
    for _visit in range(number):
        started = time.monotonic()
        page = client.get(HOME)
        yield (
            place_of(page.status_code, page.headers.get("Location", "")),
            time.monotonic() - started,
        )


def place_of(status: int, location: str) -> str:
    return {(200, ""): "let in", (302, WELCOME): "Welcome", (503, ""): "503"}[status, location]


@contextmanager
def served(behaviour: Behaviour, settings: Settings) -> Iterator[None]:
    with FaultyService(behaviour) as service:
        settings.KEY_VALIDATION_URLS = {Environment.PRODUCTION: service.url}
        yield


def found_valid(key: str) -> None:
    LastVerification.objects.create(
        environment=Environment.PRODUCTION,
        fingerprint=fingerprint(key),
        verdict=Verdict.VALID,
        verified_at=timezone.now(),
    )


@pytest.mark.usefixtures("_short_limits")
@pytest.mark.parametrize("fault", BAD_KEYS)
def test_bad_key_always_leads_to_the_welcome_page(
    stored_key: str, settings: Settings, report: Report, fault: str
) -> None:
    found_valid(stored_key)

    with served(BAD_KEYS[fault], settings):
        led = report(fault, "Welcome", FEW)

    assert led == {"Welcome": VISITS}


@pytest.mark.usefixtures("_short_limits")
@pytest.mark.parametrize("fault", OUTAGES)
def test_outage_is_never_taken_for_a_bad_key_nor_for_a_good_one(
    stored_key: str, settings: Settings, report: Report, fault: str
) -> None:
    with served(OUTAGES[fault], settings):
        led = report(fault, "503")

    assert led == {"503": VISITS}


@pytest.mark.usefixtures("_short_limits")
@pytest.mark.parametrize(
    "fault", ["time-out", "reset after the headers", "503", "a hotel's network"]
)
def test_outage_in_the_time_of_grace_closes_nothing(
    stored_key: str, settings: Settings, report: Report, fault: str
) -> None:
    found_valid(stored_key)

    with served(OUTAGES[fault], settings):
        led = report(f"{fault}, in grace", "let in")

    assert led == {"let in": VISITS}


@pytest.mark.usefixtures("_short_limits")
@pytest.mark.parametrize("fault", ["refused", "TLS"])
def test_service_that_can_t_be_spoken_to_is_an_outage(
    stored_key: str, settings: Settings, report: Report, tmp_path: Path, fault: str
) -> None:
    with ExitStack() as stack:
        if fault == "refused":
            url = stack.enter_context(refused_url())
        else:
            tls, _certificate = self_signed(tmp_path)
            url = stack.enter_context(FaultyService(answering("200 OK"), tls=tls)).url
        settings.KEY_VALIDATION_URLS = {Environment.PRODUCTION: url}
        led = report(fault, "503")

    assert led == {"503": VISITS}


@pytest.mark.usefixtures("_short_limits")
@pytest.mark.parametrize("fault", ["missing", "unreadable", "malformed"])
def test_what_the_admin_finds_itself_leads_to_the_welcome_page_without_a_call(
    stored_key: str, settings: Settings, report: Report, fault: str
) -> None:
    if fault == "missing":
        StoredKey.objects.all().delete()
    elif fault == "unreadable":
        settings.ENCRYPTION_KEYS = ["A" * 43 + "="]
    else:
        cut_off = generate_key(Environment.PRODUCTION)[:-1]
        settings.LOCKED_API_KEYS = {"production": ("PRODUCTION_API_KEY", cut_off)}

    with FaultyService(answering("200 OK")) as service:
        settings.KEY_VALIDATION_URLS = {Environment.PRODUCTION: service.url}
        led = report(fault, "Welcome")

    assert led == {"Welcome": VISITS}
    assert service.requests == []


@pytest.mark.usefixtures("_short_limits")
def test_healthy_service_lets_everybody_in(
    stored_key: str, settings: Settings, report: Report
) -> None:
    with served(answering("200 OK", JSON, b'{"reason": "valid"}'), settings):
        led = report("none", "let in", FEW)

    assert led == {"let in": VISITS}
