"""Both sites in the language that somebody's browser asks for, or that they chose."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.person import PHONE, give_admin_password
from tests.end_to_end.processes import Sites

SIGN_IN = "サインイン"


@pytest.mark.postgresql
def test_sites_speak_the_language_that_is_asked_for_or_chosen(
    sites: Sites, browser: Browser
) -> None:
    with browser.new_context(locale="ja-JP") as context:
        page = context.new_page()
        for site in (sites.account, sites.admin):
            page.goto(site)
            expect(page.get_by_role("button", name=SIGN_IN, exact=True)).to_be_visible()
            page.get_by_role("link", name="English").click()
            expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
            page.reload()
            page.goto(site)
            expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()

        administrator_chooses_japanese(page, sites)
        expect(page.get_by_role("navigation", name="メインメニュー")).to_be_visible()
        for path in ("/", "/system/action-logs/report/", "/system/permissions/users/"):
            assert_fits(page, sites.admin + path)

        create_account(page, sites)
        choose_japanese(page)

        expect(page.get_by_role("heading", name="マイアカウント")).to_be_visible()
        for path in ("/my-account/api-portal/", "/my-account/security/", "/my-account/language/"):
            assert_fits(page, sites.account + path)


def administrator_chooses_japanese(page: Page, sites: Sites) -> None:
    give_admin_password(page, sites)
    page.goto(f"{sites.admin}/system/permissions/users/1/")
    page.get_by_label("First Name").fill("Ada")
    page.get_by_label("Last Name").fill("Lovelace")
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Interface Locale").select_option("日本語")
    page.get_by_label("Your Password").fill(sites.password)
    page.get_by_role("button", name="Save User").click()


def create_account(page: Page, sites: Sites) -> None:
    page.goto(f"{sites.account}/create-an-account/")
    page.get_by_label("Name").fill("Mia Member")
    page.get_by_label("Company").fill("Acme Outdoor")
    page.get_by_label("Email").fill("mia@example.com")
    page.get_by_label("Password").fill("a long enough pass phrase")
    page.get_by_role("button", name="Create an account").click()


def choose_japanese(page: Page) -> None:
    page.get_by_role("link", name="Language and time zone").click()
    page.get_by_label("Interface Locale").select_option("日本語")
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Save").click()


def assert_fits(page: Page, url: str) -> None:
    """Nothing is cut on a phone, and what the page says of its language is so."""
    page.set_viewport_size(PHONE)
    page.goto(url)
    assert page.evaluate("document.documentElement.lang") == "ja"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
