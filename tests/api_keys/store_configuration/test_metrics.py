"""What is counted of verifications."""

from datetime import timedelta

import pytest
import requests
from django.test import Client
from django.utils import timezone

from api_keys.contract import Answer, Environment, Verdict
from api_keys.store_configuration.breaker import STRIKES, breaker_for, forget
from api_keys.store_configuration.models import LastVerification
from api_keys.store_configuration.watching import count_expiring_keys
from tests.admin_portal.monitoring.reading import Counted, sample, samples
from tests.conftest import KeyService

CHANNEL = "/marketing/amazon-sales-channel/"
CALLS = "commerce_verification_call_seconds_count"


def verified(counted: Counted, verdict: str, cause: str = "") -> float:
    about = {"environment": "production", "verdict": verdict, "cause": cause}
    return counted("commerce_verifications_total", **about)


def test_verdict_is_counted_with_its_cause_and_calls_are_timed(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    counted = Counted()
    key_service.answers(Verdict.VALID, requests.ConnectTimeout(), (500, {}, ""))

    for _ in range(3):
        admin_client.get(CHANNEL)

    assert verified(counted, "valid") == 1
    assert verified(counted, "unavailable", "time_out") == 1
    assert verified(counted, "unavailable", "server_error") == 1
    assert counted(CALLS, environment="production") == 3


def test_what_is_found_without_a_call_is_counted_but_not_timed(admin_client: Client) -> None:
    counted = Counted()

    admin_client.get(CHANNEL, follow=True)

    assert verified(counted, "missing") == 2  # the gate and the Welcome page
    assert counted(CALLS, environment="production") == 0


def test_breaker_that_is_open_is_seen() -> None:
    def is_open() -> float:
        return samples()[sample("commerce_breaker_open", environment="sandbox")]

    closed = is_open()
    breaker_for(Environment.SANDBOX)._strikes = STRIKES
    opened = is_open()
    forget()

    assert (closed, opened, is_open()) == (0, 1, 0)


@pytest.mark.parametrize(
    ("days", "counted"), [(0.5, [1, 1, 1]), (7, [1, 1, 0]), (29, [1, 0, 0]), (31, [0, 0, 0])]
)
def test_held_key_that_expires_is_counted(
    stored_key: str, key_service: KeyService, admin_client: Client, days: float, counted: list[int]
) -> None:
    now = timezone.now()
    expires_at = now + timedelta(days=days)
    key_service.answers(Answer(Verdict.VALID, Environment.PRODUCTION, expires_at=expires_at))
    admin_client.get(CHANNEL)

    found = count_expiring_keys(now)

    assert [found["production", day] for day in (30, 7, 1)] == counted
    assert [found["sandbox", day] for day in (30, 7, 1)] == [0, 0, 0]
    LastVerification.objects.update(verdict=Verdict.REVOKED)
    assert not any(count_expiring_keys(now).values())
