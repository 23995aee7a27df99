"""Each change of a key's verdict is told once, whoever finds it, and so is an outage that lasts."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.db import DatabaseError
from django.test import Client
from pytest_django import Settings

from admin_portal.actors import NOBODY
from admin_portal.notifications.models import Notification, NotificationMail, Severity
from admin_portal.notifications.telling import send_due
from api_keys.contract import Answer, Cause, Environment, Verdict, fingerprint, generate_key
from api_keys.store_configuration import announcing
from api_keys.store_configuration.client import check_key
from api_keys.store_configuration.models import GlobalSettings, StoredKey
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


def test_mail_says_which_key_what_was_found_when_and_what_to_do(
    administrator: User,
    stored_key: str,
    key_service: KeyService,
    settings: Settings,
    clock: time_machine.Traveller,
) -> None:
    settings.SITE_URL = "https://admin.example"
    User.objects.update(email="ada@example.com")
    key_service.answers(Verdict.VALID, Verdict.REVOKED)
    verify()
    verify()

    send_due(NOW)

    (message,) = mail.outbox
    assert (message.to, message.subject) == (
        ["ada@example.com"],
        "The production key was deleted in API Portal",
    )
    for words in (
        "Nov. 23, 2026, noon UTC",
        fingerprint(stored_key),
        "stays closed",
        "Create a new key in API Portal",
        "https://admin.example/stores/configuration/services/magento-services/",
    ):
        assert words in message.body
    assert stored_key[-38:] not in message.message().as_string()


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


def test_each_notification_leads_to_where_one_can_do_something(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    key_service.answers(Verdict.VALID, OUTAGE, OUTAGE, Verdict.REVOKED)
    for minute in (0, 5, 25, 30):
        clock.move_to(NOW + minute * MINUTE)
        verify()

    links = [notification.link for notification in Notification.objects.order_by("pk")]
    keys = "/stores/configuration/services/magento-services/"
    connection = "/system/tools/service-connection/"
    assert links == [connection, connection, keys]


@pytest.mark.parametrize("cause", sorted(set(Cause) - {Cause.BUSY}))
def test_every_cause_of_an_outage_has_words(cause: Cause) -> None:
    words = {"found_at": NOW, "since_at": NOW}
    kind = "store_configuration.service_unavailable"

    with_cause = Notification(kind=kind, detail={**words, "cause": cause}).paragraphs[0]

    assert len(with_cause) > len(Notification(kind=kind, detail=words).paragraphs[0])


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - {Verdict.VALID, Verdict.UNAVAILABLE}))
def test_every_bad_verdict_has_words_of_its_own(verdict: Verdict) -> None:
    kind = "store_configuration.key_stopped_working"
    detail = {"environment": "sandbox", "found_at": NOW, "verdict": verdict}

    title = Notification(kind=kind, detail=detail).title

    assert "sandbox" in title
    assert title != "The sandbox key does not work"


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


def test_no_notification_holds_a_key(stored_key: str, key_service: KeyService) -> None:
    key_service.answers((500, {}, f"echo {stored_key}"), Verdict.REVOKED)
    verify()
    verify()

    (notification,) = Notification.objects.all()
    words = f"{notification.title} {notification.paragraphs} {notification.detail}"
    assert stored_key not in words
    assert StoredKey.objects.get().ciphertext not in words
