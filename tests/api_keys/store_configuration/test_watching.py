"""The hourly verification and the expiry ladder, and the banner that shows it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from admin_portal.actors import NOBODY
from admin_portal.notifications.models import Notification
from api_keys.contract import Answer, Environment, Verdict, fingerprint, generate_key
from api_keys.store_configuration.models import KeyWatch
from api_keys.store_configuration.storing import KeyChange, remove_key, store_keys
from api_keys.store_configuration.verification import Occasion, verify_stored_key
from api_keys.store_configuration.watching import verify_held_keys
from tests.api_keys.store_configuration.conftest import NOW
from tests.concurrency import at_once
from tests.conftest import HttpAnswer, KeyService

pytestmark = pytest.mark.postgresql

PRODUCTION, SANDBOX = Environment.PRODUCTION, Environment.SANDBOX
DAY, MINUTE, TICK = timedelta(days=1), timedelta(minutes=1), timedelta(microseconds=1)
OUTAGE: HttpAnswer = (503, {}, "")
CHANNEL = "/marketing/amazon-sales-channel/"
CONFIGURATION = "/stores/configuration/services/magento-services/"


@pytest.fixture
def both_keys(stored_key: str) -> None:
    store_keys({SANDBOX: KeyChange(generate_key(SANDBOX), seen="")}, by=NOBODY)


def asked_at_minutes(clock: time_machine.Traveller, service: KeyService, until: int) -> list[int]:
    """Run the job every minute; return in which minutes the service was asked."""
    asked = []
    for minute in range(until):
        clock.move_to(NOW + minute * MINUTE)
        before = len(service.keys_seen)
        verify_held_keys(timezone.now())
        asked += [minute] * (len(service.keys_seen) - before)
    return asked


def test_both_keys_are_verified_every_hour(
    both_keys: None, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    key_service.answers(Verdict.VALID)

    assert asked_at_minutes(clock, key_service, 130) == [0, 0, 60, 60, 120, 120]


def test_how_often_is_a_setting(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.KEY_VERIFICATION_MINUTES = 10
    key_service.answers(Verdict.VALID)

    assert asked_at_minutes(clock, key_service, 25) == [0, 10, 20]


def test_key_that_was_asked_about_a_moment_ago_waits(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    key_service.answers(Verdict.VALID)
    verify_stored_key(PRODUCTION, Occasion.VISIT)

    assert asked_at_minutes(clock, key_service, 65) == [60]


def test_while_the_service_is_away_it_is_asked_more_often(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    key_service.answers(Verdict.VALID, OUTAGE, OUTAGE, OUTAGE, Verdict.VALID)

    assert asked_at_minutes(clock, key_service, 140) == [0, 60, 65, 70, 75, 135]


def test_while_the_service_is_away_it_is_asked_no_less_often_than_usual(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.KEY_VERIFICATION_MINUTES = 2
    key_service.answers(OUTAGE)

    assert asked_at_minutes(clock, key_service, 7) == [0, 2, 4, 6]


def test_key_is_asked_about_as_soon_as_it_should_have_expired(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    key_service.answers(Answer(Verdict.VALID, expires_at=NOW + 10 * MINUTE), Verdict.EXPIRED)

    assert asked_at_minutes(clock, key_service, 30) == [0, 10]
    assert Notification.objects.get().title == "The production key has expired"


def test_key_that_vanished_is_noticed_within_minutes(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    key_service.answers(Verdict.VALID)
    verify_held_keys(NOW)
    remove_key(PRODUCTION, seen=fingerprint(stored_key), by=NOBODY)

    verify_held_keys(NOW + 5 * MINUTE)

    assert Notification.objects.get().title == "No production key is stored any more"


def test_clock_that_was_set_back_does_not_stop_it(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    key_service.answers(Verdict.VALID)
    verify_held_keys(NOW)

    clock.move_to(NOW - 300 * DAY)

    assert verify_held_keys(timezone.now()) == 1


def test_store_without_keys_leaves_nothing_behind(db: None, key_service: KeyService) -> None:
    assert verify_held_keys(NOW) == 0
    assert not KeyWatch.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_jobs_at_once_ask_once(both_keys: None, key_service: KeyService) -> None:
    key_service.answers(Verdict.VALID)
    now = timezone.now()

    counts = at_once(lambda _number: verify_held_keys(now), 5)

    assert sum(counts) == len(key_service.keys_seen) == 2
