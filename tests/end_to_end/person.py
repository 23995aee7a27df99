"""A person at a browser, who goes by the words on the screen, and whom nothing escapes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    ViewportSize,
    expect,
)

from tests.end_to_end.processes import Served

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
PHONE = ViewportSize(width=360, height=740)
DESKTOP = ViewportSize(width=1280, height=800)
LOOKS: list[tuple[ViewportSize, Literal["light", "dark"]]] = [
    (DESKTOP, "light"),
    (PHONE, "dark"),
    (DESKTOP, "dark"),
    (PHONE, "light"),
]
EMAIL = "mia@example.com"
PASSWORD = "a long enough pass phrase"


@contextmanager
def context_of(
    browser: Browser,
    sites: Served,
    *,
    javascript: bool = True,
    clipboard: bool = True,
    viewport: ViewportSize = DESKTOP,
    touch: bool = False,
    locale: str = "en",
) -> Iterator[BrowserContext]:
    """Open a browser profile. Errors, CSP reports and calls to other hosts fail the test."""
    context = browser.new_context(
        java_script_enabled=javascript, viewport=viewport, has_touch=touch, locale=locale
    )
    if clipboard:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
    else:
        refuse = "if (navigator.clipboard) navigator.clipboard.writeText = () => Promise.reject()"
        context.add_init_script(refuse)
    complaints: list[str] = []
    context.on("console", lambda message: complaints.extend(complaint_of(message)))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("request", lambda request: complaints.extend(stray(request, sites)))
    yield context
    context.close()
    assert not complaints, complaints


def complaint_of(message: ConsoleMessage) -> list[str]:
    # Chromium reports a page of status 403, 404 or 503 as an error of the page. Those pages are
    # meant; anything that a page loads has to be there.
    is_status = re.search(r"status of (403|404|503)", message.text) is not None
    is_page = message.page is not None and message.location.get("url") == message.page.url
    is_trouble = message.type in ("error", "warning") and not (is_status and is_page)
    return [message.text] if is_trouble else []


def stray(request: Request, sites: Served) -> list[str]:
    ours = (sites.admin, sites.account, sites.admin_at_localhost, sites.account_at_localhost)
    return [] if request.url.startswith(ours) else [request.url]


def sign_in_to_admin(page: Page, sites: Served) -> None:
    page.goto(sites.admin)
    give_admin_password(page, sites)
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def give_admin_password(page: Page, sites: Served) -> None:
    expect(page.get_by_role("heading", name="Welcome, please sign in")).to_be_visible()
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(sites.password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def open_from_sidebar(page: Page, entry: str, link: str) -> None:
    menu = page.get_by_role("navigation", name="Main menu")
    menu.get_by_text(entry, exact=True).first.click()
    menu.get_by_role("link", name=link).click()


def create_account(page: Page) -> None:
    page.get_by_role("link", name="Create an account").click()
    fill_in_account(page, password=PASSWORD)
    expect(page.get_by_role("heading", name="Api Keys")).to_be_visible()


def fill_in_account(page: Page, *, password: str) -> None:
    page.get_by_label("Name").fill("Mia Member")
    page.get_by_label("Company").fill("Acme Outdoor")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Create an account").click()


def add_key(page: Page, description: str) -> None:
    page.get_by_label("Description").fill(description)
    page.get_by_role("button", name="Add New").click()
    expect(page.get_by_role("row", name=description)).to_be_visible()


def save_production_key(page: Page, key: str) -> None:
    page.get_by_label("Production Api Key").fill(key)
    page.get_by_role("button", name="Save Config").click()


def reload_until_visible(page: Page, shown: Locator) -> None:
    """Wait for what a thread writes down every second or two."""
    for _attempt in range(100):
        if shown.is_visible():
            return
        page.reload()
    expect(shown).to_be_visible()


def assert_accessible(page: Page) -> None:
    """Hold the page to WCAG 2.2 AA by axe, wide and narrow, light and dark."""
    page.evaluate(AXE_SCRIPT)
    for index, (size, scheme) in enumerate(LOOKS):
        page.set_viewport_size(size)
        # Reduced motion: a colour on its way to another is neither of the two.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        # A scheme is colours and nothing else: each size is held to all rules in one of the two.
        rules = WCAG if index < 2 else OF_COLOURS
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        found = AxeResults(page.evaluate("options => axe.run(options)", options))
        width = page.evaluate("document.documentElement.scrollWidth")
        assert found.violations_count == 0, f"{page.url}, {scheme}: {found.generate_report()}"
        assert width <= size["width"], f"{page.url} is {width} pixels wide"
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")
