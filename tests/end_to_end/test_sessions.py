"""A session that ends while somebody is at work: the warning, and what comes back."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.end_to_end.person import assert_accessible, context_of, sign_in_to_admin
from tests.end_to_end.processes import ADMIN_SETTINGS, Sites

SETTINGS = "/stores/configuration/sales-channels/global-settings/"
AGE = """
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
for row in Session.objects.all():
    session = SessionStore(row.session_key)
    for name in {%r, "signed_in_at"} & set(session.keys()):
        session[name] -= %d
    session.save()
"""
MINUTE = 60


def let_pass(context: BrowserContext, sites: Sites, seconds: int, *, of: str = "seen_at") -> None:
    """Have the server and the browser believe that so much time has passed.

    With `of` "signed_in_at", the person was not idle meanwhile.
    """
    code, said = sites.manage("shell", "-v0", "-c", AGE % (of, seconds), settings=ADMIN_SETTINGS)
    assert code == 0, said
    context.clock.fast_forward(seconds * 1000)


def sign_in_again(page: Page, sites: Sites) -> None:
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(sites.password)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.postgresql
def test_person_is_warned_and_loses_nothing(browser: Browser, sites: Sites) -> None:
    is_warned_of_idleness(browser, sites)
    is_warned_of_the_end_that_can_t_be_put_off(browser, sites)
    loses_nothing_without_scripts_either(browser, sites)


def is_warned_of_idleness(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        context.clock.install()
        page, other_tab = context.new_page(), context.new_page()
        dialog = page.get_by_role("alertdialog")
        sign_in_to_admin(page, sites)
        other_tab.goto(sites.admin)
        page.goto(sites.admin + SETTINGS)
        page.get_by_label("Enable Debug Logging").select_option("Yes")

        let_pass(context, sites, 14 * MINUTE + 5)
        expect(dialog).to_contain_text("You will be signed out in a minute")
        expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
        expect(other_tab.get_by_role("alertdialog")).to_be_visible()
        assert_accessible(page)
        page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        expect(other_tab.get_by_role("alertdialog")).to_be_hidden()

        let_pass(context, sites, 15 * MINUTE)
        expect(dialog).to_contain_text("You are signed out")
        expect(dialog).to_have_accessible_name("You are signed out")
        assert_accessible(page)
        with context.expect_page() as opened:
            page.keyboard.press("Enter")
        sign_in_again(opened.value, sites)
        expect(opened.value.get_by_role("heading", name="You are signed in again")).to_be_visible()
        expect(dialog).to_be_hidden()
        page.get_by_role("button", name="Save Config").click()
        expect(page.get_by_text("You saved the configuration.")).to_be_visible()
        expect(page.get_by_label("Enable Debug Logging")).to_have_value("True")


def is_warned_of_the_end_that_can_t_be_put_off(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        context.clock.install()
        page = context.new_page()
        dialog = page.get_by_role("alertdialog")
        sign_in_to_admin(page, sites)
        let_pass(context, sites, 12 * 60 * MINUTE - 30, of="signed_in_at")

        expect(dialog).to_contain_text("You signed in 12 hours ago")
        assert_accessible(page)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        let_pass(context, sites, 30)
        expect(dialog).to_contain_text("You are signed out")


def loses_nothing_without_scripts_either(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites, javascript=False) as context:
        page = context.new_page()
        sign_in_to_admin(page, sites)
        page.goto(sites.admin + SETTINGS)
        page.get_by_label("Enable Debug Logging").select_option("No")
        context.clear_cookies(name="admin_session")

        page.get_by_role("button", name="Save Config").click()
        expect(page.get_by_text("Sign in: what you entered is kept.")).to_be_visible()
        sign_in_again(page, sites)

        expect(page.get_by_text("What you had entered is back")).to_be_visible()
        expect(page.get_by_label("Enable Debug Logging")).to_have_value("False")
        page.get_by_role("button", name="Save Config").click()
        expect(page.get_by_text("You saved the configuration.")).to_be_visible()
