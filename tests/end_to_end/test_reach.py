"""Every page of the Admin and its states, in both languages: one walk of both sites.

`test_accessibility` has the states that take a journey; here is every page that is there, found by
its help, and what axe doesn't look at.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Browser, Page, expect

from admin_portal.help.screens import HELP
from tests.end_to_end.person import (
    DESKTOP,
    PHONE,
    add_key,
    context_of,
    create_account,
    save_production_key,
    sign_in_to_admin,
)
from tests.end_to_end.processes import Sites
from tests.end_to_end.reach import assert_no_violations, assert_nothing_is_cut, assert_reachable

SEARCH = "/search/?q=key"


def pages_of_admin() -> Iterator[str]:
    for each in HELP:
        yield each.url
        for view in each.views:
            try:
                yield reverse(view)
            except NoReverseMatch:
                continue  # it is about one of many things; its own tests look at it
    yield from (SEARCH, "/search/?q=nothing-has-this-name", "/no-such-page/")


def look_at(page: Page, url: str) -> None:
    """Look at a page as a person does."""
    page.goto(url)
    if "/help/" not in url:  # they are text in the frame of all the others
        assert_reachable(page)
    assert_no_violations(page)


def look_at_again(page: Page, url: str) -> None:
    """Look at a page in other words, on a phone and in the dark: there is less room for them."""
    page.goto(url)
    assert page.locator("html").get_attribute("lang") == "ja"
    page.set_viewport_size(DESKTOP)
    assert_nothing_is_cut(page)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert_nothing_is_cut(page)
    if "/help/" not in url:
        assert_no_violations(page)


def test_every_page_of_the_admin_is_for_everybody(browser: Browser, sites: Sites) -> None:
    paths = dict.fromkeys(pages_of_admin())
    with context_of(browser, sites) as context:
        page = context.new_page()
        look_at(page, f"{sites.admin}/sign-in/")
        page.set_viewport_size(DESKTOP)
        sign_in_to_admin(page, sites)
        for path in paths:
            look_at(page, sites.admin + path)
        signed_in: Any = context.cookies()
    with context_of(browser, sites, locale="ja") as context:
        page = context.new_page()
        look_at_again(page, f"{sites.admin}/sign-in/")
        context.add_cookies(signed_in)
        for path in paths:
            look_at_again(page, sites.admin + path)


def test_every_area_of_the_account_is_for_everybody(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        page.goto(sites.account)
        create_account(page)
        add_key(page, "Amazon Sales Channel")
        company = page.url.split("/api-portal")[0]
        paths = [f"{company}/{part}/" for part in ("api-portal", "members", "history")]
        parts = ("security", "sessions", "preferences", "new-company")
        paths += [f"{sites.account}/my-account/{part}/" for part in parts]
        for path in paths:
            look_at(page, path)


def test_search_by_keyboard_and_states_in_forced_colours(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        sign_in_to_admin(page, sites)
        search_by_keyboard(page)
        assert_seen_in_forced_colours(page, sites)


def search_by_keyboard(page: Page) -> None:
    page.locator("summary", has_text="Search").press("Enter")
    field = page.get_by_role("combobox", name="Search pages")
    expect(field).to_be_focused()

    field.press_sequentially("production api")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Production Api Key")
    expect(field).to_have_attribute("aria-expanded", "true")
    assert_no_violations(page)
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    chosen = options.first.get_attribute("id") or ""
    expect(field).to_have_attribute("aria-activedescendant", chosen)
    field.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_be_focused()
    field.press("Escape")
    expect(field).not_to_be_visible()

    page.locator("summary", has_text="Search").press("Enter")
    field.fill("sandbox api")
    expect(options.first).to_contain_text("Sandbox Api Key")
    field.press("ArrowDown")
    field.press("Enter")
    expect(page).to_have_url(re.compile("#id_sandbox_api_key$"))
    expect(page.get_by_label("Sandbox Api Key")).to_be_focused()

    page.locator("summary", has_text="Search").press("Enter")
    field.fill("ck_production_" + "a" * 38)
    expect(page.get_by_role("status").get_by_text("This is an API key")).to_be_visible()
    field.press("Enter")
    expect(page).to_have_url(re.compile("#id_sandbox_api_key$"))
    field.fill("clear log")
    field.press("Enter")
    expect(page.get_by_role("heading", name="Configuration fields")).to_be_visible()


def assert_seen_in_forced_colours(page: Page, sites: Sites) -> None:
    """Borders stay where backgrounds go, and icons take the colour of the words beside them."""
    page.goto(f"{sites.admin}/stores/configuration/services/magento-services/")
    save_production_key(page, "a-key-of-another-issuer")
    expect(page.locator("main .badge").first).to_be_visible()

    page.emulate_media(forced_colors="active")

    faint = page.evaluate(
        """() => {
          const paper = getComputedStyle(document.body).backgroundColor;
          const isFaint = (element, colour) => getComputedStyle(element)[colour] === paper;
          return [
            ...[...document.querySelectorAll("main :is(.badge, .notice, .button)")]
              .filter(each => isFaint(each, "borderTopColor")),
            ...[...document.querySelectorAll("main svg, .page-header svg")]
              .filter(each => isFaint(each, "color")),
          ].map(each => each.outerHTML.slice(0, 200));
        }"""
    )
    current = page.locator(".is-current .sidebar-entry")
    other = page.locator("li:not(.is-current) .sidebar-entry").first
    background = "element => getComputedStyle(element).backgroundColor"
    assert faint == []
    assert current.evaluate(background) != other.evaluate(background)
