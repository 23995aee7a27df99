"""What a notification says, and where it leads."""

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from pytest_django import Settings

from admin_portal.notifications.models import Notification
from admin_portal.notifications.telling import send_due
from api_keys.contract import Verdict, fingerprint
from api_keys.store_configuration.models import StoredKey
from tests.api_keys.store_configuration.conftest import NOW
from tests.api_keys.store_configuration.test_announcing import MINUTE, OUTAGE, verify
from tests.conftest import KeyService

pytestmark = pytest.mark.postgresql


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


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - {Verdict.VALID, Verdict.UNAVAILABLE}))
def test_every_bad_verdict_has_words_of_its_own(verdict: Verdict) -> None:
    kind = "store_configuration.key_stopped_working"
    detail = {"environment": "sandbox", "found_at": NOW, "verdict": verdict}

    title = Notification(kind=kind, detail=detail).title

    assert "sandbox" in title
    assert title != "The sandbox key does not work"


def test_no_notification_holds_a_key(stored_key: str, key_service: KeyService) -> None:
    key_service.answers((500, {}, f"echo {stored_key}"), Verdict.REVOKED)
    verify()
    verify()

    (notification,) = Notification.objects.all()
    words = f"{notification.title} {notification.paragraphs} {notification.detail}"
    assert stored_key not in words
    assert StoredKey.objects.get().ciphertext not in words
