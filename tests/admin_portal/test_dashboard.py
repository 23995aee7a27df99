"""The dashboard's cards: what they show, and to whom."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from admin_portal.action_log.actions import Action, Result
from admin_portal.action_log.recording import record
from admin_portal.actors import Actor
from admin_portal.notifications.models import Notification, Severity
from api_keys.contract import Environment, Verdict, fingerprint
from api_keys.store_configuration.models import VerificationRecord
from api_keys.store_configuration.verification_chart import (
    HEIGHT,
    LEAST_HEIGHT,
    Outcome,
    charts,
)
from tests.conftest import client_with

pytestmark = pytest.mark.postgresql

MOST_QUERIES = 8
"""Of which the frame needs three: the session, its user and the bell."""

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


def verified(
    verdict: Verdict,
    at: datetime,
    *,
    times: int = 1,
    environment: Environment = Environment.PRODUCTION,
) -> VerificationRecord:
    return VerificationRecord(
        once=uuid4().hex,
        environment=environment,
        verdict=verdict,
        occasion="visit",
        started_at=at,
        last_at=at,
        times=times,
        total_milliseconds=times,
        slowest_milliseconds=1,
    )


def test_hours_count_what_began_in_them(db: None) -> None:
    VerificationRecord.objects.bulk_create(
        [
            verified(Verdict.VALID, NOW, times=3),
            verified(Verdict.VALID, NOW - timedelta(minutes=10)),
            verified(Verdict.REVOKED, NOW - timedelta(hours=1)),
            verified(Verdict.UNAVAILABLE, NOW.replace(minute=0) - timedelta(hours=23)),
            verified(Verdict.EXPIRED, NOW.replace(minute=0) - timedelta(hours=23, seconds=1)),
            verified(Verdict.VALID, NOW + timedelta(minutes=1)),
            verified(Verdict.MISSING, NOW),
        ]
    )

    chart = charts(NOW)[Environment.PRODUCTION]

    assert chart.hours[-1].begins_at == NOW.replace(minute=0)
    assert [dict(hour.numbers) for hour in chart.hours_with_any] == [
        {Outcome.UNAVAILABLE: 1},
        {Outcome.REFUSED: 1},
        {Outcome.VERIFIED: 4},
    ]
    assert chart.numbers == [
        (Outcome.VERIFIED, 4),
        (Outcome.REFUSED, 1),
        (Outcome.UNAVAILABLE, 1),
    ]
    assert charts(NOW)[Environment.SANDBOX].is_empty


def test_one_refusal_among_thousands_is_seen_and_no_bar_leaves_the_drawing(db: None) -> None:
    VerificationRecord.objects.bulk_create(
        [
            verified(Verdict.VALID, NOW, times=100_000),
            verified(Verdict.REVOKED, NOW),
            verified(Verdict.UNAVAILABLE, NOW),
        ]
    )

    parts = list(charts(NOW)[Environment.PRODUCTION].parts)

    assert [part.height for part in parts][1:] == [LEAST_HEIGHT, LEAST_HEIGHT]
    assert all(0 <= part.y <= part.y + part.height <= HEIGHT for part in parts)


def test_drawing_has_words_and_a_table_beside_it(admin_client: Client) -> None:
    VerificationRecord.objects.bulk_create(
        [
            verified(Verdict.VALID, NOW, times=3, environment=Environment.SANDBOX),
            verified(Verdict.EXPIRED, NOW, environment=Environment.SANDBOX),
        ]
    )

    with time_machine.travel(NOW, tick=False):
        page = admin_client.get("/").text

    assert 'role="img" aria-labelledby="chart-sandbox"' in page
    assert re.search(r"Verified\s+3\s", page)
    assert re.search(r"Refused\s+1\s", page)
    assert "<td>3</td>" in page
    assert page.count("No verification in the last 24 hours.") == 1
    assert "style=" not in page


def test_keys_say_how_they_stand_and_which_one_the_channel_uses(
    admin_client: Client, stored_key: str
) -> None:
    page = admin_client.get("/").text
    production, sandbox = page.split('aria-labelledby="key-')[1:3]

    assert "Production Api Key" in production
    assert "Sandbox Api Key" in sandbox
    assert fingerprint(stored_key) in production
    assert "Amazon Sales Channel uses this key." in production
    assert "No key is stored." in sandbox
    assert "Amazon Sales Channel uses this key." not in sandbox
    assert stored_key not in page


@pytest.mark.parametrize(
    ("codenames", "shown"),
    [
        ((), set()),
        (("open_channel",), {"channel"}),
        (("view_storedkey",), {"key-production", "key-sandbox"}),
        (("view_storedkey", "view_verificationrecord"), {"key-production", "key-sandbox", "chart"}),
        (("view_verificationrecord",), set()),
        (("view_actionrecord",), {"actions"}),
    ],
)
def test_each_card_is_only_for_whom_its_page_opens(
    db: None, codenames: tuple[str, ...], shown: set[str]
) -> None:
    page = client_with("view_dashboard", *codenames).get("/").text

    cards = set(re.findall(r'<section class="card[^"]*" aria-labelledby="([^"]+)"', page))
    if "last 24 hours" in page:
        cards.add("chart")
    assert cards == {"to-do", "unread", *shown}


def test_what_is_left_to_set_up_goes_away(
    admin_client: Client, administrator: User, settings: Settings, stored_key: str
) -> None:
    without_mail = admin_client.get("/").text
    settings.EMAIL_URL = "smtp://mail.example.com"
    Authenticator.objects.create(user=administrator, type=Authenticator.Type.TOTP, data={})
    with_all = admin_client.get("/").text

    assert "A second factor." in without_mail
    assert "A mail server." in without_mail
    assert 'href="/help/dashboard/#mail"' in without_mail
    assert "Left to set up" not in with_all


def test_recent_actions_are_told_in_words_and_escaped(
    admin_client: Client, administrator: User
) -> None:
    record(Action.USER_CHANGED, by=Actor(administrator), subject="<b>eve</b>")
    record(Action.SIGN_IN_FAILED, by=Actor(None), result=Result.FAILURE, user_name="mallory")

    page = admin_client.get("/").text.split('aria-labelledby="actions"')[1]

    assert page.index("Sign-in failed") < page.index("User changed")
    assert "&lt;b&gt;eve" in page
    assert "mallory" in page
    assert page.count("badge-bad") == 1


@pytest.mark.parametrize("number", [10, 10_000])
def test_dashboard_costs_few_queries_however_much_there_is(
    admin_client: Client,
    stored_key: str,
    sandbox_key: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    number: int,
) -> None:
    now = datetime.now(UTC)
    VerificationRecord.objects.bulk_create(
        [
            verified(list(Verdict)[index % 9], now - timedelta(seconds=8 * index))
            for index in range(number)
        ],
        batch_size=1000,
    )
    Notification.objects.bulk_create(
        [
            Notification(
                kind="store_configuration.service_unavailable",
                severity=Severity.NOTICE,
                permission="store_configuration.view_storedkey",
            )
            for _index in range(number)
        ],
        batch_size=1000,
    )

    admin_client.get("/")  # the first visit notes the session
    with django_assert_max_num_queries(MOST_QUERIES):
        page = admin_client.get("/").text

    assert page.count('class="chart-bars"') == 1


def test_each_key_is_named(admin_client: Client) -> None:
    page = admin_client.get("/")

    assert "Production Api Key</h2>" in page.text
    assert "Sandbox Api Key</h2>" in page.text
