"""Rolling a key: its successor beside it, until the old one may go."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from admin_portal.actors import NOBODY
from api_keys.commerce_account import issuing
from api_keys.commerce_account.checking import check_key
from api_keys.commerce_account.issuing import (
    Refused,
    note_first_use,
    read_key,
    roll_key,
    seal_retired_keys,
)
from api_keys.commerce_account.models import Company, Event, IssuedKey, KeyState
from api_keys.contract import Environment, Verdict
from tests.api_keys.commerce_account.conftest import delete, new_key, signed_in
from tests.api_keys.commerce_account.test_api_portal import create, fields, key_url, portal_of
from tests.concurrency import at_once

Issued = tuple[IssuedKey, str]
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def verdict_on(key: str) -> Verdict:
    return check_key(key, Environment.PRODUCTION).verdict


def rolled(issued: IssuedKey, overlap: timedelta | None) -> Issued:
    successor = roll_key(issued, by=NOBODY, expires_at=None, overlap=overlap)
    return successor, read_key(successor)


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("choice", "overlap"),
    [("0", timedelta()), ("1", HOUR), ("24", DAY), ("168", 7 * DAY), ("used", 30 * DAY)],
)
def test_old_key_works_for_the_time_chosen_and_the_new_one_from_the_first(
    member_client: Client, issued: Issued, choice: str, overlap: timedelta
) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        page = member_client.post(
            key_url(issued[0], "roll/"), fields(overlap=choice, expires="90"), follow=True
        )
        successor = IssuedKey.objects.get(predecessor=issued[0])
        both = [verdict_on(issued[1]), verdict_on(read_key(successor))]
    with time_machine.travel(now + overlap - timedelta(seconds=1), tick=False):
        before = verdict_on(issued[1])
    with time_machine.travel(now + overlap, tick=False):
        after = [verdict_on(issued[1]), verdict_on(read_key(successor))]

    assert "This is the new key." in page.text
    assert page.redirect_chain[-1][0] == key_url(successor)
    assert successor.description == issued[0].description
    assert successor.expires_at == now + 90 * DAY
    assert both == [Verdict.VALID if overlap else Verdict.REVOKED, Verdict.VALID]
    assert before is Verdict.VALID
    assert after == [Verdict.REVOKED, Verdict.VALID]


def test_old_key_retires_soon_after_its_successor_was_seen_in_use(issued: Issued) -> None:
    successor, _new = rolled(issued[0], None)
    now = timezone.now()

    note_first_use(successor.pk, now)

    with time_machine.travel(now + timedelta(seconds=59)):
        assert verdict_on(issued[1]) is Verdict.VALID
    with time_machine.travel(now + timedelta(seconds=60)):
        assert verdict_on(issued[1]) is Verdict.REVOKED
    assert kinds() == ["key_created", "key_rolled", "successor_used"]


def test_only_the_first_use_counts(issued: Issued) -> None:
    successor, _new = rolled(issued[0], None)
    now = timezone.now()

    for minutes in (0, 1, 2):
        note_first_use(successor.pk, now + timedelta(minutes=minutes))

    issued[0].refresh_from_db()
    assert issued[0].retires_at == now + timedelta(seconds=60)
    assert kinds().count("successor_used") == 1


def test_use_does_not_shorten_a_chosen_time(issued: Issued) -> None:
    successor, _new = rolled(issued[0], DAY)

    note_first_use(successor.pk, timezone.now())

    with time_machine.travel(timezone.now() + 23 * HOUR):
        assert verdict_on(issued[1]) is Verdict.VALID


def test_retiring_key_tells_until_when_and_leads_to_its_successor(
    member_client: Client, issued: Issued
) -> None:
    successor, _new = rolled(issued[0], None)

    page = member_client.get(key_url(issued[0])).text

    assert "Retiring" in page
    assert "or until the new key is seen in use" in page
    assert key_url(successor) in page
    assert key_url(issued[0], "call-off/") in page
    assert key_url(issued[0], "roll/") not in page


@pytest.mark.parametrize("trouble", ["retiring", "deleted", "expired"])
def test_only_a_live_key_is_rolled(member_client: Client, company: Company, trouble: str) -> None:
    expiry = timezone.now() - DAY if trouble == "expired" else None
    row, _key = new_key(company, expires_at=expiry)
    if trouble == "retiring":
        rolled(row, DAY)
    if trouble == "deleted":
        delete(row)
    before = IssuedKey.objects.count()

    question = member_client.get(key_url(row, "roll/")).text
    page = member_client.post(key_url(row, "roll/"), fields(overlap="0"), follow=True).text

    assert "can&#x27;t be rolled any more" in question or "can't be rolled any more" in question
    assert "be rolled any more" in page
    assert IssuedKey.objects.count() == before


def test_form_sent_twice_rolls_once(member_client: Client, issued: Issued) -> None:
    form = fields(overlap="24")

    pages = [member_client.post(key_url(issued[0], "roll/"), form, follow=True) for _ in "12"]

    assert IssuedKey.objects.count() == 2
    assert all("This is the new key." in page.text for page in pages)


@pytest.mark.parametrize(
    ("days", "choice"), [(None, "never"), (30, "30"), (90, "90"), (365, "365")]
)
def test_successor_is_offered_the_life_that_the_old_key_was_given(
    member_client: Client, company: Company, days: int | None, choice: str
) -> None:
    with time_machine.travel(timezone.now() - 10 * DAY):
        expires_at = days and timezone.now() + days * DAY
        row, _key = new_key(company, expires_at=expires_at or None)

    page = member_client.get(key_url(row, "roll/"))

    assert f'<option value="{choice}" selected>' in page.text


def test_successor_of_a_key_with_a_last_day_is_offered_one_as_far_away(
    member: User, company: Company
) -> None:
    made = datetime(2026, 3, 2, 22, tzinfo=UTC)
    with time_machine.travel(made, tick=False):
        row, _key = new_key(company, expires_at=datetime(2026, 4, 1, 23, 59, 59, tzinfo=UTC))

    with time_machine.travel(made + 10 * DAY, tick=False):
        page = signed_in(member).get(key_url(row, "roll/"))

    assert '<option value="date" selected>' in page.text
    assert 'value="2026-04-11"' in page.text


def test_bad_choice_is_refused_beside_the_field(member_client: Client, issued: Issued) -> None:
    page = member_client.post(key_url(issued[0], "roll/"), fields(overlap="9", expires="date"))

    assert "9 is not one of the available choices." in page.text
    assert "Choose the last day on which the key is good." in page.text
    assert IssuedKey.objects.count() == 1


def test_as_many_keys_as_may_be_live_can_be_rolled_but_not_for_ever(
    member_client: Client, company: Company
) -> None:
    rows = [new_key(company, f"Store {number}")[0] for number in range(10)]
    successors = [rolled(row, DAY)[0] for row in rows]

    with pytest.raises(Refused):
        rolled(successors[0], DAY)
    assert "may not have more" in create(member_client, description="An eleventh")


def test_sealing_wipes_the_copy_once_the_time_is_over(issued: Issued) -> None:
    rolled(issued[0], HOUR)
    now = timezone.now()

    sealed = [seal_retired_keys(now + minutes * timedelta(minutes=1)) for minutes in (59, 61, 62)]

    issued[0].refresh_from_db()
    assert sealed == [0, 1, 0]
    assert issued[0].ciphertext == ""
    assert issued[0].revoked_at == issued[0].retires_at
    assert kinds()[-1] == "key_retired"


def test_roll_that_fails_in_between_leaves_the_old_key_as_it_was(
    issued: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **detail: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(issuing, "record", fail)

    with pytest.raises(DatabaseError):
        rolled(issued[0], timedelta())

    issued[0].refresh_from_db()
    assert issued[0].state(timezone.now()) is KeyState.ACTIVE
    assert IssuedKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_rolls_at_once_one_is_made(company: Company) -> None:
    row, key = new_key(company)

    def roll(number: int) -> bool:
        try:
            rolled(row, DAY)
        except Refused:
            return False
        return True

    done = at_once(roll, 10)

    assert done.count(True) == 1
    assert IssuedKey.objects.count() == 2
    assert verdict_on(key) is Verdict.VALID


def test_first_use_never_prolongs_a_roll(issued: Issued) -> None:
    successor, _new = rolled(issued[0], None)
    deadline = timezone.now() + timedelta(seconds=30)
    IssuedKey.objects.filter(pk=issued[0].pk).update(retires_at=deadline)

    note_first_use(successor.pk, timezone.now())

    issued[0].refresh_from_db()
    assert issued[0].retires_at == deadline


def test_form_of_a_new_key_rolls_nothing(member_client: Client, issued: Issued) -> None:
    form = fields(overlap="24", description="Another")
    member_client.post(portal_of(issued[0].company), form)

    page = member_client.post(key_url(issued[0], "roll/"), form, follow=True)

    assert "be rolled any more" in page.text
    assert IssuedKey.objects.count() == 2


def test_key_that_was_replaced_leads_to_the_new_one(member_client: Client, issued: Issued) -> None:
    successor, _new = rolled(issued[0], timedelta())

    page = member_client.get(key_url(issued[0])).text

    assert "a new key took its place." in page
    assert key_url(successor) in page


def test_end_of_a_roll_is_the_end_that_is_shown(member_client: Client, issued: Issued) -> None:
    now = timezone.now()
    rolled(issued[0], 7 * DAY)

    page = member_client.get(portal_of(issued[0].company), {"sort": "expiry"}).text

    assert date_format(now + 7 * DAY) in page
