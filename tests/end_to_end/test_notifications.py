"""A key expires; the job finds it, the bell shows it, an e-mail tells it, and it is read."""

import time
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Browser, Locator, Page, expect

from tests.end_to_end.person import assert_accessible, context_of, sign_in_to_admin
from tests.end_to_end.processes import ACCOUNT_SETTINGS, ADMIN_SETTINGS, Sites

TITLE = "The production key has expired"
GOOD_FOR = timedelta(seconds=15)


def store_key_that_expires_soon(sites: Sites) -> str:
    expires_at = (datetime.now(UTC) + GOOD_FOR).isoformat()
    company = ("--company", "Acme", "--create-company", "--expires-at", expires_at)
    code, key = sites.manage("issue_api_key", "Amazon", *company, settings=ACCOUNT_SETTINGS)
    assert code == 0
    assert sites.manage("store_api_key", settings=ADMIN_SETTINGS, given=key)[0] == 0
    assert sites.manage("verify_stored_key", settings=ADMIN_SETTINGS)[0] == 0
    return key


def run_jobs_until_bell_shows(page: Page, sites: Sites, number: str) -> Locator:
    """Run what is due, as cron would, until the expiry has come and was found."""
    bell = page.locator("summary", has_text="Notifications:")
    deadline = time.monotonic() + 60
    while number not in (bell.text_content() or "") and time.monotonic() < deadline:
        assert sites.manage("run_due_jobs", settings=ADMIN_SETTINGS)[0] == 0
        page.reload()
    return bell


def mails_in(sites: Sites) -> str:
    return "".join(file.read_text() for file in (sites.folder / "var" / "mail").iterdir())


def test_expired_key_is_told_once_and_read(browser: Browser, sites: Sites) -> None:
    email = ("change_email", "admin", "ada@example.com")
    assert sites.manage(*email, settings=ADMIN_SETTINGS)[0] == 0
    key = store_key_that_expires_soon(sites)

    with context_of(browser, sites) as context:
        page = context.new_page()
        sign_in_to_admin(page, sites)
        page.goto(f"{sites.admin}/marketing/amazon-sales-channel/")
        expect(page.get_by_text("The production key expires in 1 day")).to_be_visible()
        assert_accessible(page)

        page.goto(sites.admin)
        bell = run_jobs_until_bell_shows(page, sites, "1")
        expect(bell).to_contain_text("1 unread")
        bell.click()
        panel = page.locator(".page-tools")
        expect(panel.get_by_role("link", name=TITLE)).to_be_visible()
        assert_accessible(page)

        panel.get_by_role("link", name="See all").click()
        expect(page.get_by_role("heading", name="Notifications")).to_be_visible()
        expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
        assert_accessible(page)

        page.get_by_role("button", name=f"Mark as read {TITLE}").click()
        expect(bell).to_contain_text("none unread")
        expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
        assert_accessible(page)

        page.get_by_role("link", name=TITLE).click()
        expect(page.get_by_role("heading", name="Api Keys")).to_be_visible()

    assert sites.manage("run_due_jobs", settings=ADMIN_SETTINGS)[0] == 0
    mails = mails_in(sites)
    assert mails.count(f"Subject: {TITLE}\n") == 1
    assert "To: ada@example.com\n" in mails
    assert f"{sites.admin}/stores/configuration/services/magento-services/" in mails
    assert key not in mails
