"""A role and a user, as an administrator makes them and as that user finds them; a lock-out."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.person import (
    PASSWORD,
    assert_accessible,
    context_of,
    open_from_sidebar,
    sign_in_to_admin,
)
from tests.end_to_end.processes import Sites
from tests.end_to_end.reach import assert_no_violations, assert_nothing_is_cut

USERS = "/system/permissions/users/"
TOOLS = "/system/tools/service-connection/"
FAILURES = 6


@pytest.mark.postgresql
def test_user_finds_what_the_role_opens_and_nothing_else(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as admins, context_of(browser, sites) as toms:
        page, tom = admins.new_page(), toms.new_page()
        sign_in_to_admin(page, sites)
        make_role(page, sites)
        make_user(page, sites)
        is_locked_out(tom, sites)
        is_unlocked(page, sites)
        finds_one_page(tom, sites)
        is_changed_while_signed_in(page, tom, sites)
    with context_of(browser, sites, locale="ja") as context:
        page = context.new_page()
        sign_in_in_japanese(page, sites)
        for path in (f"{USERS}2/", "/system/permissions/roles/2/", "/system/action-logs/report/1/"):
            page.goto(sites.admin + path)
            assert_nothing_is_cut(page)
            assert_no_violations(page)


def make_role(page: Page, sites: Sites) -> None:
    open_from_sidebar(page, "System", "User Roles")
    page.get_by_role("link", name="Add New Role").click()
    page.get_by_label("Role name").fill("Testers")
    page.get_by_role("button", name="Save Role").click()
    page.get_by_label("Your password").fill("not my password")
    page.get_by_role("button", name="Save Role").click()
    expect(page.get_by_text("This is not your current password.")).to_be_visible()
    expect(page.get_by_text("Choose at least one resource.")).to_be_visible()
    expect(page.get_by_label("Role name")).to_have_value("Testers")
    assert_accessible(page)

    page.get_by_label("Save API keys").check()
    expect(page.get_by_label("Magento Services")).to_be_checked()
    page.get_by_label("Magento Services").uncheck()
    expect(page.get_by_label("Save API keys")).not_to_be_checked()
    page.get_by_role("checkbox", name="Tools").check()
    page.get_by_label("Your password").fill(sites.password)
    page.get_by_role("button", name="Save Role").click()
    expect(page.get_by_role("link", name="Testers")).to_be_visible()


def make_user(page: Page, sites: Sites) -> None:
    open_from_sidebar(page, "System", "All Users")
    page.get_by_role("link", name="Add New User").click()
    page.get_by_label("Username").fill("tom")
    page.get_by_label("First Name").fill("Tom")
    page.get_by_label("Last Name").fill("Miller")
    page.get_by_label("Email").fill("tom@example.com")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("combobox", name="User Role").select_option("Testers")
    page.get_by_label("Your password").fill(sites.password)
    page.get_by_role("button", name="Save User").click()
    expect(page.get_by_role("row", name="tom@example.com")).to_contain_text("never")
    page.get_by_role("link", name="tom", exact=True).click()
    assert_accessible(page)


def sign_in_as_tom(page: Page, sites: Sites, password: str) -> None:
    page.goto(f"{sites.admin}/sign-in/")
    page.get_by_label("Username").fill("tom")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def is_locked_out(page: Page, sites: Sites) -> None:
    refusals = set()
    for password in [*["not the password"] * FAILURES, PASSWORD]:
        sign_in_as_tom(page, sites, password)
        expect(page.get_by_role("heading", name="Welcome, please sign in")).to_be_visible()
        refusals.add(page.locator("main .errorlist").inner_text())
    assert len(refusals) == 1


def is_unlocked(page: Page, sites: Sites) -> None:
    open_from_sidebar(page, "System", "Locked Users")
    expect(page.get_by_role("row", name="tom")).to_contain_text(str(FAILURES))
    assert_accessible(page)
    page.get_by_label("tom").check()
    page.get_by_label("Your password").fill(sites.password)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_text("tom may sign in again.")).to_be_visible()


def finds_one_page(page: Page, sites: Sites) -> None:
    sign_in_as_tom(page, sites, PASSWORD)
    expect(page.get_by_role("heading", name="Service connection")).to_be_visible()
    menu = page.get_by_role("navigation", name="Main menu")
    expect(menu.locator("summary")).to_have_count(1)
    expect(menu.get_by_text("Dashboard")).to_have_count(0)

    page.goto(sites.admin + USERS)
    expect(page.get_by_text("Your role does not include System > Permissions")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Go to your first page").click()
    expect(page).to_have_url(sites.admin + TOOLS)


def is_changed_while_signed_in(page: Page, tom: Page, sites: Sites) -> None:
    page.goto(f"{sites.admin}{USERS}2/")
    page.get_by_label("This account is").select_option("Inactive")
    page.get_by_label("Your password").fill(sites.password)
    page.get_by_role("button", name="Save User").click()
    expect(page.get_by_text("You saved the user.")).to_be_visible()

    tom.reload()
    expect(tom.get_by_role("heading", name="Welcome, please sign in")).to_be_visible()


def sign_in_in_japanese(page: Page, sites: Sites) -> None:
    page.goto(f"{sites.admin}/sign-in/")
    page.locator("input[name=login]").fill("admin")
    page.locator("input[name=password]").fill(sites.password)
    page.locator("input[name=password]").press("Enter")
    expect(page.get_by_role("heading", name="ダッシュボード").first).to_be_visible()
