"""Signing in and out."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from api_keys.commerce_account.models import Company
from tests.api_keys.commerce_account.test_api_portal import portal_of

PORTAL = "/my-account/api-portal/"


def test_signed_out_visitor_goes_by_sign_in_straight_to_api_portal(
    client: Client, member: User
) -> None:
    asked = client.get(PORTAL)
    page = client.post(
        asked["Location"],
        {"login": "mia@example.com", "password": "mia's own password"},
        follow=True,
    )

    assert asked["Location"] == f"/sign-in/?next={PORTAL}"
    assert page.redirect_chain == [(PORTAL, 302), (portal_of(Company.objects.get()), 302)]
    assert "Api Keys" in page.text


@pytest.mark.parametrize("path", ["/", "/my-account/"])
def test_short_addresses_lead_to_api_portal(member_client: Client, path: str) -> None:
    assert member_client.get(path, follow=True).redirect_chain[0] == (PORTAL, 302)


def test_signing_out_needs_a_post_and_ends_the_session(member_client: Client) -> None:
    question = member_client.get("/sign-out/")
    still_in = member_client.get(PORTAL, follow=True)
    member_client.post("/sign-out/")

    assert "Log out?" in question.text
    assert still_in.status_code == 200
    assert member_client.get(PORTAL).status_code == 302


@pytest.mark.parametrize("path", ["/sign-in/", "/create-an-account/", "/forgot-password/"])
def test_no_page_for_newcomers_is_the_library_s_own(client: Client, db: None, path: str) -> None:
    page = client.get(path)

    assert 'class="entrance' in page.text
    assert "placeholder" not in page.text


def test_one_stays_signed_in_only_here(member_client: Client) -> None:
    # The Admin's cookies have other names: on one machine, both sites share their cookies.
    assert set(member_client.cookies) == {"account_session", "account_csrf", "account_devices"}


def test_other_site_is_no_place_to_go_on_to(client: Client, member: User) -> None:
    page = client.post(
        "/sign-in/?next=https://evil.example/",
        {"login": "mia@example.com", "password": "mia's own password"},
    )

    assert page["Location"] == PORTAL
