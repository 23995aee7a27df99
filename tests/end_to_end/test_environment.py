"""Changing over to Sandbox and working there; and what the log of verifications has in the end."""

import csv
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.person import (
    assert_accessible,
    context_of,
    open_from_sidebar,
    reload_until_visible,
    sign_in_to_admin,
)
from tests.end_to_end.processes import ACCOUNT_SETTINGS, ADMIN_SETTINGS, Sites


def save_environment(page: Page, environment: str) -> None:
    page.get_by_label("Environment").select_option(environment)
    page.get_by_role("button", name="Save Config").click()
    expect(page.get_by_text("You saved the configuration.")).to_be_visible()


def issue_sandbox_key(sites: Sites) -> str:
    words = ("issue_api_key", "test", "--company=Acme", "--create-company", "--environment=sandbox")
    code, key = sites.manage(*words, settings=ACCOUNT_SETTINGS)
    assert code == 0
    return key


def test_sandbox_from_changing_over_to_the_log(
    browser: Browser, sites: Sites, tmp_path: Path
) -> None:
    key = issue_sandbox_key(sites)
    with context_of(browser, sites) as context:
        page = context.new_page()
        sign_in_to_admin(page, sites)
        open_from_sidebar(page, "Stores", "Configuration")
        page.get_by_role("link", name="Global Settings").click()
        save_environment(page, "Sandbox")
        assert_accessible(page)

        open_from_sidebar(page, "Marketing", "Amazon Sales Channel")
        expect(page.get_by_text("Sandbox: Amazon Sales Channel works with")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("link", name="Global Settings").click()
        page.get_by_role("link", name="Add the Sandbox Api Key").click()
        expect(page.get_by_label("Sandbox Api Key")).to_be_in_viewport()
        page.get_by_label("Sandbox Api Key").fill(key)
        page.get_by_role("button", name="Save Config").click()
        page.get_by_role("link", name="Go to Amazon Sales Channel").click()
        expect(page.get_by_text("Sell products in the Amazon marketplace")).to_be_visible()
        expect(page.get_by_text("Sandbox: Amazon Sales Channel works with")).to_be_visible()
        assert_accessible(page)
        words = ("verify_stored_key", "--environment=sandbox")
        assert sites.manage(*words, settings=ADMIN_SETTINGS)[0] == 0

        open_from_sidebar(page, "System", "Key verifications")
        visit = page.get_by_role("row", name="Valid").filter(has_text="Visit of the channel")
        reload_until_visible(page, visit)
        expect(page.get_by_role("row", name="Command")).to_be_visible()
        assert_accessible(page)
        page.get_by_label("Verdict").select_option("Valid")
        page.get_by_role("button", name="Filter").click()
        expect(page.get_by_role("row", name="No key stored")).to_be_hidden()
        with page.expect_download() as download:
            page.get_by_role("link", name="Export as CSV").click()
        download.value.save_as(tmp_path / "log.csv")

    with (tmp_path / "log.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["Verdict"] for row in rows} == {"Valid"}
    assert {"Saving the configuration", "Visit of the channel", "Command"} == {
        row["Occasion"] for row in rows
    }
    assert key not in (tmp_path / "log.csv").read_text()
