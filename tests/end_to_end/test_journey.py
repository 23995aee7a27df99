"""The main job, as a person does it: get a key, store it, enter the channel, lose it again."""

import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.end_to_end.person import (
    add_key,
    assert_accessible,
    context_of,
    create_account,
    open_from_sidebar,
    save_production_key,
    sign_in_to_admin,
)
from tests.end_to_end.processes import ACCOUNT_SETTINGS, Served, Sites

CHANNEL = ("Marketing", "Amazon Sales Channel")


def open_api_portal(page: Page, context: BrowserContext) -> Page:
    with context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    tab = opened.value
    tab.wait_for_load_state()
    assert tab.evaluate("window.opener") is None
    return tab


def expect_welcome(page: Page, why: str) -> None:
    expect(page.get_by_role("heading", name="Welcome to Amazon Sales Channel")).to_be_visible()
    expect(page.get_by_role("heading", name=why)).to_be_visible()


def expect_channel_home(page: Page) -> None:
    expect(page.get_by_text("Sell products in the Amazon marketplace")).to_be_visible()


def test_the_eight_steps(browser: Browser, sites: Sites) -> None:
    key = take_the_eight_steps(browser, sites)

    assert_nowhere_in_clear(key, sites)


def take_the_eight_steps(browser: Browser, sites: Served) -> str:
    """Get a key, store it, enter the channel and lose it again; return the key."""
    with context_of(browser, sites) as context:
        page = context.new_page()
        sign_in_to_admin(page, sites)  # step 1
        open_from_sidebar(page, *CHANNEL)  # step 2
        expect_welcome(page, "No API key is stored yet")

        portal = open_api_portal(page, context)  # step 3
        create_account(portal)
        expect(portal.get_by_role("heading", name="My Account")).to_be_visible()

        add_key(portal, "Amazon Sales Channel")  # step 4
        portal.get_by_role("button", name="Copy").click()
        expect(portal.get_by_role("button", name="Copied")).to_be_visible()
        key = portal.evaluate("navigator.clipboard.readText()")
        assert re.fullmatch(r"ck_production_\w{38}", key)

        page.get_by_role("link", name="Add the key").click()  # step 5
        expect(page.get_by_role("heading", name="Api Keys")).to_be_visible()
        save_production_key(page, key)  # step 6
        expect(page.get_by_text("You saved the configuration.")).to_be_visible()
        expect(page.get_by_text("Valid", exact=True)).to_be_visible()
        page.get_by_role("link", name="Go to Amazon Sales Channel").click()
        expect_channel_home(page)

        open_from_sidebar(page, *CHANNEL)  # step 7
        expect_channel_home(page)
        expect(page.get_by_role("heading", name="Learning and Preparation")).to_be_visible()
        expect(page.get_by_text(key[-4:], exact=True)).to_be_visible()
        assert page.locator(".tasks > li").count() == 8

        portal.get_by_role("link", name="Delete").click()  # step 8
        portal.get_by_role("button", name="Delete").click()
        expect(portal.get_by_text("was deleted")).to_be_visible()
        open_from_sidebar(page, *CHANNEL)
        expect_welcome(page, "The stored API key was deleted")
    return str(key)


def test_key_that_expires_closes_the_channel_and_the_same_steps_lead_back_in(
    browser: Browser, sites: Sites
) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        expiring = issue_key_by_script(sites)
        sign_in_to_admin(page, sites)
        open_from_sidebar(page, "Stores", "Configuration")
        save_production_key(page, expiring)
        page.get_by_role("link", name="Go to Amazon Sales Channel").click()
        expect_channel_home(page)

        let_keys_expire(sites)
        open_from_sidebar(page, *CHANNEL)
        expect_welcome(page, "The stored API key has expired")

        page.get_by_role("link", name="Add the key").click()
        save_production_key(page, issue_key_by_script(sites))
        open_from_sidebar(page, *CHANNEL)
        expect_channel_home(page)

    assert_nowhere_in_clear(expiring, sites)


