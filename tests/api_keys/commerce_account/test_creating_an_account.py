"""Creating an account, with its company."""

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
    (path,) = re.findall(r"http://127.0.0.1:8001(\S+)", str(mail.outbox[0].body))

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
        ("company", "Win at https://evil.example/1", "without a web address"),
        ("name", "Win at Www.evil.example", "without a web address"),
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
