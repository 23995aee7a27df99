"""Six failures lock an account against addresses that never signed in to it."""

import re

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from admin_portal.action_log.actions import Action
from admin_portal.action_log.models import ActionRecord
from admin_portal.actors import NOBODY
from admin_portal.entrance import lock_out
from admin_portal.entrance.models import Failures, Guarded, KnownAddress, Lock
from tests.admin_portal.entrance.people import (
    OFFICE,
    client_at,
    guess,
    is_signed_in,
    sign_in,
)
from tests.concurrency import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def note_failure(user: User, address: str) -> None:
    attempt = lock_out.begin_attempt(user, address)
    lock_out.fail(attempt, Action.SIGN_IN_FAILED, by=NOBODY)


@pytest.mark.usefixtures("administrator")
def test_six_failures_lock_strangers_out_for_half_an_hour(
    stranger: Client, clock: time_machine.Traveller
) -> None:
    guess(stranger, 6)
    straight_away = sign_in(stranger)
    clock.shift(30 * 60 - 1)
    too_early = sign_in(stranger)
    clock.shift(1)
    in_time = sign_in(stranger)

    assert (straight_away.status_code, too_early.status_code, in_time.status_code) == (
        200,
        200,
        302,
    )


@pytest.mark.usefixtures("administrator")
def test_five_failures_lock_nobody_out(stranger: Client) -> None:
    guess(stranger, 5)

    assert sign_in(stranger).status_code == 302


@pytest.mark.usefixtures("administrator")
def test_strangers_use_up_the_tries_of_all_strangers_together() -> None:
    for number in range(6):
        guess(client_at(f"203.0.113.{number}"), 1)

    assert sign_in(client_at("198.51.100.9")).status_code == 200


@pytest.mark.usefixtures("administrator")
def test_owner_gets_in_from_an_address_used_before(stranger: Client) -> None:
    sign_in(client_at(OFFICE))
    guess(stranger, 20)

    assert sign_in(client_at(OFFICE)).status_code == 302
    assert sign_in(stranger).status_code == 200


@pytest.mark.usefixtures("administrator")
def test_address_used_before_is_locked_by_its_own_failures_alone(stranger: Client) -> None:
    office = client_at(OFFICE)
    sign_in(office)
    office.post("/sign-out/")

    guess(office, 6)

    assert sign_in(office).status_code == 200
    assert sign_in(stranger).status_code == 302


def test_address_known_to_another_account_is_a_strangers(administrator: User) -> None:
    User.objects.create_user("eve", password="eve's own password")
    eves = client_at("203.0.113.7")
    sign_in(eves, "eve's own password", "eve")
    eves.post("/sign-out/")

    guess(client_at("198.51.100.9"), 6)

    assert sign_in(eves).status_code == 200


@pytest.mark.usefixtures("administrator")
def test_signing_in_clears_the_failures_of_its_address_and_no_others(stranger: Client) -> None:
    guess(client_at(OFFICE), 3)
    guess(stranger, 2)
    sign_in(client_at(OFFICE))

    guess(client_at(OFFICE), 5)
    at_office = sign_in(client_at(OFFICE))
    guess(stranger, 4)
    elsewhere = sign_in(stranger)

    assert (at_office.status_code, elsewhere.status_code) == (302, 200)


@pytest.mark.usefixtures("administrator")
def test_failures_of_half_an_hour_ago_count_no_more(
    stranger: Client, clock: time_machine.Traveller
) -> None:
    guess(stranger, 5)
    clock.shift(30 * 60)
    guess(stranger, 5)

    assert sign_in(stranger).status_code == 302


@pytest.mark.usefixtures("administrator")
def test_whole_network_of_ipv6_counts_as_one_address() -> None:
    sign_in(client_at("2001:db8::1"))
    guess(client_at("203.0.113.7"), 6)

    assert sign_in(client_at("2001:db8::2")).status_code == 302
    assert sign_in(client_at("2001:db8:0:1::1")).status_code == 200


def test_both_figures_are_settings(
    administrator: User, stranger: Client, settings: Settings, clock: time_machine.Traveller
) -> None:
    settings.LOCKOUT_FAILURES, settings.LOCKOUT_MINUTES = 2, 1

    guess(stranger, 2)
    locked = sign_in(stranger)
    clock.shift(60)

    assert locked.status_code == 200
    assert sign_in(stranger).status_code == 302