def test_the_eight_steps_without_javascript(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites, javascript=False) as context:
        page = context.new_page()
        sign_in_to_admin(page, sites)
        open_from_sidebar(page, *CHANNEL)
        expect_welcome(page, "No API key is stored yet")
        with context.expect_page() as opened:
            page.get_by_role("link", name="Sign in").click()
        portal = opened.value
        create_account(portal)

        portal.get_by_label("Environment").select_option("Sandbox")
        portal.get_by_role("button", name="Show").click()
        expect(portal.get_by_text("There is no Sandbox key.")).to_be_visible()
        portal.get_by_label("Environment").select_option("Production")
        portal.get_by_role("button", name="Show").click()
        add_key(portal, "Amazon Sales Channel")
        portal.get_by_role("button", name="Copy").click()
        key = portal.get_by_label("The whole key").input_value()
        portal.get_by_role("link", name="Back to the key").click()

        page.get_by_role("link", name="Add the key").click()
        save_production_key(page, key)
        expect(page.get_by_text("You saved the configuration.")).to_be_visible()
        open_from_sidebar(page, *CHANNEL)
        expect_channel_home(page)

        portal.get_by_role("link", name="Delete").click()
        portal.get_by_role("button", name="Delete").click()
        open_from_sidebar(page, *CHANNEL)
        expect_welcome(page, "The stored API key was deleted")


def test_signed_in_already_the_welcome_page_leads_straight_to_api_portal(
    browser: Browser, sites: Sites
) -> None:
    with context_of(browser, sites) as context:
        portal = context.new_page()
        portal.goto(sites.account)
        create_account(portal)
        page = context.new_page()
        sign_in_to_admin(page, sites)
        open_from_sidebar(page, *CHANNEL)

        tab = open_api_portal(page, context)

        expect(tab.get_by_role("link", name="API Portal")).to_have_attribute("aria-current", "page")
        # Neither site's cookies put the other's out.
        page.reload()
        expect_welcome(page, "No API key is stored yet")


def test_refused_clipboard_shows_the_key_selected_instead(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites, clipboard=False) as context:
        portal = context.new_page()
        portal.goto(sites.account)
        create_account(portal)
        add_key(portal, "Amazon Sales Channel")

        portal.get_by_role("button", name="Copy").click()

        shown = portal.get_by_role("textbox", name="Your browser refused to copy.")
        expect(shown).to_be_focused()
        expect(portal.locator("small", has_text="press Ctrl+C")).to_be_visible()
        key = shown.input_value()
        assert re.fullmatch(r"ck_production_\w{38}", key)
        assert portal.evaluate("getSelection().toString()") == key
        assert_accessible(portal)
        stored = portal.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert stored == "[{},{}]"


def issue_key_by_script(sites: Sites) -> str:
    code, key = sites.manage(
        "issue_api_key",
        "By script",
        "--company=Acme Outdoor",
        "--create-company",
        settings=ACCOUNT_SETTINGS,
    )
    assert code == 0
    return key


def let_keys_expire(sites: Sites) -> None:
    """Set the end of every key to this instant, as if its time had passed."""
    code = (
        "from django.utils.timezone import now;"
        "from api_keys.commerce_account.models import IssuedKey;"
        "print(IssuedKey.objects.filter(revoked_at=None).update(expires_at=now()))"
    )
    assert sites.manage("shell", "--verbosity=0", "-c", code, settings=ACCOUNT_SETTINGS) == (0, "1")


def assert_nowhere_in_clear(secret: str, sites: Sites) -> None:
    files = [path for path in Path(sites.folder).rglob("*") if path.is_file()]

    assert {"admin.sqlite3", "commerce_account.sqlite3", "log"} <= {path.name for path in files}
    assert [path.name for path in files if secret.encode() in path.read_bytes()] == []
