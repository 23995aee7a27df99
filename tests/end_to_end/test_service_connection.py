"""System > Tools > Service connection in a browser, with both sites running."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.api_keys.store_configuration.faulty_service import refused_url
from tests.end_to_end.person import (
    add_key,
    assert_accessible,
    context_of,
    create_account,
    open_from_sidebar,
    save_production_key,
    sign_in_to_admin,
)
from tests.end_to_end.processes import Sites, copy_installation, served_sites


def open_tool(page: Page) -> None:
    open_from_sidebar(page, "System", "Service connection")
    expect(page.get_by_role("heading", name="Service connection")).to_be_visible()


def test_request_s_id_stands_in_the_key_service_s_log(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page, portal = context.new_page(), context.new_page()
        portal.goto(sites.account)
        create_account(portal)
        add_key(portal, "Amazon Sales Channel")
        portal.get_by_role("button", name="Copy").click()
        expect(portal.get_by_role("button", name="Copied")).to_be_visible()
        key = portal.evaluate("navigator.clipboard.readText()")
        sign_in_to_admin(page, sites)
        open_from_sidebar(page, "Stores", "Configuration")
        save_production_key(page, key)
        open_tool(page)
        assert_accessible(page)

        page.get_by_role("button", name="Run").click()

        production = page.get_by_role("region", name="Production")
        expect(production.get_by_text("Good", exact=True)).to_have_count(5)
        expect(production.get_by_text("Not used", exact=True)).to_have_count(1)
        assert_accessible(page)
        text = page.get_by_role("textbox", name="For support").input_value()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download").click()
        downloaded = download.value.path().read_text()
    request_id = re.findall(r"Request id: ([0-9a-f]{32})", text)[0]
    sites.stop()

    logged = [line for line in sites.log.splitlines() if line.endswith(f"ms {request_id}")]
    # The service's three, as nothing is held for the sandbox, and then the page that caused them.
    assert [line.split('" ')[1][:3] for line in logged] == ["401", "200", "401", "200"]
    assert ["/gateway/" in line for line in logged] == [True, True, True, False]
    assert f"request={request_id}" in sites.log
    assert key not in text
    assert downloaded == text


def test_failing_steps_say_what_to_do(browser: Browser, prepared: Sites, tmp_path: Path) -> None:
    with (
        refused_url() as nowhere,
        served_sites(
            tmp_path,
            copy_installation(
                prepared,
                tmp_path,
                KEY_VALIDATION_URL_PRODUCTION=nowhere,
                KEY_VALIDATION_URL_SANDBOX="https://no-such-host.invalid",
            ),
        ) as sites,
        context_of(browser, sites) as context,
    ):
        page = context.new_page()
        sign_in_to_admin(page, sites)
        page.goto(f"{sites.admin}/system/tools/service-connection/")

        page.get_by_role("button", name="Run").click()

        production = page.get_by_role("region", name="Production")
        sandbox = page.get_by_role("region", name="Sandbox")
        expect(production.get_by_text("Check the port in KEY_VALIDATION_URL")).to_be_visible()
        expect(production.get_by_text("Not run", exact=True)).to_have_count(4)
        expect(sandbox.get_by_text("No address is known for the name no-such")).to_be_visible()
        expect(sandbox.get_by_text("Not run", exact=True)).to_have_count(5)
        assert_accessible(page)
