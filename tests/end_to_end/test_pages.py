"""Every page and state: WCAG 2.2 AA by axe, no wider than a phone, all by keyboard."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api_keys.store_configuration.faulty_service import refused_url
from tests.end_to_end.person import (
    EMAIL,
    PHONE,
    add_key,
    assert_accessible,
    context_of,
    create_account,
    open_from_sidebar,
    save_production_key,
    sign_in_to_admin,
)
from tests.end_to_end.processes import (
    ACCOUNT_SETTINGS,
    Sites,
    environment_for,
    running_sites,
)

CONFIGURATION = "/stores/configuration/services/magento-services/"
CHANNEL = "/marketing/amazon-sales-channel/"


def test_pages_of_the_admin_are_accessible(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page, portal = context.new_page(), context.new_page()
        page.goto(sites.admin + "/inactive/")
        assert_accessible(page)
        page.goto(sites.admin)
        assert_accessible(page)
        context.clear_cookies(name="admin_csrf")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="This form is out of date")).to_be_visible()
        assert_accessible(page)
        page.goto(sites.admin)
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("not correct")).to_be_visible()
        assert_accessible(page)

        sign_in_to_admin(page, sites)
        for path in (
            "/",
            CHANNEL,
            CONFIGURATION,
            "/help/amazon-sales-channel/",
            "/sign-out/",
            "/x",
        ):
            page.goto(sites.admin + path)
            assert_accessible(page)
        page.goto(sites.admin)
        page.get_by_text("Marketing", exact=True).first.click()
        assert_accessible(page)

        page.goto(sites.admin + CONFIGURATION)
        save_production_key(page, "ck_production_cut")
        expect(page.get_by_text("This key looks cut off")).to_be_visible()
        assert_accessible(page)

        portal.goto(sites.account)
        create_account(portal)
        add_key(portal, "Amazon Sales Channel")
        portal.get_by_role("button", name="Copy").click()
        expect(portal.get_by_role("button", name="Copied")).to_be_visible()
        save_production_key(page, f"“{portal.evaluate('navigator.clipboard.readText()')}” ")
        expect(page.get_by_text("Spaces or quotes around")).to_be_visible()
        assert_accessible(page)
        for path in ("/", CHANNEL, f"{CONFIGURATION}remove/production/"):
            page.goto(sites.admin + path)
            assert_accessible(page)

        portal.get_by_role("link", name="Delete").click()
        portal.get_by_role("button", name="Delete").click()
        for path in ("/", CHANNEL, CONFIGURATION):
            page.goto(sites.admin + path)
            assert_accessible(page)


def test_pages_of_the_commerce_account_are_accessible(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        for path in (
            "/inactive/",
            "/confirm-email/",
            "/sign-in/",
            "/create-an-account/",
            "/forgot-password/",
            "/problems/expired-key/",
        ):
            page.goto(sites.account + path)
            assert_accessible(page)
        page.get_by_role("link", name="Open API Portal").click()
        page.get_by_role("link", name="Create an account").click()
        page.get_by_label("Name").fill("Mia Member")
        page.get_by_label("Company").fill("Acme Outdoor")
        page.get_by_label("Email").fill("mia@example.com")
        page.get_by_label("Password").fill("short")
        page.get_by_role("button", name="Create an account").click()
        expect(page.get_by_text("too short")).to_be_visible()
        assert_accessible(page)
        page.goto(sites.account)
        create_account(page)
        assert_accessible(page)
        add_key(page, "Amazon Sales Channel")
        assert_accessible(page)
        add_key(page, "A name as long as names may be, " * 3)
        assert_accessible(page)
        height = page.get_by_role("button", name="Copy").last.bounding_box()["height"]  # type: ignore[index]
        assert height < 50, "the button's word is broken into lines"
        page.evaluate("document.querySelector('form[data-copy]').submit()")
        expect(page.get_by_label("The whole key")).to_be_visible()
        assert_accessible(page)
        page.go_back()
        page.get_by_role("link", name="Delete").first.click()
        assert_accessible(page)
        for path in ("/sign-out/", "/no-such-page/"):
            page.goto(sites.account + path)
            assert_accessible(page)
        page.goto(sites.account + "/sign-out/")
        page.get_by_role("button", name="Log Out").click()
        page.goto(sites.account + "/forgot-password/")
        page.get_by_label("Email").fill(EMAIL)
        page.get_by_role("button", name="Send the link").click()
        expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
        assert_accessible(page)

        confirmation, new_password = links_in_mails(sites)
        page.goto(confirmation)
        assert_accessible(page)
        page.get_by_role("button", name="Yes, it is mine").click()
        page.goto(new_password)
        assert_accessible(page)
        for field in page.get_by_label("New Password").all():
            field.fill("another long pass phrase")
        page.get_by_role("button", name="Change password").click()
        expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()
        assert_accessible(page)

    assert "Choose a new password" in sites.log


def links_in_mails(sites: Sites) -> list[str]:
    """Return the link of each mail that was kept, the oldest mail first."""
    mails = sorted((sites.folder / "var" / "mail").iterdir())
    found = [re.findall(rf"{sites.account}/\S+", mail.read_text()) for mail in mails]
    assert [len(links) for links in found] == [1, 1]
    return [links[0] for links in found]


def test_person_without_a_company_gets_an_accessible_page(browser: Browser, sites: Sites) -> None:
    leave = "from api_keys.commerce_account.models import *; Membership.objects.all().delete()"
    with context_of(browser, sites) as context:
        page = context.new_page()
        page.goto(sites.account)
        create_account(page)
        sites.manage("shell", "-c", leave, settings=ACCOUNT_SETTINGS)

        page.reload()

        expect(page.get_by_role("heading", name="You belong to no company")).to_be_visible()
        assert_accessible(page)


def test_outage_says_so_and_offers_to_try_again(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("outage")
    with (
        refused_url() as nowhere,
        running_sites(
            folder, environment_for(folder, KEY_VALIDATION_URL_PRODUCTION=nowhere)
        ) as sites,
        context_of(browser, sites) as context,
    ):
        page = context.new_page()
        sign_in_to_admin(page, sites)
        open_from_sidebar(page, "Stores", "Configuration")
        save_production_key(page, "a-key-of-another-issuer")
        expect(page.get_by_text("not verified yet: the key service can't be")).to_be_visible()
        assert_accessible(page)

        open_from_sidebar(page, "Marketing", "Amazon Sales Channel")

        expect(page.get_by_role("heading", name="The key service can't be reached")).to_be_visible()
        expect(page.get_by_text("Don't replace it")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_role("heading", name="The key service can't be reached")).to_be_visible()


def test_sidebar_works_by_keyboard(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        sign_in_to_admin(page, sites)

        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        press_until(page, "Tab", "Marketing")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Amazon Sales Channel", exact=True)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="Amazon Sales Channel", exact=True)).to_be_hidden()
        press_until(page, "Tab", "Stores")
        page.keyboard.press("Space")
        press_until(page, "Tab", "Configuration")
        page.keyboard.press("Enter")

        expect(page.get_by_role("heading", name="Api Keys")).to_be_visible()


def test_sidebar_opens_one_panel_at_a_time_and_closes_beside_it(
    browser: Browser, sites: Sites
) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        sign_in_to_admin(page, sites)
        menu = page.get_by_role("navigation", name="Main menu")

        menu.get_by_text("Marketing", exact=True).first.click()
        menu.get_by_text("Stores", exact=True).first.click()

        expect(menu.get_by_role("link", name="Configuration")).to_be_visible()
        expect(menu.get_by_role("link", name="Amazon Sales Channel")).to_be_hidden()
        page.mouse.click(1000, 700)
        expect(menu.get_by_role("link", name="Configuration")).to_be_hidden()


def test_sidebar_works_by_touch_on_a_phone(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites, viewport=PHONE, touch=True) as context:
        page = context.new_page()
        sign_in_to_admin(page, sites)

        page.get_by_text("Stores", exact=True).first.tap()
        page.get_by_role("link", name="Configuration").tap()

        expect(page.get_by_role("heading", name="Api Keys")).to_be_visible()


def test_back_button_after_signing_out_shows_nothing(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        page.goto(sites.account)
        create_account(page)
        add_key(page, "Amazon Sales Channel")
        page.get_by_role("button", name="Log Out").click()
        expect(page.get_by_role("heading", name="Sign in to your Commerce account")).to_be_visible()

        page.go_back()

        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        expect(page.get_by_text("Amazon Sales Channel")).to_be_hidden()


def press_until(page: Page, key: str, text: str) -> None:
    """Press a key until what has the focus reads as the text; fail after 20 times."""
    for _press in range(20):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement.innerText").strip().lower() == text.lower():
            return
    raise AssertionError(f"the focus never came to “{text}”")
