"""An expiry is told rung by rung, each time more urgently."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from admin_portal.actors import NOBODY
from admin_portal.management.commands.run_due_jobs import Command as RunDueJobs
from admin_portal.notifications.models import Notification
from api_keys.contract import Answer, Verdict, fingerprint, generate_key
from api_keys.store_configuration import verification
from api_keys.store_configuration.expiries import expiry_at
from api_keys.store_configuration.storing import KeyChange, store_keys
from api_keys.store_configuration.verification import Occasion, verify_stored_key
from api_keys.store_configuration.watching import tell_of_expiries
from tests.api_keys.store_configuration.conftest import NOW
from tests.api_keys.store_configuration.test_watching import DAY, PRODUCTION, TICK
from tests.concurrency import at_once
from tests.conftest import KeyService

pytestmark = pytest.mark.postgresql


@pytest.mark.parametrize(
    ("left", "rung", "days"),
    [
        (30 * DAY + TICK, None, None),
        (30 * DAY, 30, 30),
        (14 * DAY + TICK, 30, 15),
        (14 * DAY, 14, 14),
        (7 * DAY + TICK, 14, 8),
        (7 * DAY, 7, 7),
        (DAY + TICK, 7, 2),
        (DAY, 1, 1),
        (TICK, 1, 1),
        (0 * DAY, None, None),
        (-DAY, None, None),
    ],
)
def test_rungs_begin_at_their_very_instant(
    left: timedelta, rung: int | None, days: int | None
) -> None:
    expiry = expiry_at(NOW + left, NOW)

    assert (expiry.rung if expiry else None, expiry.days_left if expiry else None) == (rung, days)


def test_key_without_expiry_is_on_no_rung() -> None:
    assert expiry_at(None, NOW) is None


def held_for(service: KeyService, clock: time_machine.Traveller, *, days: float) -> None:
    """Have the held key found valid at NOW, for so many days."""
    clock.move_to(NOW)
    service.answers(Answer(Verdict.VALID, expires_at=NOW + timedelta(days=days)))
    verify_stored_key(PRODUCTION, Occasion.SAVE)


def titles_after(clock: time_machine.Traveller, *, days: float) -> list[str]:
    """Run the ladder's job so many days after NOW; return what it told."""
    clock.move_to(NOW + timedelta(days=days))
    newest = Notification.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    tell_of_expiries(timezone.now())
    return [notification.title for notification in Notification.objects.filter(pk__gt=newest)]


def test_every_rung_is_told_once_each_time_more_urgently(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    held_for(key_service, clock, days=90)

    told = {
        half / 2: titles for half in range(184) if (titles := titles_after(clock, days=half / 2))
    }

    assert told == {
        60: ["The production key expires in 30 days"],
        76: ["The production key expires in 14 days"],
        83: ["The production key expires in 7 days"],
        89: ["The production key expires in 1 day"],
    }
    severities = [notification.severity for notification in Notification.objects.order_by("pk")]
    assert severities == [4, 3, 2, 1]


@pytest.mark.parametrize(("late", "days"), [(62, 28), (85, 5), (89.5, 1)])
def test_late_job_tells_only_the_most_urgent(
    stored_key: str,
    key_service: KeyService,
    clock: time_machine.Traveller,
    late: float,
    days: int,
) -> None:
    held_for(key_service, clock, days=90)

    assert titles_after(clock, days=late) == [
        f"The production key expires in {days} day{'s' if days > 1 else ''}"
    ]
    assert titles_after(clock, days=late) == []


@pytest.mark.parametrize("days", [30, 14, 7, 1, 0.5])
def test_rung_from_before_the_key_was_stored_is_not_told(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller, days: float
) -> None:
    held_for(key_service, clock, days=days)

    assert titles_after(clock, days=0) == titles_after(clock, days=days / 100) == []


def test_rung_is_told_of_a_key_that_did_not_work_for_a_while(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    held_for(key_service, clock, days=90)
    clock.move_to(NOW + 80 * DAY)
    key_service.answers(Verdict.INVALID, Answer(Verdict.VALID, expires_at=NOW + 90 * DAY))
    for _visit in range(2):
        verify_stored_key(PRODUCTION, Occasion.VISIT)

    assert titles_after(clock, days=81) == ["The production key expires in 9 days"]


def test_key_that_was_deleted_or_replaced_is_not_announced(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    held_for(key_service, clock, days=90)
    key_service.answers(Answer(Verdict.REVOKED, expires_at=NOW + 90 * DAY))
    verify_stored_key(PRODUCTION, Occasion.VISIT)
    deleted = titles_after(clock, days=85)
    new = KeyChange(generate_key(PRODUCTION), seen=fingerprint(stored_key))
    store_keys({PRODUCTION: new}, by=NOBODY)

    assert (deleted, titles_after(clock, days=86)) == ([], [])


def test_date_that_trembles_by_a_second_is_told_once(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    held_for(key_service, clock, days=90)
    clock.move_to(NOW + 85 * DAY)

    for seconds in range(3):
        trembling = NOW + 90 * DAY + timedelta(seconds=seconds)
        key_service.answers(Answer(Verdict.VALID, expires_at=trembling))
        verify_stored_key(PRODUCTION, Occasion.VISIT)
        tell_of_expiries(timezone.now())

    assert Notification.objects.count() == 1


def test_rung_does_not_count_as_passed_since_the_former_key_was_stored(
    stored_key: str,
    key_service: KeyService,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held_for(key_service, clock, days=90)
    clock.move_to(NOW + 20 * DAY)
    new = KeyChange(generate_key(PRODUCTION), seen=fingerprint(stored_key))
    store_keys({PRODUCTION: new}, by=NOBODY)
    key_service.answers(Answer(Verdict.VALID, expires_at=NOW + 25 * DAY))
    with monkeypatch.context() as patch:
        patch.setattr(verification, "announce", lambda *_found, **_about: None)
        verify_stored_key(PRODUCTION, Occasion.SAVE)

    assert titles_after(clock, days=20) == []


@pytest.mark.django_db(transaction=True)
def test_ladders_at_once_tell_once(stored_key: str, key_service: KeyService) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        held_for(key_service, clock, days=90)

    counts = at_once(lambda _number: tell_of_expiries(NOW + 85 * DAY), 4)

    assert sum(counts) == 1
    assert Notification.objects.count() == 1


def test_command_does_everything_due(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller
) -> None:
    held_for(key_service, clock, days=90)
    clock.move_to(NOW + 85 * DAY)

    for _run in range(2):
        call_command(RunDueJobs())

    assert len(key_service.keys_seen) == 2
    assert Notification.objects.get().title == "The production key expires in 5 days"
