"""Every page and state: WCAG 2.2 AA by axe, in both colour schemes, and no wider than a phone."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.api_keys.store_configuration.faulty_service import refused_url
from tests.end_to_end.person import (
    EMAIL,
    add_key,
    assert_accessible,
    context_of,
    create_account,
    fill_in_account,
    open_from_sidebar,
    save_production_key,
    sign_in_to_admin,
)
from tests.end_to_end.processes import (
    ACCOUNT_SETTINGS,
    Sites,
    copy_installation,
    served_sites,
)

CONFIGURATION = "/stores/configuration/services/magento-services/"
CHANNEL = "/marketing/amazon-sales-channel/"
GLOBAL_SETTINGS = "/stores/configuration/sales-channels/global-settings/"
KEY_VERIFICATIONS = "/system/action-logs/key-verifications/"


def assert_all_accessible(page: Page, site: str, *paths: str) -> None:
    for path in paths:
        page.goto(site + path)
        assert_accessible(page)


def test_admin_before_signing_in(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        assert_all_accessible(page, sites.admin, "/inactive/", "/sign-in/")

        context.clear_cookies(name="admin_csrf")
        try_to_sign_in(page)
        expect(page.get_by_role("heading", name="This form is out of date")).to_be_visible()
        assert_accessible(page)

        page.goto(sites.admin)
        try_to_sign_in(page)
        expect(page.get_by_text("not correct")).to_be_visible()
        assert_accessible(page)


def test_admin_without_a_key(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        sign_in_to_admin(page, sites)
        paths = ("/", CHANNEL, "/help/amazon-sales-channel/", "/sign-out/", "/x")
        pages = (*paths, GLOBAL_SETTINGS, KEY_VERIFICATIONS, CONFIGURATION)
        assert_all_accessible(page, sites.admin, *pages)

        save_production_key(page, "ck_production_cut")
        expect(page.get_by_text("This key looks cut off")).to_be_visible()
        assert_accessible(page)
        page.goto(sites.admin)
        page.get_by_text("Marketing", exact=True).first.click()
        assert_accessible(page)


def test_admin_with_a_good_key_and_with_a_deleted_one(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page, portal = context.new_page(), context.new_page()
        portal.goto(sites.account)
        create_account(portal)
        add_key(portal, "Amazon Sales Channel")
        portal.get_by_role("button", name="Copy").click()
        expect(portal.get_by_role("button", name="Copied")).to_be_visible()
        sign_in_to_admin(page, sites)
        page.goto(sites.admin + CONFIGURATION)
        save_production_key(page, f"“{portal.evaluate('navigator.clipboard.readText()')}” ")
        expect(page.get_by_text("Spaces or quotes around")).to_be_visible()
        assert_accessible(page)
        assert_all_accessible(page, sites.admin, "/", CHANNEL, f"{CONFIGURATION}remove/production/")

        portal.get_by_role("link", name="Delete").click()
        portal.get_by_role("button", name="Delete").click()
        expect(portal.get_by_text("was deleted")).to_be_visible()
        assert_all_accessible(page, sites.admin, "/", CHANNEL, CONFIGURATION)


def test_outage_says_so_and_offers_to_try_again(
    browser: Browser, prepared: Sites, tmp_path: Path
) -> None:
    with (
        refused_url() as nowhere,
        served_sites(
            tmp_path, copy_installation(prepared, tmp_path, KEY_VALIDATION_URL_PRODUCTION=nowhere)
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

        expect(page.get_by_role("heading", name="The key service is not running")).to_be_visible()
        expect(page.get_by_text("don't replace it")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_role("heading", name="The key service is not running")).to_be_visible()


def test_commerce_account_before_signing_in(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        paths = ("/inactive/", "/confirm-email/", "/sign-in/", "/forgot-password/")
        assert_all_accessible(page, sites.account, *paths, "/problems/expired-key/")

        page.goto(sites.account + "/create-an-account/")
        assert_accessible(page)
        fill_in_account(page, password="short")
        expect(page.get_by_text("too short")).to_be_visible()
        assert_accessible(page)


def test_api_portal(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        page.goto(sites.account)
        create_account(page)
        assert_accessible(page)
        add_key(page, "Amazon Sales Channel")
        assert_accessible(page)
        add_key(page, "A name as long as names may be, " * 3)
        assert_accessible(page)
        box = page.get_by_role("button", name="Copy").last.bounding_box()
        assert box
        assert box["height"] < 50, "the button's word is broken into lines"

        page.evaluate("document.querySelector('form[data-copy]').submit()")
        expect(page.get_by_label("The whole key")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("link", name="Back to the key").click()
        page.get_by_role("link", name="Delete").first.click()
        expect(page.get_by_role("heading", name="Delete “A name")).to_be_visible()
        assert_accessible(page)
        assert_all_accessible(page, sites.account, "/sign-out/", "/no-such-page/")


def test_pages_that_mails_lead_to(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        page.goto(sites.account)
        create_account(page)
        page.get_by_role("button", name="Log Out").click()
        page.get_by_role("link", name="Forgot your password?").click()
        page.get_by_label("Email").fill(EMAIL)
        page.get_by_role("button", name="Send the link").click()
        expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
        assert_accessible(page)

        page.goto(link_in_mails(sites, "/confirm-email/"))
        assert_accessible(page)
        page.get_by_role("button", name="Yes, it is mine").click()
        page.goto(link_in_mails(sites, "/forgot-password/"))
        assert_accessible(page)
        for field in page.get_by_label("New Password").all():
            field.fill("another long pass phrase")
        page.get_by_role("button", name="Change password").click()
        expect(page.get_by_text("Your password is changed")).to_be_visible()
        assert_all_accessible(
            page,
            sites.account,
            "/my-account/security/password/",
            "/my-account/security/email/",
            "/my-account/sessions/",
        )

    assert "Choose a new password" in sites.log, "each mail is printed on the terminal as well"


def test_person_without_a_company_gets_an_accessible_page(browser: Browser, sites: Sites) -> None:
    leave = "from api_keys.commerce_account.models import *; Membership.objects.all().delete()"
    with context_of(browser, sites) as context:
        page = context.new_page()
        page.goto(sites.account)
        create_account(page)
        sites.manage("shell", "-c", leave, settings=ACCOUNT_SETTINGS)

        page.goto(sites.account)

        expect(page.get_by_role("heading", name="You belong to no company yet")).to_be_visible()
        assert_accessible(page)


def try_to_sign_in(page: Page) -> None:
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()


def link_in_mails(sites: Sites, path: str) -> str:
    """Return the one link below `path` that stands in the mails kept."""
    mails = "".join(mail.read_text() for mail in (sites.folder / "var" / "mail").iterdir())
    (link,) = re.findall(rf"{sites.account}{path}\S+", mails)
    return str(link)