def test_names_that_nobody_has_fill_no_table(stranger: Client) -> None:
    for number in range(150):
        guess(stranger, 1, f"nobody {number}")

    assert Guarded.objects.count() <= lock_out.UNKNOWN_NAMES
    assert Failures.objects.count() <= lock_out.UNKNOWN_NAMES


def test_addresses_of_an_account_fill_no_table(administrator: User) -> None:
    for number in range(lock_out.MOST_KNOWN_ADDRESSES + 5):
        lock_out.note_sign_in(administrator, f"192.0.2.{number}")
    for number in range(20):
        guess(client_at(f"203.0.113.{number}"), 1)

    assert KnownAddress.objects.count() == lock_out.MOST_KNOWN_ADDRESSES
    assert not KnownAddress.objects.filter(address="192.0.2.0").exists()
    assert Failures.objects.count() == 0
    assert Lock.objects.get().failures == 6


def test_what_has_no_effect_any_more_is_purged(
    administrator: User, clock: time_machine.Traveller
) -> None:
    lock_out.note_sign_in(administrator, OFFICE)
    guess(client_at("203.0.113.7"), 6)
    guess(client_at(OFFICE), 1)

    clock.shift(20 * 24 * 3600)
    lock_out.purge(timezone.now())
    kept = KnownAddress.objects.count()
    clock.shift(400 * 24 * 3600)
    lock_out.purge(timezone.now())

    assert not Failures.objects.exists()
    assert not Lock.objects.exists()
    assert (kept, KnownAddress.objects.count()) == (1, 0)


def test_signed_in_people_stay_signed_in(administrator: User, stranger: Client) -> None:
    sign_in(stranger)
    guess(client_at("198.51.100.9"), 6)

    assert is_signed_in(stranger)


def test_each_failure_and_each_lock_is_recorded(administrator: User, stranger: Client) -> None:
    guess(stranger, 6, "ADA")
    guess(stranger, 1, "my own password")

    rows = [(row.action, row.user_name, row.subject) for row in ActionRecord.objects.all()]

    assert rows[:6] == [(Action.SIGN_IN_FAILED, "ada", "")] * 6
    assert rows[6] == (Action.ACCOUNT_LOCKED, "", "ada")
    assert rows[7] == (Action.SIGN_IN_FAILED, "", "Unknown user name")
    kept = str(list(ActionRecord.objects.values_list()))
    assert "guess" not in kept
    assert "my own password" not in kept
    assert all(row.request_id for row in ActionRecord.objects.all())


def test_report_tells_of_a_lock_in_the_words_of_its_reader(
    administrator: User, stranger: Client
) -> None:
    guess(stranger, 6)
    reader = client_at(OFFICE)
    reader.force_login(administrator)

    page = reader.get("/system/action-logs/report/", HTTP_ACCEPT_LANGUAGE="ja").text

    assert "203.0.113.7" in page
    assert not re.search("Addresses|Failures|Locked until", page)


def test_nothing_is_locked_that_cannot_be_recorded(
    administrator: User, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    settings.LOCKOUT_FAILURES = 1
    attempt = lock_out.begin_attempt(administrator, "203.0.113.7")
    monkeypatch.setattr(lock_out, "record", fail)

    with pytest.raises(ZeroDivisionError):
        lock_out.fail(attempt, Action.SIGN_IN_FAILED, by=NOBODY)

    assert not Lock.objects.exists()


def test_failures_found_elsewhere_count_too(administrator: User, stranger: Client) -> None:
    for _time in range(6):
        note_failure(administrator, "198.51.100.9")

    assert lock_out.is_locked(administrator, "203.0.113.7")
    assert sign_in(stranger).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_only_six_are_judged(administrator: User) -> None:
    admitted = at_once(
        lambda number: lock_out.begin_attempt(administrator, f"203.0.113.{number}").is_admitted, 16
    )

    assert sum(admitted) == 6


@pytest.mark.django_db(transaction=True)
def test_many_failures_at_once_lock_once(administrator: User) -> None:
    at_once(lambda number: note_failure(administrator, f"203.0.113.{number}"), 12)

    assert Lock.objects.count() == 1
    assert ActionRecord.objects.filter(action=Action.ACCOUNT_LOCKED).count() == 1
    assert ActionRecord.objects.filter(action=Action.SIGN_IN_FAILED).count() == 12
