"""An authenticator app, recovery codes and passkeys, in a browser, on both sites."""

import time
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.end_to_end.person import (
    EMAIL,
    PASSWORD,
    assert_accessible,
    context_of,
    create_account,
    give_admin_password,
)
from tests.end_to_end.processes import Sites, environment_for, running_sites

SECURITY = "/my-account/security/"


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Log Out").click()
    expect(page.get_by_role("heading", name="Sign in to your Commerce account")).to_be_visible()


def sign_in(page: Page) -> None:
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def next_code(secret: str, *, after: str = "") -> str:
    """Return what the app shows, once that is another code than `after`, which is used up."""
    while (code := format_hotp_value(hotp_value(secret, int(time.time()) // 30))) == after:
        time.sleep(0.5)
    return code


def with_authenticator(context: BrowserContext, page: Page) -> None:
    """Give the browser a device that keeps passkeys and always says yes."""
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_second_step_is_set_up_and_asked_for(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        page.goto(sites.account)
        create_account(page)
        page.get_by_role("link", name="Security").click()
        assert_accessible(page)
        page.get_by_role("link", name="Set up").click()
        assert_accessible(page)
        secret = page.locator(".code", has_text="").last.inner_text()
        used = next_code(secret)
        page.get_by_label("Authenticator code").fill(used)
        page.get_by_role("button", name="Turn on").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        assert_accessible(page)
        recovery_code = page.locator(".codes li").first.inner_text()

        sign_out(page)
        sign_in(page)
        expect(page.get_by_role("heading", name="Second step")).to_be_visible()
        assert_accessible(page)
        page.get_by_label("Code").fill(recovery_code)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Api Keys")).to_be_visible()

        page.goto(sites.account + SECURITY)
        expect(page.get_by_text("9 codes are left.")).to_be_visible()
        assert_accessible(page)
        for path in ("authenticator/remove/", "recovery-codes/new/"):
            page.goto(sites.account + SECURITY + path)
            assert_accessible(page)

        sign_out(page)
        sign_in(page)
        page.get_by_label("Code").fill(next_code(secret, after=used))
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Api Keys")).to_be_visible()


def test_passkey_is_added_and_signs_in_alone(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        with_authenticator(context, page)
        page.goto(sites.account_at_localhost)
        create_account(page)
        page.get_by_role("link", name="Security").click()
        page.get_by_role("link", name="Add a passkey").click()
        assert_accessible(page)
        page.get_by_label("Name").fill("Mia’s laptop")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

        sign_out(page)
        assert_accessible(page)
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("heading", name="Api Keys")).to_be_visible()

        page.get_by_role("link", name="Security").click()
        expect(page.get_by_text("Mia’s laptop")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("link", name="Rename").click()
        assert_accessible(page)
        page.get_by_label("Name").fill("Old laptop")
        page.get_by_role("button", name="Rename").click()
        expect(page.get_by_text("Old laptop")).to_be_visible()
        page.get_by_role("link", name="Remove").click()
        assert_accessible(page)
        page.get_by_role("button", name="Remove").click()
        expect(page.get_by_text("The passkey was removed.")).to_be_visible()
        expect(page.get_by_text("Old laptop")).to_be_hidden()


def test_passkey_is_the_second_step_and_the_proof(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        with_authenticator(context, page)
        page.goto(sites.account_at_localhost)
        create_account(page)
        page.goto(sites.account_at_localhost + SECURITY + "passkeys/add/")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        sign_out(page)

        sign_in(page)
        expect(page.get_by_role("heading", name="Second step")).to_be_visible()
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("heading", name="Api Keys")).to_be_visible()

        page.goto(f"{sites.account_at_localhost}/my-account/still-you/?next={SECURITY}password/")
        assert_accessible(page)
        page.get_by_role("link", name="Use a passkey").click()
        assert_accessible(page)
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("heading", name="Change password")).to_be_visible()


def test_browser_without_a_passkey_says_so_in_place(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        with_authenticator(context, page)
        page.goto(sites.account_at_localhost)

        page.get_by_role("button", name="Sign in with a passkey").click()

        expect(page.get_by_text("No passkey came of it.")).to_be_visible()
        assert_accessible(page)


def test_number_for_an_address_leads_to_the_name(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        page.goto(sites.account)
        expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
        create_account(page)
        page.goto(sites.account + SECURITY + "passkeys/add/")
        expect(page.get_by_text("Passkeys need a name instead of a number")).to_be_visible()
        assert_accessible(page)

        page.get_by_role("link", name="open this page at localhost").click()
        sign_in(page)

        expect(page.get_by_role("button", name="Add")).to_be_visible()
        assert page.url == sites.account_at_localhost + SECURITY + "passkeys/add/"


def test_second_step_works_without_javascript(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites, javascript=False) as context:
        page = context.new_page()
        page.goto(sites.account)
        create_account(page)
        page.goto(sites.account + SECURITY + "authenticator/")
        secret = page.locator(".code", has_text="").last.inner_text()
        used = next_code(secret)
        page.get_by_label("Authenticator code").fill(used)
        page.get_by_role("button", name="Turn on").click()
        code = page.locator(".codes li").first.inner_text()
        sign_out(page)

        sign_in(page)
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Sign in", exact=True).click()

        expect(page.get_by_role("heading", name="Api Keys")).to_be_visible()


def sign_out_of_admin(page: Page) -> None:
    page.get_by_text("Signed in as").locator("..").click()
    page.get_by_role("button", name="Sign out").click()


@pytest.mark.postgresql
def test_administrator_has_to_set_up_a_factor_and_signs_in_by_each(
    browser: Browser, tmp_path: Path
) -> None:
    with (
        running_sites(tmp_path, environment_for(tmp_path, ADMIN_TWO_FACTOR="on")) as sites,
        context_of(browser, sites) as context,
    ):
        page = context.new_page()
        with_authenticator(context, page)
        page.goto(sites.admin_at_localhost)
        assert_accessible(page)
        give_admin_password(page, sites)
        expect(page.get_by_text("A password alone is not enough here.")).to_be_visible()
        expect(page.get_by_role("navigation", name="Main menu")).to_be_hidden()
        assert_accessible(page)
        page.get_by_role("link", name="Set up").click()
        assert_accessible(page)
        page.get_by_label("Authenticator code").fill(next_code(page.locator(".code").inner_text()))
        page.get_by_role("button", name="Turn on").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        expect(page.get_by_role("navigation", name="Main menu")).to_be_visible()
        assert_accessible(page)
        recovery_code = page.locator(".codes li").first.inner_text()
        sign_out_of_admin(page)

        give_admin_password(page, sites)
        expect(page.get_by_role("heading", name="Second step")).to_be_visible()
        page.get_by_label("Code").fill(recovery_code)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()

        page.goto(f"{sites.admin_at_localhost}/account-setting/security/")
        expect(page.get_by_text("9 codes are left.")).to_be_visible()
        page.get_by_role("link", name="Add a passkey").click()
        assert_accessible(page)
        page.get_by_label("Name").fill("Ada’s laptop")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_text("Ada’s laptop")).to_be_visible()
        assert_accessible(page)
        sign_out_of_admin(page)
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
        sign_out_of_admin(page)
        give_admin_password(page, sites)
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
