"""Creating an account, signing in, and a forgotten password."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import DatabaseError
from django.test import Client
from pytest_django import Settings

from api_keys.commerce_account.models import Company
from tests.api_keys.commerce_account.test_api_portal import portal_of

PORTAL = "/my-account/api-portal/"
NEWCOMER = {
    "name": "Nia Newcomer",
    "company": "Newcomer Ltd",
    "email": "nia@example.com",
    "password1": "a long enough pass phrase",
}


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


def test_new_account_has_a_company_and_goes_on_to_api_portal(client: Client, db: None) -> None:
    page = client.post(f"/create-an-account/?next={PORTAL}", NEWCOMER, follow=True)

    assert page.redirect_chain == [(PORTAL, 302), (portal_of(Company.objects.get()), 302)]
    assert "Newcomer Ltd" in page.text
    user = User.objects.get()
    assert (user.first_name, user.email) == ("Nia Newcomer", "nia@example.com")
    assert list(user.companies.all()) == list(Company.objects.all())
    assert mail.outbox[0].to == ["nia@example.com"]
    assert "Confirm your address" in mail.outbox[0].subject


def test_account_without_its_company_is_not_left_behind(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**values: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(Company.objects, "create", fail)

    with pytest.raises(DatabaseError):
        client.post("/create-an-account/", NEWCOMER)

    assert not User.objects.exists()


def test_confirming_the_address_works_by_the_link_in_the_mail(client: Client, db: None) -> None:
    client.post("/create-an-account/", NEWCOMER)
    (path,) = re.findall(r"http://testserver(\S+)", str(mail.outbox[0].body))

    question = client.get(path)
    client.post(path)

    assert "nia@example.com" in question.text
    assert User.objects.get().emailaddress_set.get().verified


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "This field is required."),
        ("company", "", "This field is required."),
        ("company", "x" * 101, "at most 100 characters"),
        ("email", "nia", "Enter a valid email address."),
        ("password1", "short", "at least 12 characters"),
        ("password1", "password1234", "too common"),
    ],
)
def test_bad_input_is_refused_beside_the_field_and_the_rest_is_kept(
    client: Client, db: None, field: str, value: str, message: str
) -> None:
    page = client.post("/create-an-account/", {**NEWCOMER, field: value})

    assert message in page.text
    assert "aria-invalid" in page.text
    assert NEWCOMER["name" if field != "name" else "company"] in page.text
    assert NEWCOMER["password1"] not in page.text
    assert not User.objects.exists()
    assert not Company.objects.exists()


def test_address_has_to_be_confirmed_first_where_a_mail_server_is_set(
    client: Client, db: None, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"

    page = client.post("/create-an-account/", NEWCOMER, follow=True)

    assert "Confirm your address" in page.text
    assert client.get(PORTAL).status_code == 302


def test_known_and_unknown_accounts_are_refused_alike(client: Client, member: User) -> None:
    pages = [
        client.post("/sign-in/", {"login": login, "password": "wrong"}).text
        for login in ("mia@example.com", "nobody@example.com")
    ]

    with_the_same_address = [
        re.sub(r'[\w.]+@example.com|value="\w{64}"', "", page) for page in pages
    ]
    assert with_the_same_address[0] == with_the_same_address[1]
    assert "not correct" in pages[0]


def test_guessing_is_slowed_down(client: Client, member: User) -> None:
    attempts = [
        client.post("/sign-in/", {"login": "mia@example.com", "password": f"guess {number}"})
        for number in range(6)
    ]

    right = client.post("/sign-in/", {"login": "mia@example.com", "password": "mia's own password"})

    assert "Too many failed login attempts" in attempts[-1].text
    assert right.status_code == 200


def test_forgotten_password_is_replaced_by_the_link_in_the_mail(
    client: Client, member: User
) -> None:
    sent = client.post("/forgot-password/", {"email": "mia@example.com"}, follow=True)
    (path,) = re.findall(r"http://testserver(\S+)", str(mail.outbox[0].body))
    form = client.get(path, follow=True)
    done = client.post(
        form.redirect_chain[-1][0],
        {"password1": "another long phrase", "password2": "another long phrase"},
        follow=True,
    )
    member.refresh_from_db()

    assert "Look into your mail" in sent.text
    assert "This installation has no mail server" in sent.text
    assert "Your password is changed" in done.text
    assert member.check_password("another long phrase")
    assert "used before, or it is too old" in client.get(path, follow=True).text


def test_forgotten_password_of_nobody_gets_the_same_page(client: Client, member: User) -> None:
    pages = [
        client.post("/forgot-password/", {"email": email}, follow=True).text
        for email in ("mia@example.com", "nobody@example.com")
    ]

    assert pages[0] == pages[1]


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
    assert set(member_client.cookies) == {"account_session", "account_csrf"}


def test_other_site_is_no_place_to_go_on_to(client: Client, member: User) -> None:
    page = client.post(
        "/sign-in/?next=https://evil.example/",
        {"login": "mia@example.com", "password": "mia's own password"},
    )

    assert page["Location"] == PORTAL
