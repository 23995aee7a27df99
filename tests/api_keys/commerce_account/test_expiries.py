"""Reminders before a key expires, and word when it has."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone

from admin_portal.actors import NOBODY
from api_keys.commerce_account.expiries import remind_of_expiries
from api_keys.commerce_account.issuing import call_off_roll, roll_key
from api_keys.commerce_account.models import Company, Event, IssuedKey
from api_keys.commerce_account.sending import send_due
from tests.api_keys.commerce_account.conftest import delete, new_key
from tests.concurrency import at_once

CREATED = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
ABOUT_EXPIRY = [Event.Kind.KEY_EXPIRES_SOON, Event.Kind.KEY_EXPIRED]


def key_of(company: Company, *, days: float) -> IssuedKey:
    """Return a key that is good for so many days from CREATED on."""
    with time_machine.travel(CREATED, tick=False):
        return new_key(company, expires_at=CREATED + timedelta(days=days))[0]


def subjects_after(*, days: float) -> list[str]:
    """Run both jobs so many days after CREATED; return what was mailed about expiry."""
    mail.outbox.clear()
    with time_machine.travel(CREATED + timedelta(days=days), tick=False):
        remind_of_expiries(timezone.now())
        send_due(timezone.now())
    subjects = [message.subject.split(":")[0] for message in mail.outbox]
    return [subject for subject in subjects if "expire" in subject]


def test_every_rung_is_told_once_by_a_job_that_runs_often(company: Company, member: User) -> None:
    key_of(company, days=90)
    told = {}

    for half_days in range(2 * 58, 2 * 93):
        subjects = subjects_after(days=half_days / 2)
        if subjects:
            told[half_days / 2] = subjects

    assert told == {
        60: ["API key expires in 30 days"],
        76: ["API key expires in 14 days"],
        83: ["API key expires in 7 days"],
        89: ["API key expires in 1 day"],
        90: ["API key expired"],
    }


@pytest.mark.parametrize(
    ("late", "subject"),
    [
        (62, "API key expires in 28 days"),
        (85, "API key expires in 5 days"),
        (89.5, "API key expires in 1 day"),
        (97, "API key expired"),
    ],
)
def test_late_job_tells_the_truth_once_and_never_makes_up_for_what_passed(
    company: Company, member: User, late: float, subject: str
) -> None:
    key_of(company, days=90)

    assert subjects_after(days=late) == [subject]
    assert subjects_after(days=late) == []


@pytest.mark.parametrize("days", [30, 14, 7, 1, 0.5])
def test_new_key_is_not_announced_at_once(company: Company, member: User, days: float) -> None:
    key_of(company, days=days)

    assert subjects_after(days=0) == []
    assert subjects_after(days=days / 100) == []
    assert subjects_after(days=days) == ["API key expired"]


def test_key_that_expired_long_ago_is_no_news(company: Company, member: User) -> None:
    key_of(company, days=90)

    assert subjects_after(days=90 + 31) == []


def test_key_without_expiry_is_never_announced(company: Company, member: User) -> None:
    new_key(company)

    assert subjects_after(days=30_000) == []


def test_deleted_key_is_not_announced(company: Company, member: User) -> None:
    delete(key_of(company, days=90))

    assert subjects_after(days=85) == []


def test_key_that_is_rolled_is_announced_only_if_the_roll_is_called_off(
    company: Company, member: User
) -> None:
    issued = key_of(company, days=90)
    with time_machine.travel(CREATED, tick=False):
        roll_key(issued, by=NOBODY, expires_at=None, overlap=timedelta(days=88))

    assert subjects_after(days=85) == []
    with time_machine.travel(CREATED + timedelta(days=86), tick=False):
        call_off_roll(issued, by=NOBODY)
    assert subjects_after(days=86) == ["API key expires in 4 days"]


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_announce_once(company: Company, member: User) -> None:
    for number in range(5):
        with time_machine.travel(CREATED, tick=False):
            expires_at = CREATED + timedelta(days=90)
            new_key(company, f"key {number}", expires_at=expires_at)

    counts = at_once(lambda _number: remind_of_expiries(CREATED + timedelta(days=85)), 4)

    assert sum(counts) == 5
    assert Event.objects.filter(kind__in=ABOUT_EXPIRY).count() == 5


def test_history_has_the_days_that_were_left(company: Company, member: User) -> None:
    issued = key_of(company, days=90)

    subjects_after(days=85)

    event = Event.objects.get(kind__in=ABOUT_EXPIRY)
    assert (event.key, event.actor, event.detail) == (issued, None, {"days": 5})
