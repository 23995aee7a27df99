"""An administrator before a key service that fails, and a key that can't be read any more."""

import threading
from pathlib import Path
from socket import socket

from playwright.sync_api import Browser, Page, expect

from api_keys.contract import Environment, generate_key
from tests.api_keys.store_configuration.faulty_service import Behaviour, FaultyService, answering
from tests.end_to_end.person import (
    assert_accessible,
    context_of,
    open_from_sidebar,
    save_production_key,
    sign_in_to_admin,
)
from tests.end_to_end.processes import ADMIN_SETTINGS, Sites, copy_installation, served_sites

ANOTHER_ENCRYPTION_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
VALID = answering("200 OK", "Content-Type: application/json\r\n", b'{"reason": "valid"}')
BROKEN = answering("502 Bad Gateway")
AN_HOUR_PASSES = """
from datetime import timedelta
from django.db.models import F
from api_keys.store_configuration.models import LastVerification
LastVerification.objects.update(verified_at=F("verified_at") - timedelta(hours=1))
"""


class Service:
    """A key service that can be broken and mended while it runs."""

    behaviour: Behaviour = staticmethod(VALID)

    def __call__(self, connection: socket, over: threading.Event) -> None:
        self.behaviour(connection, over)


def open_channel(page: Page) -> None:
    open_from_sidebar(page, "Marketing", "Amazon Sales Channel")


def store_key(page: Page, key: str) -> None:
    save_production_key(page, key)
    expect(page.get_by_text("Valid", exact=True)).to_be_visible()


def test_outage_with_grace_recovery_and_an_unreadable_key(
    browser: Browser, prepared: Sites, tmp_path: Path
) -> None:
    service, key = Service(), generate_key(Environment.PRODUCTION)
    with FaultyService(service) as served:
        environment = copy_installation(
            prepared, tmp_path, KEY_VALIDATION_URL_PRODUCTION=served.url
        )
        with served_sites(tmp_path, environment) as sites:
            walk_through_an_outage(browser, sites, service, key)
            password = sites.password

        moved = {**environment, "ADMIN_ENCRYPTION_KEYS": ANOTHER_ENCRYPTION_KEY}
        with served_sites(tmp_path, moved) as sites:
            assert sites.password == password
            repair_an_unreadable_key(browser, sites, key)


def walk_through_an_outage(browser: Browser, sites: Sites, service: Service, key: str) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        sign_in_to_admin(page, sites)
        open_from_sidebar(page, "Stores", "Configuration")
        store_key(page, key)
        open_channel(page)
        expect(page.get_by_text("Sell products in the Amazon marketplace")).to_be_visible()

        service.behaviour = BROKEN
        page.reload()
        expect(page.get_by_text("The key service can't be reached; last verified")).to_be_visible()
        expect(page.get_by_text("Sell products in the Amazon marketplace")).to_be_visible()
        assert_accessible(page)

        assert sites.manage("shell", "-c", AN_HOUR_PASSES, settings=ADMIN_SETTINGS)[0] == 0
        page.reload()
        expect(page.get_by_text("The key service has a failure of its own")).to_be_visible()
        expect(page.get_by_text("don't replace it")).to_be_visible()
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_text("The key service has a failure of its own")).to_be_visible()
        assert_accessible(page)

        service.behaviour = VALID
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_text("Sell products in the Amazon marketplace")).to_be_visible()
        expect(page.get_by_text("can't be reached")).to_have_count(0)


def repair_an_unreadable_key(browser: Browser, sites: Sites, key: str) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        sign_in_to_admin(page, sites)
        open_channel(page)
        expect(page.get_by_role("heading", name="The stored API key can't be read")).to_be_visible()
        expect(page.get_by_role("heading", name="Copy the same key again")).to_be_visible()
        assert_accessible(page)

        page.get_by_role("link", name="Add the key").click()
        expect(page.get_by_text("Can't be read", exact=True)).to_be_visible()
        store_key(page, key)
        page.get_by_role("link", name="Go to Amazon Sales Channel").click()
        expect(page.get_by_text("Sell products in the Amazon marketplace")).to_be_visible()
