"""A roll that is called off, and keys of a roll that are deleted."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from admin_portal.actors import NOBODY
from api_keys.commerce_account.issuing import (
    call_off_roll,
    note_first_use,
)
from api_keys.commerce_account.models import Company, IssuedKey
from api_keys.contract import Verdict
from tests.api_keys.commerce_account.conftest import delete, new_key
from tests.api_keys.commerce_account.test_api_portal import key_url
from tests.api_keys.commerce_account.test_rolling import (
    DAY,
    HOUR,
    Issued,
    kinds,
    rolled,
    verdict_on,
)
from tests.concurrency import at_once


def test_roll_can_be_called_off_while_it_runs(member_client: Client, issued: Issued) -> None:
    _successor, new = rolled(issued[0], DAY)

    question = member_client.get(key_url(issued[0], "call-off/")).text
    page = member_client.post(key_url(issued[0], "call-off/"), follow=True).text
    with time_machine.travel(timezone.now() + 30 * DAY):
        verdicts = [verdict_on(issued[1]), verdict_on(new)]

    assert "Call off the roll of “Amazon Sales Channel”?" in question
    assert "The roll was called off: this key stays." in page
    assert verdicts == [Verdict.VALID, Verdict.REVOKED]
    assert kinds()[-2:] == ["key_deleted", "roll_called_off"]


def test_roll_that_is_over_can_not_be_called_off(member_client: Client, issued: Issued) -> None:
    _successor, new = rolled(issued[0], timedelta())

    page = member_client.post(key_url(issued[0], "call-off/"), follow=True).text

    assert "There is no roll to call off any more." in page
    assert [verdict_on(issued[1]), verdict_on(new)] == [Verdict.REVOKED, Verdict.VALID]


def test_roll_whose_successor_was_rolled_itself_can_not_be_called_off(issued: Issued) -> None:
    second, _second = rolled(issued[0], DAY)
    _third, third = rolled(second, DAY)

    assert not call_off_roll(issued[0], by=NOBODY)
    assert verdict_on(third) is Verdict.VALID


def test_deleting_the_successor_lets_the_old_key_stay(
    member_client: Client, issued: Issued
) -> None:
    successor, new = rolled(issued[0], DAY)

    question = member_client.get(key_url(successor, "delete/")).text
    member_client.post(key_url(successor, "delete/"))
    with time_machine.travel(timezone.now() + 2 * DAY):
        verdicts = [verdict_on(issued[1]), verdict_on(new)]

    assert "stays instead of retiring" in question
    assert verdicts == [Verdict.VALID, Verdict.REVOKED]


def test_deleting_the_old_key_ends_it_at_once(member_client: Client, issued: Issued) -> None:
    _successor, new = rolled(issued[0], DAY)

    member_client.post(key_url(issued[0], "delete/"))

    assert [verdict_on(issued[1]), verdict_on(new)] == [Verdict.REVOKED, Verdict.VALID]


@pytest.mark.django_db(transaction=True)
def test_calling_off_while_the_successor_is_first_used_leaves_one_that_stays(
    company: Company,
) -> None:
    row, key = new_key(company)
    successor, new = rolled(row, None)

    at_once(
        lambda number: (
            note_first_use(successor.pk, timezone.now())
            if number % 2
            else call_off_roll(row, by=NOBODY)
        ),
        8,
    )

    with time_machine.travel(timezone.now() + 2 * HOUR):
        assert [verdict_on(key), verdict_on(new)] == [Verdict.VALID, Verdict.REVOKED]


def test_roll_of_a_key_that_has_expired_can_not_be_called_off(
    member_client: Client, company: Company
) -> None:
    now = timezone.now()
    row, _key = new_key(company, expires_at=now + HOUR)
    _successor, new = rolled(row, None)

    with time_machine.travel(now + HOUR):
        called_off = call_off_roll(row, by=NOBODY)
        verdict = verdict_on(new)

    assert not called_off
    assert verdict is Verdict.VALID


def test_deleting_a_successor_that_was_rolled_itself_brings_no_old_key_back(
    company: Company,
) -> None:
    first, key = new_key(company)
    second, _second = rolled(first, DAY)
    rolled(second, DAY)

    delete(second)

    assert IssuedKey.objects.live(timezone.now()).count() == 1
    with time_machine.travel(timezone.now() + DAY):
        assert verdict_on(key) is Verdict.REVOKED
