"""The banner about a key that expires soon."""

import re

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from api_keys.contract import Answer, Verdict
from tests.api_keys.store_configuration.conftest import NOW
from tests.api_keys.store_configuration.test_expiry_ladder import held_for
from tests.api_keys.store_configuration.test_watching import (
    CHANNEL,
    CONFIGURATION,
    DAY,
    OUTAGE,
    PRODUCTION,
)
from tests.conftest import KeyService, client_with

pytestmark = pytest.mark.postgresql


@pytest.mark.parametrize("path", [CHANNEL, CONFIGURATION])
@pytest.mark.parametrize(
    ("days", "look"),
    [(31, None), (30, ""), (14, "notice-warning"), (7, "notice-warning"), (1, "notice-error")],
)
def test_banner_grows_in_severity_on_the_channel_and_the_configuration(
    admin_client: Client,
    stored_key: str,
    key_service: KeyService,
    clock: time_machine.Traveller,
    path: str,
    days: int,
    look: str | None,
) -> None:
    held_for(key_service, clock, days=days)

    page = admin_client.get(path).text

    banner = re.search(r'<section class="notice ?([^"]*)" aria-label="Expiry">', page)
    assert (banner.group(1) if banner else None) == look
    if banner:
        assert f"The production key expires in {days} day" in page
        assert "API Portal</a>" in page.split('aria-label="Expiry"')[1]


def test_banner_says_who_can_mend_it(
    stored_key: str, key_service: KeyService, clock: time_machine.Traveller, settings: Settings
) -> None:
    held_for(key_service, clock, days=5)
    client = client_with("open_channel")
    viewers = client.get(CHANNEL).text
    settings.LOCKED_API_KEYS = {PRODUCTION: ("PRODUCTION_API_KEY", stored_key)}
    locked = client.get(CHANNEL).text

    assert "Ask an administrator who may change the configuration to roll it" in viewers
    assert f'href="{CONFIGURATION}"' not in viewers
    assert "has to put the new key into PRODUCTION_API_KEY." in locked


def test_page_that_is_open_without_a_key_has_no_banner(
    admin_client: Client,
    stored_key: str,
    key_service: KeyService,
    clock: time_machine.Traveller,
) -> None:
    held_for(key_service, clock, days=5)

    page = admin_client.get("/help/amazon-sales-channel/")

    assert page.status_code == 200
    assert 'aria-label="Expiry"' not in page.text


def test_banner_stays_in_the_grace_of_an_outage(
    admin_client: Client,
    stored_key: str,
    key_service: KeyService,
    clock: time_machine.Traveller,
) -> None:
    held_for(key_service, clock, days=5)
    key_service.answers(OUTAGE)

    page = admin_client.get(CHANNEL)

    assert page.status_code == 200
    assert "The production key expires in 5 days" in page.text


def test_key_that_does_not_work_has_no_banner(
    admin_client: Client,
    stored_key: str,
    key_service: KeyService,
    clock: time_machine.Traveller,
) -> None:
    held_for(key_service, clock, days=5)
    key_service.answers(Answer(Verdict.REVOKED, expires_at=NOW + 5 * DAY))

    pages = [admin_client.get(path, follow=True).text for path in (CHANNEL, CONFIGURATION)]

    assert [page for page in pages if 'aria-label="Expiry"' in page] == []
