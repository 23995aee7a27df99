"""Each notice is sent, and sent once, whatever mail servers and processes do."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from smtplib import SMTPException
from threading import Lock

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from admin_portal.sending import MOST_ATTEMPTS, MOST_IN_A_RUN
from api_keys.commerce_account.models import Company, Event, Notice, Role
from api_keys.commerce_account.sending import send_due
from tests.api_keys.commerce_account.conftest import member_of, new_key
from tests.concurrency import at_once

SOME_DAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class MailServer(BaseEmailBackend):
    """Stands in for the mail server. Addresses in `refused` are refused."""

    received: list[str]
    refused: set[str]
    lock = Lock()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            (to,) = message.to
            with self.lock:
                self.received.append(to)
            if to in self.refused:
                raise SMTPException("not now")
        return len(email_messages)


@pytest.fixture
def mail_server(settings: Settings) -> type[MailServer]:
    settings.EMAIL_BACKEND = f"{__name__}.MailServer"
    MailServer.received, MailServer.refused = [], set()
    return MailServer


@pytest.mark.django_db(transaction=True)
def test_many_runs_at_once_send_each_notice_once(
    mail_server: type[MailServer], company: Company
) -> None:
    people = [member_of(company, f"dev{number}", Role.DEVELOPER) for number in range(10)]
    new_key(company)

    counts = at_once(lambda _number: send_due(timezone.now()), 5)

    assert sum(counts) == 10
    assert sorted(mail_server.received) == sorted(person.email for person in people)
    assert not Notice.objects.filter(sent_at=None).exists()


def test_one_refusal_does_not_keep_the_others(
    mail_server: type[MailServer], company: Company, member: User
) -> None:
    member_of(company, "aaa")
    mail_server.refused = {"aaa@example.com"}
    new_key(company)

    send_due(timezone.now())

    assert mail_server.received == ["aaa@example.com", "mia@example.com"]
    assert Notice.objects.get(sent_at=None).recipient == "aaa@example.com"


def test_many_that_fail_again_and_again_do_not_keep_a_new_one(
    mail_server: type[MailServer], company: Company, member: User
) -> None:
    now = timezone.now()
    broken = Event.objects.create(company=company, kind=Event.Kind.MEMBER_LEFT)  # has no template
    Notice.objects.bulk_create(
        Notice(
            event=broken,
            recipient=f"{number}@example.com",
            claimed_at=now - timedelta(hours=1),
            attempts=1,
        )
        for number in range(MOST_IN_A_RUN)
    )
    new_key(company)

    send_due(now)

    assert mail_server.received == ["mia@example.com"]


def test_trouble_of_our_own_does_not_keep_the_others(
    mail_server: type[MailServer], company: Company, member: User
) -> None:
    new_key(company)
    broken = Event.objects.create(company=company, kind=Event.Kind.MEMBER_LEFT)  # has no template
    Notice.objects.create(event=broken, recipient="aaa@example.com")

    send_due(timezone.now())

    assert mail_server.received == ["mia@example.com"]


def test_refused_notice_is_tried_again_later_and_ever_less_often(
    mail_server: type[MailServer], company: Company, member: User
) -> None:
    mail_server.refused = {"mia@example.com"}
    attempts = []

    with time_machine.travel(SOME_DAY, tick=False) as clock:
        new_key(company)
        for minute in range(0, 4 * 24 * 60, 10):
            clock.move_to(SOME_DAY + timedelta(minutes=minute))
            before = len(mail_server.received)
            send_due(timezone.now())
            attempts += [minute] * (len(mail_server.received) - before)

    assert attempts == [0, *(10 * (2**number - 1) for number in range(1, MOST_ATTEMPTS))]


def test_notice_is_sent_as_soon_as_the_mail_server_takes_it(
    mail_server: type[MailServer], company: Company, member: User
) -> None:
    mail_server.refused = {"mia@example.com"}
    with time_machine.travel(SOME_DAY, tick=False) as clock:
        new_key(company)
        send_due(timezone.now())
        mail_server.refused = set()
        clock.shift(timedelta(minutes=10))

        sent = [send_due(timezone.now()) for _run in range(2)]

    assert sent == [1, 0]
    assert Notice.objects.get().sent_at == SOME_DAY + timedelta(minutes=10)


def test_notice_of_a_run_that_was_killed_is_taken_over_after_ten_minutes(
    mail_server: type[MailServer], company: Company, member: User
) -> None:
    new_key(company)
    now = timezone.now()
    Notice.objects.update(claimed_at=now, attempts=1)

    sent = [send_due(now + timedelta(minutes=minutes)) for minutes in (1, 9, 10)]

    assert sent == [0, 0, 1]
    assert mail_server.received == ["mia@example.com"]


def test_what_is_undone_is_told_to_nobody(
    mail_server: type[MailServer], company: Company, member: User
) -> None:
    with transaction.atomic():
        new_key(company)
        transaction.set_rollback(True)

    assert send_due(timezone.now()) == 0
