"""Outages of the key service, and their ends, are told once each."""

from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from admin_portal.notifications.models import Notification
from api_keys.contract import Answer, Cause, Verdict
from tests.api_keys.store_configuration.conftest import NOW
from tests.api_keys.store_configuration.test_announcing import (
    ASKING,
    BACK,
    MINUTE,
    OUT,
    OUTAGE,
    told,
    verify,
)
from tests.concurrency import at_once
from tests.conftest import KeyService

pytestmark = pytest.mark.postgresql


def test_outage_is_told_when_it_outlasts_the_grace_and_so_is_its_end(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    key_service.answers(Verdict.VALID, OUTAGE)
    told_at = {}
    for minute in range(40):
        clock.move_to(NOW + minute * MINUTE)
        verify()
        told_at[minute] = told()
    key_service.answers(Verdict.VALID)
    for _visit in range(2):
        verify()

    assert [minute for minute in told_at if told_at[minute] == [OUT]] == list(range(16, 40))
    assert told() == [OUT, BACK]
    begin, end = Notification.objects.order_by("pk")
    assert (
        "since Nov. 23, 2026, 12:01 p.m. UTC, and not on Nov. 23, 2026, 12:16"
        in begin.paragraphs[0]
    )
    assert begin.paragraphs[0].endswith("It answers with an error of its own.")
    assert "from Nov. 23, 2026, 12:01 p.m. UTC on" in end.paragraphs[0]


def test_short_outages_are_no_news_however_many(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.KEY_VALIDATION_GRACE = 0
    for minute in range(0, 60, 5):
        key_service.answers(Verdict.VALID, OUTAGE, OUTAGE)
        for seconds in (0, 30, 270):
            clock.move_to(NOW + minute * MINUTE + timedelta(seconds=seconds))
            verify()

    assert told() == []


def test_visit_that_was_turned_away_because_others_waited_is_no_outage(
    stored_key: str,
    key_service: KeyService,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key_service.answers(Verdict.VALID)
    verify()
    busy = Answer(Verdict.UNAVAILABLE, cause=Cause.BUSY)
    monkeypatch.setattr(ASKING, lambda key, **kwargs: busy)

    for minute in range(0, 60, 10):
        clock.move_to(NOW + minute * MINUTE)
        verify()

    assert told() == []


def test_outage_of_a_key_that_does_not_work_anyway_is_no_news(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    key_service.answers(Verdict.REVOKED, OUTAGE)
    for minute in range(0, 60, 10):
        clock.move_to(NOW + minute * MINUTE)
        verify()

    assert told() == ["The production key was deleted in API Portal"]


def test_known_expiry_is_told_in_an_outage_and_does_not_end_it(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    key_service.answers(Answer(Verdict.VALID, expires_at=NOW + 40 * MINUTE), OUTAGE)
    for minute in range(0, 60, 10):
        clock.move_to(NOW + minute * MINUTE)
        verify()

    assert told() == [OUT, "The production key has expired"]


@pytest.mark.parametrize("cause", sorted(set(Cause) - {Cause.BUSY}))
def test_every_cause_of_an_outage_has_words(cause: Cause) -> None:
    words = {"found_at": NOW, "since_at": NOW}
    kind = "store_configuration.service_unavailable"

    with_cause = Notification(kind=kind, detail={**words, "cause": cause}).paragraphs[0]

    assert len(with_cause) > len(Notification(kind=kind, detail=words).paragraphs[0])


@pytest.mark.django_db(transaction=True)
def test_many_who_find_the_outage_and_its_end_tell_each_once(
    stored_key: str, key_service: KeyService
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        key_service.answers(Verdict.VALID, OUTAGE)
        verify()
        verify()
        clock.shift(20 * MINUTE)
        at_once(lambda _number: verify(), 5)
        key_service.answers(Verdict.VALID)
        at_once(lambda _number: verify(), 5)

    assert told() == [OUT, BACK]
