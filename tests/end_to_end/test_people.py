"""Companies and people in a browser: invite, join, change a role, remove, and read of it."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.person import (
    PASSWORD,
    add_key,
    assert_accessible,
    context_of,
    create_account,
)
from tests.end_to_end.processes import ACCOUNT_SETTINGS, Sites

NEWCOMER = "nia@example.com"


def open_area(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="My Account").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def invite(page: Page, email: str, role: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Role", exact=True).select_option(role)
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text(f"{email} is invited")).to_be_visible()


def link_for(sites: Sites, email: str) -> str:
    """Return the link in the mail that the background jobs sent last to `email`."""
    assert sites.manage("run_due_jobs", settings=ACCOUNT_SETTINGS)[0] == 0
    mails = sorted((sites.folder / "var" / "mail").iterdir(), key=lambda file: file.stat().st_mtime)
    text = "".join(mail.read_text() for mail in mails)
    last = text.split(f"\nTo: {email}\n")[-1].replace("=\n", "")
    return str(re.findall(rf"{sites.account}/invitations/\S+", last)[0])


def join(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", name="You are invited")).to_be_visible()
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Name").fill("Nia Newcomer")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_role("heading", name="Api Keys")).to_be_visible()


def test_owner_invites_somebody_who_joins_is_given_a_role_and_removed(
    browser: Browser, sites: Sites
) -> None:
    with context_of(browser, sites) as at_home, context_of(browser, sites) as elsewhere:
        owner, newcomer = at_home.new_page(), elsewhere.new_page()
        owner.goto(sites.account)
        create_account(owner)
        add_key(owner, "Amazon Sales Channel")

        open_area(owner, "Members")
        invite(owner, NEWCOMER, "Viewer")
        assert_accessible(owner)
        link = link_for(sites, NEWCOMER)
        newcomer.goto(link)
        assert_accessible(newcomer)
        join(newcomer, link)
        expect(newcomer.get_by_role("row", name="Amazon Sales Channel")).to_be_visible()
        expect(newcomer.get_by_role("button", name="Copy")).to_have_count(0)

        open_area(owner, "Members")
        row = owner.get_by_role("row", name=NEWCOMER)
        row.get_by_label(f"Role of {NEWCOMER}").select_option("Developer")
        row.get_by_role("button", name="Change").click()
        expect(owner.get_by_text(f"{NEWCOMER} is now: Developer.")).to_be_visible()
        assert_accessible(owner)
        newcomer.reload()
        expect(newcomer.get_by_role("button", name="Copy")).to_be_visible()

        row.get_by_role("link", name="Remove").click()
        expect(owner.get_by_role("heading", name=f"Remove {NEWCOMER}?")).to_be_visible()
        assert_accessible(owner)
        owner.get_by_role("button", name="Remove").click()
        expect(owner.get_by_text(f"{NEWCOMER} was removed.")).to_be_visible()
        newcomer.reload()
        expect(newcomer.get_by_role("heading", name="There is no such page")).to_be_visible()

        open_area(owner, "History")
        expect(owner.get_by_role("row", name="Member removed")).to_contain_text(NEWCOMER)
        assert_accessible(owner)


def test_person_removed_from_the_only_company_makes_another_without_javascript(
    browser: Browser, sites: Sites
) -> None:
    leave = "from api_keys.commerce_account.models import *; Membership.objects.all().delete()"
    with context_of(browser, sites, javascript=False) as context:
        page = context.new_page()
        page.goto(sites.account)
        create_account(page)
        sites.manage("shell", "-c", leave, settings=ACCOUNT_SETTINGS)

        page.goto(sites.account)
        expect(page.get_by_role("heading", name="You belong to no company yet")).to_be_visible()
        page.get_by_label("Company").fill("Second Ltd")
        page.get_by_role("button", name="Create the company").click()

        expect(page.get_by_text("Second Ltd")).to_be_visible()


def test_history_is_filtered_and_saved(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        page.goto(sites.account)
        create_account(page)
        add_key(page, "Amazon Sales Channel")
        open_area(page, "History")

        page.get_by_label("What").select_option("Key created")
        page.get_by_role("button", name="Filter").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        with page.expect_download() as download:
            page.get_by_role("link", name="Download as CSV").click()
        saved = download.value.path().read_text(encoding="utf-8-sig").splitlines()

        assert download.value.suggested_filename == "history.csv"
        assert len(saved) == 2
        assert "Amazon Sales Channel" in saved[1]
        page.get_by_label("Person").fill("nobody")
        page.get_by_role("button", name="Filter").click()
        expect(page.get_by_text("Nothing matches.")).to_be_visible()
        assert_accessible(page)


def test_person_of_several_companies_changes_over(browser: Browser, sites: Sites) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        page.goto(sites.account)
        create_account(page)
        page.get_by_role("link", name="New company").click()
        assert_accessible(page)
        page.get_by_label("Company").fill("Second Ltd")
        page.get_by_role("button", name="Create the company").click()
        open_area(page, "Members")

        page.get_by_text("Change company").click()
        assert_accessible(page)
        page.get_by_role("link", name="Acme Outdoor").click()

        expect(page.get_by_role("heading", name="Members")).to_be_visible()
        expect(page.get_by_label("Signed in")).to_contain_text("Acme Outdoor")
        for path in ("members/leave/", "members/"):
            page.goto(f"{page.url.split('members/')[0]}{path}")
            assert_accessible(page)
        page.goto(f"{sites.account}/invitations/1.forged/")
        expect(page.get_by_role("heading", name="There is no such invitation")).to_be_visible()
        assert_accessible(page)
