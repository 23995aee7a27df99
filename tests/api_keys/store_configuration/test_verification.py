"""What is remembered of a verification, and what is not."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django import Settings

from admin_portal.actors import NOBODY
from api_keys.contract import Answer, Environment, Verdict, fingerprint, generate_key
from api_keys.store_configuration import breaker, verification
from api_keys.store_configuration.held_keys import held_key
from api_keys.store_configuration.last_verifications import last_verification
from api_keys.store_configuration.models import LastVerification
from api_keys.store_configuration.storing import KeyChange, remove_key, store_keys
from api_keys.store_configuration.verification import (
    Occasion,
    known_verdict,
    verify_stored_key,
)
from tests.conftest import KeyService

PRODUCTION = Environment.PRODUCTION
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

pytestmark = pytest.mark.postgresql


def known_at(now: datetime) -> Verdict | None:
    held = held_key(PRODUCTION)
    return known_verdict(held, last_verification(held), now)


def test_verdict_is_remembered_with_the_key(stored_key: str, key_service: KeyService) -> None:
    expiry = datetime(2031, 1, 1, tzinfo=UTC)
    key_service.answers(Answer(Verdict.VALID, expires_at=expiry))

    with time_machine.travel(NOW, tick=False):
        verify_stored_key(PRODUCTION, Occasion.JOB)

    last = LastVerification.objects.get()
    assert (last.fingerprint, last.verdict) == (fingerprint(stored_key), "valid")
    assert (last.verified_at, last.expires_at) == (NOW, expiry)


def test_outage_leaves_the_last_judgement_as_it_was(
    stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID, (503, {}, ""))

    with time_machine.travel(NOW, tick=False) as clock:
        verify_stored_key(PRODUCTION, Occasion.JOB)
        clock.shift(timedelta(hours=1))
        found = verify_stored_key(PRODUCTION, Occasion.JOB)

    last = LastVerification.objects.get()
    assert found.verdict is Verdict.UNAVAILABLE
    assert (last.verdict, last.verified_at) == ("valid", NOW)


def test_unchanged_judgement_is_written_once_a_minute(
    stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)

    written = []
    with time_machine.travel(NOW, tick=False) as clock:
        for _visit in range(4):
            verify_stored_key(PRODUCTION, Occasion.JOB)
            written.append(LastVerification.objects.get().verified_at)
            clock.shift(timedelta(seconds=25))

    assert written == [NOW, NOW, NOW, NOW + timedelta(seconds=75)]


def test_changed_judgement_is_written_at_once(stored_key: str, key_service: KeyService) -> None:
    key_service.answers(Verdict.VALID, Verdict.REVOKED)

    verify_stored_key(PRODUCTION, Occasion.JOB)
    verify_stored_key(PRODUCTION, Occasion.JOB)

    assert LastVerification.objects.get().verdict == Verdict.REVOKED


def test_changed_expiry_is_written_at_once(stored_key: str, key_service: KeyService) -> None:
    key_service.answers(Answer(Verdict.VALID), Answer(Verdict.VALID, expires_at=NOW))

    verify_stored_key(PRODUCTION, Occasion.JOB)
    verify_stored_key(PRODUCTION, Occasion.JOB)

    assert LastVerification.objects.get().expires_at == NOW


def test_unreadable_ends_with_the_encryption_key_coming_back(
    stored_key: str, key_service: KeyService, settings: Settings
) -> None:
    key_service.answers(Verdict.VALID)
    verify_stored_key(PRODUCTION, Occasion.JOB)
    former = settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = ["A" * 43 + "="]

    meanwhile = verify_stored_key(PRODUCTION, Occasion.JOB)
    settings.ENCRYPTION_KEYS = former

    assert meanwhile.verdict is Verdict.UNREADABLE
    assert known_at(NOW) is Verdict.VALID


def test_judgement_on_a_key_replaced_meanwhile_is_not_remembered_for_the_new_one(
    stored_key: str, key_service: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace_while_asking(key: str, **about: object) -> Answer:
        change = KeyChange(generate_key(PRODUCTION), seen=fingerprint(key))
        assert store_keys({PRODUCTION: change}, by=NOBODY) == set()
        return Answer(Verdict.REVOKED)

    monkeypatch.setattr(verification, "check_key", replace_while_asking)

    verify_stored_key(PRODUCTION, Occasion.JOB)

    assert known_at(NOW) is None


def test_new_key_starts_without_a_judgement(stored_key: str, key_service: KeyService) -> None:
    key_service.answers(Answer(Verdict.VALID, expires_at=NOW))
    verify_stored_key(PRODUCTION, Occasion.JOB)

    store_keys(
        {PRODUCTION: KeyChange(generate_key(PRODUCTION), seen=fingerprint(stored_key))}, by=NOBODY
    )

    assert known_at(NOW) is None


def test_known_expiry_counts_from_its_very_instant(
    stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Answer(Verdict.VALID, expires_at=NOW))
    verify_stored_key(PRODUCTION, Occasion.JOB)

    assert known_at(NOW - timedelta(microseconds=1)) is Verdict.VALID
    assert known_at(NOW) is Verdict.EXPIRED


def test_log_names_verdict_and_fingerprint_and_never_the_key(
    stored_key: str, key_service: KeyService, caplog: pytest.LogCaptureFixture
) -> None:
    key_service.answers(Verdict.REVOKED, (500, {}, f"echo {stored_key}"))

    with caplog.at_level(logging.DEBUG):
        verify_stored_key(PRODUCTION, Occasion.JOB)
        verify_stored_key(PRODUCTION, Occasion.JOB)

    assert f"verdict=revoked cause=- detail='' fingerprint={fingerprint(stored_key)}" in caplog.text
    assert "verdict=unavailable cause=server_error detail='status 500'" in caplog.text
    assert stored_key not in caplog.text


def test_a_valid_answer_that_comes_late_does_not_undo_a_bad_one(
    stored_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(key: str, **about: object) -> Answer:
        monkeypatch.setattr(verification, "check_key", lambda key, **about: Answer(Verdict.REVOKED))
        clock.shift(1)
        verify_stored_key(PRODUCTION, Occasion.VISIT)
        clock.shift(1)
        return Answer(Verdict.VALID)

    monkeypatch.setattr(verification, "check_key", slow)

    with time_machine.travel(NOW, tick=False) as clock:
        verify_stored_key(PRODUCTION, Occasion.VISIT)

    assert known_at(NOW) is Verdict.REVOKED


def test_a_bad_answer_counts_however_late_it_comes(
    stored_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(key: str, **about: object) -> Answer:
        monkeypatch.setattr(verification, "check_key", lambda key, **about: Answer(Verdict.VALID))
        clock.shift(1)
        verify_stored_key(PRODUCTION, Occasion.VISIT)
        clock.shift(1)
        return Answer(Verdict.REVOKED)

    monkeypatch.setattr(verification, "check_key", slow)

    with time_machine.travel(NOW, tick=False) as clock:
        verify_stored_key(PRODUCTION, Occasion.VISIT)

    assert known_at(NOW) is Verdict.REVOKED


@pytest.mark.parametrize("occasion", Occasion)
def test_only_a_visit_is_turned_away_while_the_service_hangs(
    stored_key: str,
    key_service: KeyService,
    monkeypatch: pytest.MonkeyPatch,
    occasion: Occasion,
) -> None:
    monkeypatch.setattr(breaker, "SLOW", 0)
    key_service.answers((503, {}, ""))
    for _visit in range(breaker.STRIKES):
        verify_stored_key(PRODUCTION, Occasion.VISIT)
    key_service.answers(Verdict.VALID)

    found = verify_stored_key(PRODUCTION, occasion)

    turned_away = occasion is Occasion.VISIT
    assert found.verdict is (Verdict.UNAVAILABLE if turned_away else Verdict.VALID)


def test_only_the_key_that_was_seen_is_removed(stored_key: str) -> None:
    assert not remove_key(PRODUCTION, seen="0000-0000-0000", by=NOBODY)
    assert remove_key(PRODUCTION, seen=fingerprint(stored_key), by=NOBODY)
    assert not remove_key(PRODUCTION, seen=fingerprint(stored_key), by=NOBODY)
