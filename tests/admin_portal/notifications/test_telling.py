"""What is told once, to whom by e-mail, and what the e-mail says."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core import mail
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from admin_portal.notifications.models import Notification, NotificationMail, Severity
from admin_portal.notifications.telling import notify, send_due
from tests.admin_portal.notifications.conftest import CHANGE, SEE, person
from tests.concurrency import at_once


def tell(*, once: str | None = None) -> bool:
    return notify(
        "store_configuration.key_expires_soon",
        severity=Severity.MAJOR,
        permission=SEE,
        detail={
            "environment": "production",
            "days": 7,
            "expires_at": datetime(2031, 1, 2, tzinfo=UTC),
        },
        link="/stores/",
        mail_permission=CHANGE,
        once=once,
    )


def recipients() -> list[str]:
    send_due(timezone.now())
    return sorted(address for message in mail.outbox for address in message.to)


def test_what_happens_only_once_is_told_once(administrator: User) -> None:
    User.objects.update(email="ada@example.com")

    told = [tell(once="a"), tell(once="a"), tell(once="b"), tell(), tell()]

    assert told == [True, False, True, True, True]
    assert NotificationMail.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_many_at_once_tell_once() -> None:
    person("ada", CHANGE)

    told = at_once(lambda _number: tell(once="a"), 6)

    assert sorted(told) == [False] * 5 + [True]
    assert (Notification.objects.count(), NotificationMail.objects.count()) == (1, 1)


def test_what_is_undone_is_told_to_nobody(administrator: User) -> None:
    with transaction.atomic():
        tell(once="a")
        transaction.set_rollback(True)

    assert not Notification.objects.exists()
    assert tell(once="a")


def test_mail_goes_to_who_may_change_it_superusers_groups_and_directly(db: None) -> None:
    group = Group.objects.create(name="keys")
    group.permissions.set(Permission.objects.filter(codename="change_storedkey"))
    person("gil").groups.add(group)
    person("dan", CHANGE)
    User.objects.create_superuser("sue", "sue@example.com")
    User.objects.create_superuser("sue without an address")
    person("val", SEE)
    blocked = person("bob", CHANGE)
    User.objects.filter(pk=blocked.pk).update(is_active=False)

    tell()

    assert recipients() == ["dan@example.com", "gil@example.com", "sue@example.com"]
    assert NotificationMail.objects.count() == 3


def test_who_may_no_longer_change_it_when_the_mail_goes_gets_none(db: None) -> None:
    dan, val = person("dan", CHANGE), person("val", CHANGE)
    tell()
    dan.user_permissions.clear()
    User.objects.filter(pk=val.pk).update(is_active=False)

    assert recipients() == []
    assert not NotificationMail.objects.exists()


def test_two_people_of_one_address_get_one_mail(db: None) -> None:
    person("dan", CHANGE)
    eve = person("eve", CHANGE)
    User.objects.filter(pk=eve.pk).update(email="dan@example.com")

    tell()

    assert recipients() == ["dan@example.com"]


def test_mail_leads_to_this_site_s_own_address(db: None, settings: Settings) -> None:
    settings.SITE_URL = "https://admin.example"
    person("dan", CHANGE)
    tell()

    send_due(timezone.now())

    (message,) = mail.outbox
    assert message.subject == "The production key expires in 7 days"
    assert "\nhttps://admin.example/stores/\n" in message.body
    assert "Jan. 2, 2031, midnight UTC" in message.body
    assert message.message()["Auto-Submitted"] == "auto-generated"
    assert "@admin.example>" in message.message()["Message-ID"]
