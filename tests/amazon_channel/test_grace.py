"""An outage right after a good verdict: the channel stays open for a while, and says so."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from admin_portal.actors import NOBODY
from api_keys.contract import Answer, Cause, Environment, Verdict, fingerprint, generate_key
from api_keys.store_configuration import verification
from api_keys.store_configuration.storing import KeyChange, store_keys
from api_keys.store_configuration.verification import Occasion, verify_stored_key
from tests.conftest import HttpAnswer, KeyService

pytestmark = pytest.mark.postgresql

HOME = "/marketing/amazon-sales-channel/"
WELCOME = "/marketing/amazon-sales-channel/welcome/"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OUTAGE: HttpAnswer = (503, {}, "")
MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)


def visit_after(clock: time_machine.Traveller, time: timedelta, client: Client) -> tuple[int, str]:
    clock.shift(time)
    page = client.get(HOME)
    return page.status_code, page.text


def test_visit_goes_on_under_a_banner_until_the_grace_is_over(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID, OUTAGE)

    with time_machine.travel(NOW, tick=False) as clock:
        healthy = visit_after(clock, 0 * MINUTE, admin_client)
        in_grace = visit_after(clock, 3 * MINUTE, admin_client)
        at_the_end = visit_after(clock, 12 * MINUTE - INSTANT, admin_client)
        over = visit_after(clock, INSTANT, admin_client)

    statuses = [status for status, _page in (healthy, in_grace, at_the_end, over)]
    assert statuses == [200, 200, 200, 503]
    assert "can&#x27;t be reached" not in healthy[1]
    assert "last verified 3\xa0minutes ago" in in_grace[1]
    assert "stays open until Nov. 23, 2026, 12:15 p.m. UTC" in in_grace[1]
    assert "Sell products in the Amazon marketplace" in in_grace[1]
    assert "just now" not in in_grace[1]
    # Every visit asked.
    assert len(key_service.keys_seen) == 4


def test_grace_counts_from_the_last_good_verdict_whatever_is_written_down_rarely(
    admin_client: Client, stored_key: str, key_service: KeyService, settings: Settings
) -> None:
    settings.KEY_VALIDATION_GRACE = 10
    key_service.answers(Verdict.VALID, Verdict.VALID, OUTAGE)

    with time_machine.travel(NOW, tick=False) as clock:
        visit_after(clock, 0 * MINUTE, admin_client)
        visit_after(clock, timedelta(seconds=7), admin_client)
        in_grace = visit_after(clock, timedelta(seconds=9), admin_client)

    assert in_grace[0] == 200


def test_channel_names_the_known_expiry_in_the_grace_too(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Answer(Verdict.VALID, expires_at=NOW + timedelta(days=200)), OUTAGE)

    with time_machine.travel(NOW, tick=False) as clock:
        visit_after(clock, 0 * MINUTE, admin_client)
        in_grace = visit_after(clock, MINUTE, admin_client)

    assert "June 11, 2027, noon UTC" in in_grace[1]
    assert "names no date" not in in_grace[1]


def test_grace_leads_on_from_the_welcome_page_too(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID, OUTAGE)
    admin_client.get(HOME)

    page = admin_client.get(WELCOME)

    assert (page.status_code, page["Location"]) == (302, HOME)


def test_no_grace_without_a_good_verdict_before(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(OUTAGE)

    assert admin_client.get(HOME).status_code == 503


def test_grace_can_be_turned_off(
    admin_client: Client, stored_key: str, key_service: KeyService, settings: Settings
) -> None:
    settings.KEY_VALIDATION_GRACE = 0
    key_service.answers(Verdict.VALID, OUTAGE)

    statuses = [admin_client.get(HOME).status_code for _visit in range(2)]

    assert statuses == [200, 503]


def test_bad_verdict_closes_at_once_and_ends_the_grace(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID, OUTAGE, Verdict.REVOKED, OUTAGE)

    pages = [admin_client.get(HOME) for _visit in range(4)]

    assert [page.status_code for page in pages] == [200, 200, 302, 503]
    assert "it had found: The stored API key was deleted" in pages[3].text
    assert "don&#x27;t replace it" not in pages[3].text


def test_another_key_has_no_part_in_the_grace(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID, OUTAGE)
    admin_client.get(HOME)
    another = KeyChange(generate_key(Environment.PRODUCTION), seen=fingerprint(stored_key))
    store_keys({Environment.PRODUCTION: another}, by=NOBODY)

    assert admin_client.get(HOME).status_code == 503


def test_known_expiry_closes_without_the_service(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    expiry = NOW + 5 * MINUTE
    key_service.answers(Answer(Verdict.VALID, expires_at=expiry), OUTAGE)

    with time_machine.travel(NOW, tick=False) as clock:
        visit_after(clock, 0 * MINUTE, admin_client)
        before = visit_after(clock, 5 * MINUTE - INSTANT, admin_client)
        after = visit_after(clock, INSTANT, admin_client)
        welcome = admin_client.get(WELCOME).text

    assert (before[0], after[0]) == (200, 302)
    assert "stays open until Nov. 23, 2026, 12:05 p.m. UTC" in before[1]
    assert "The stored API key has expired" in welcome
    assert "Nov. 23, 2026, 12:05 p.m. UTC" in welcome


@pytest.mark.parametrize("back", [INSTANT, 10 * MINUTE, 16 * MINUTE])
def test_clock_set_back_does_not_lengthen_the_grace(
    admin_client: Client, stored_key: str, key_service: KeyService, back: timedelta
) -> None:
    key_service.answers(Verdict.VALID, OUTAGE)

    with time_machine.travel(NOW, tick=False) as clock:
        visit_after(clock, 0 * MINUTE, admin_client)
        set_back = visit_after(clock, -back, admin_client)

    assert set_back[0] == 503


def test_good_verdict_after_a_clock_was_set_back_begins_a_grace(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID, Verdict.VALID, OUTAGE)

    with time_machine.travel(NOW, tick=False) as clock:
        visit_after(clock, 0 * MINUTE, admin_client)
        visit_after(clock, -20 * MINUTE, admin_client)
        in_grace = visit_after(clock, 3 * MINUTE, admin_client)

    assert in_grace[0] == 200


def test_bad_verdict_that_another_visit_hears_meanwhile_ends_the_grace(
    admin_client: Client, stored_key: str, key_service: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hangs(key: str, *, meanwhile: Callable[[], None], **about: object) -> Answer:
        meanwhile()
        monkeypatch.setattr(verification, "check_key", lambda key, **about: Answer(Verdict.REVOKED))
        verify_stored_key(Environment.PRODUCTION, Occasion.VISIT)
        return Answer(Verdict.UNAVAILABLE, cause=Cause.TIME_OUT)

    key_service.answers(Verdict.VALID)
    admin_client.get(HOME)
    monkeypatch.setattr(verification, "check_key", hangs)

    page = admin_client.get(HOME)

    assert page.status_code == 503
    assert "it had found: The stored API key was deleted" in page.text


def test_503_page_says_what_happened_in_words_and_for_the_server_s_operator(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers((429, {"Retry-After": "9"}, ""))

    page = admin_client.get(HOME)

    assert page["Retry-After"] == "30"
    assert "The key service asks for a pause" in page.text
    assert "status 429" in page.text
    assert "nothing is wrong with it as far as we know" in page.text
