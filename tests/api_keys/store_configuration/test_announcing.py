"""Each change of a key's verdict is told once, whoever finds it, and so is an outage that lasts."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.test import Client
from pytest_django import Settings

from admin_portal.actors import NOBODY
from admin_portal.notifications.models import Notification, NotificationMail, Severity
from api_keys.contract import Answer, Environment, Verdict, fingerprint, generate_key
from api_keys.store_configuration import announcing
from api_keys.store_configuration.client import check_key
from api_keys.store_configuration.models import GlobalSettings
from api_keys.store_configuration.storing import KeyChange, remove_key, store_keys
from api_keys.store_configuration.verification import Occasion, verify_stored_key
from tests.api_keys.store_configuration.conftest import NOW
from tests.concurrency import at_once
from tests.conftest import HttpAnswer, KeyService

pytestmark = pytest.mark.postgresql

PRODUCTION, SANDBOX = Environment.PRODUCTION, Environment.SANDBOX
ASKING = "api_keys.store_configuration.verification.check_key"
MINUTE = timedelta(minutes=1)
OUTAGE: HttpAnswer = (503, {}, "")
WORKS_AGAIN = "The production key works again"
OUT = "The key service can't be reached for the production key"
BACK = "The key service answers again for the production key"


def verify(environment: Environment = PRODUCTION) -> None:
    verify_stored_key(environment, Occasion.JOB)


def told() -> list[str]:
    return [notification.title for notification in Notification.objects.order_by("pk")]


def replace_key(seen: str, environment: Environment = PRODUCTION) -> str:
    key = generate_key(environment)
    change = KeyChange(key, seen=fingerprint(seen) if seen else "")
    assert store_keys({environment: change}, by=NOBODY) == set()
    return key


@pytest.mark.parametrize(
    ("verdict", "title"),
    [
        (Verdict.REVOKED, "The production key was deleted in API Portal"),
        (Verdict.EXPIRED, "The production key has expired"),
        (Verdict.INVALID, "The production key is not known to the key service"),
        (Verdict.WRONG_ENVIRONMENT, "The production key belongs to another environment"),
    ],
)
def test_each_bad_verdict_is_told_once_and_so_is_the_end_of_it(
    stored_key: str, key_service: KeyService, verdict: Verdict, title: str
) -> None:
    bad = Answer(verdict, environment=SANDBOX if verdict is Verdict.WRONG_ENVIRONMENT else None)
    key_service.answers(Verdict.VALID, Verdict.VALID, bad, bad, Verdict.VALID, Verdict.VALID)

    seen = []
    for _visit in range(6):
        verify()
        seen.append(told())

    assert seen == [[], [], [title], [title], [title, WORKS_AGAIN], [title, WORKS_AGAIN]]


def test_service_of_two_minds_sends_no_flood_and_its_last_word_is_told(
    administrator: User, stored_key: str, key_service: KeyService
) -> None:
    unknown = "The production key is not known to the key service"
    key_service.answers(*[Verdict.VALID, Verdict.INVALID] * 20)

    with time_machine.travel(NOW, tick=False) as clock:
        for _visit in range(40):
            verify()
        in_the_hour = told()
        clock.shift(61 * MINUTE)
        verify()

    assert in_the_hour == [unknown, WORKS_AGAIN] * 2
    assert told() == [*in_the_hour, unknown]


def test_process_with_a_former_key_sends_no_flood(
    db: None, key_service: KeyService, settings: Settings
) -> None:
    keys = [generate_key(PRODUCTION), generate_key(PRODUCTION)]
    key_service.answers(*[Verdict.REVOKED, Verdict.VALID] * 10)

    for visit in range(20):
        settings.LOCKED_API_KEYS = {PRODUCTION: ("PRODUCTION_API_KEY", keys[visit % 2])}
        verify()

    assert told() == ["The production key was deleted in API Portal"] * 4


def test_new_key_is_told_of_however_its_predecessor_changed(
    stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(*[Verdict.VALID, Verdict.INVALID] * 5, Verdict.REVOKED)
    for _visit in range(10):
        verify()

    replace_key(stored_key)
    verify()

    assert told()[4:] == ["The production key was deleted in API Portal"]


def test_first_verdict_on_a_new_key_is_told_only_when_it_is_bad(
    stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.INVALID, Verdict.INVALID, Verdict.VALID)

    verify()
    other = replace_key(stored_key)
    verify()
    replace_key(other)
    verify()

    assert told() == ["The production key is not known to the key service"] * 2


def test_key_gone_missing_is_told_once_and_a_store_without_a_key_misses_none(
    stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)
    verify()
    remove_key(PRODUCTION, seen=fingerprint(stored_key), by=NOBODY)

    for _visit in range(2):
        verify()
        verify(SANDBOX)

    assert told() == ["No production key is stored any more"]


def test_unreadable_and_malformed_keys_are_told(
    stored_key: str, key_service: KeyService, settings: Settings
) -> None:
    key_service.answers(Verdict.VALID)
    verify()
    former = settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = ["A" * 43 + "="]
    verify()
    settings.ENCRYPTION_KEYS = former
    verify()
    settings.LOCKED_API_KEYS = {PRODUCTION: ("PRODUCTION_API_KEY", stored_key[:-1])}
    verify()

    assert told() == [
        "The production key can't be read",
        WORKS_AGAIN,
        "The production key is cut off or mistyped",
    ]
    assert "put it into PRODUCTION_API_KEY" in Notification.objects.latest("pk").paragraphs[1]


@pytest.mark.parametrize(
    ("channel", "severity"), [(PRODUCTION, Severity.CRITICAL), (SANDBOX, Severity.MAJOR)]
)
def test_key_that_the_channel_uses_is_graver_than_the_other(
    stored_key: str, key_service: KeyService, channel: Environment, severity: Severity
) -> None:
    GlobalSettings.objects.create(environment=channel)
    key_service.answers(Verdict.REVOKED)

    verify()

    notification = Notification.objects.get()
    assert notification.severity == severity
    is_said = "Amazon Sales Channel stays closed" in notification.paragraphs[0]
    assert is_said == (channel is PRODUCTION)


def test_visit_tells_too(admin_client: Client, stored_key: str, key_service: KeyService) -> None:
    key_service.answers(Verdict.VALID, Verdict.EXPIRED)

    for _visit in range(2):
        admin_client.get("/marketing/amazon-sales-channel/")

    assert told() == ["The production key has expired"]


@pytest.mark.django_db(transaction=True)
def test_many_who_find_it_at_the_same_instant_tell_it_once(
    administrator: User, stored_key: str, key_service: KeyService
) -> None:
    User.objects.update(email="ada@example.com")
    key_service.answers(Verdict.VALID)
    verify()
    key_service.answers(Verdict.REVOKED)

    at_once(lambda _number: verify(), 6)

    assert told() == ["The production key was deleted in API Portal"]
    assert NotificationMail.objects.count() == 1


def test_trouble_with_telling_keeps_no_visit_and_is_made_up_for(
    admin_client: Client,
    stored_key: str,
    key_service: KeyService,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError("no more room")

    key_service.answers(Verdict.VALID, Verdict.REVOKED)
    verify()
    with monkeypatch.context() as broken, caplog.at_level(logging.ERROR):
        broken.setattr(announcing, "notify", fail)
        answer = admin_client.get("/marketing/amazon-sales-channel/")

    assert answer["Location"] == "/marketing/amazon-sales-channel/welcome/"
    assert "What was found of the production key was not told." in caplog.text
    assert told() == []
    verify()
    assert told() == ["The production key was deleted in API Portal"]


def test_verdict_on_a_key_that_was_replaced_meanwhile_is_not_told(
    stored_key: str, key_service: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_service.answers(Verdict.VALID)
    verify()

    def replace_while_asking(key: str, **kwargs: object) -> Answer:
        replace_key(stored_key)
        return Answer(Verdict.REVOKED)

    monkeypatch.setattr(ASKING, replace_while_asking)
    verify()

    assert told() == []


def test_slow_good_answer_from_before_a_bad_one_is_not_told(
    stored_key: str, key_service: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_service.answers(Verdict.VALID, Verdict.REVOKED)
    verify()

    def delete_while_answering(key: str, **kwargs: object) -> Answer:
        with monkeypatch.context() as restored:
            restored.setattr(ASKING, check_key)
            verify()
        return Answer(Verdict.VALID)

    monkeypatch.setattr(ASKING, delete_while_answering)
    verify()

    assert told() == ["The production key was deleted in API Portal"]
