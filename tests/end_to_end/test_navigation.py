"""The sidebar by keyboard, by mouse and by touch; and the back button."""

from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.person import (
    PHONE,
    add_key,
    context_of,
    create_account,
    sign_in_to_admin,
)
from tests.end_to_end.processes import Sites


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
