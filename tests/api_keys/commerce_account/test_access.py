"""Whose keys are whose in API Portal, and what nobody else gets to see or do."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from api_keys.commerce_account.checking import check_key
from api_keys.commerce_account.models import Company, IssuedKey
from api_keys.contract import Environment, Verdict
from tests.api_keys.commerce_account.conftest import member_of, signed_in
from tests.api_keys.commerce_account.test_api_portal import ENTRY, create, key_url, portal_of


def test_owner_and_state_can_not_be_posted(member_client: Client) -> None:
    other = Company.objects.create(name="Elsewhere")

    create(member_client, company=str(other.pk), revoked_at="2026-01-01", digest="0" * 64)

    row = IssuedKey.objects.get()
    assert row.company.name == "Acme Outdoor"
    assert row.revoked_at is None
    assert row.digest != "0" * 64


def test_key_of_another_company_is_no_page_at_all(
    stranger_client: Client, issued: tuple[IssuedKey, str]
) -> None:
    urls = [key_url(issued[0], "reveal/"), key_url(issued[0], "delete/")]

    answers = [stranger_client.get(url) for url in urls] + [
        stranger_client.post(url) for url in urls
    ]
    missing = stranger_client.post("/my-account/999999/api-portal/keys/1/delete/")

    assert {answer.status_code for answer in answers} == {missing.status_code} == {404}
    assert {answer.content for answer in answers} == {missing.content}
    assert issued[0].fingerprint not in stranger_client.get(ENTRY, follow=True).text
    assert check_key(issued[1], Environment.PRODUCTION).verdict is Verdict.VALID


@pytest.mark.parametrize("method", ["get", "post"])
def test_signed_out_every_page_asks_to_sign_in(
    client: Client, issued: tuple[IssuedKey, str], method: str
) -> None:
    portal = portal_of(issued[0].company)
    for url in (portal, key_url(issued[0]), key_url(issued[0], "delete/")):
        assert getattr(client, method)(url)["Location"] == f"/sign-in/?next={url}"
    assert check_key(issued[1], Environment.PRODUCTION).verdict is Verdict.VALID


def test_keys_belong_to_the_company_and_not_to_who_made_them(
    company: Company, issued: tuple[IssuedKey, str]
) -> None:
    colleague = signed_in(member_of(company, "ben"))

    page = colleague.get(portal_of(company))
    copied = colleague.post(key_url(issued[0], "reveal/"), headers={"accept": "text/plain"})
    colleague.post(key_url(issued[0], "delete/"))

    assert issued[0].fingerprint in page.text
    assert copied.text == issued[1]
    assert check_key(issued[1], Environment.PRODUCTION).verdict is Verdict.REVOKED


def test_portal_is_kept_by_no_cache(member_client: Client) -> None:
    assert "no-store" in member_client.get(ENTRY, follow=True)["Cache-Control"]


def test_person_without_a_company_is_led_to_make_one(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("solo"))

    asked = client.get(ENTRY, follow=True)
    made = client.post(asked.redirect_chain[-1][0], {"name": "Solo Ltd"}, follow=True)

    assert "New company" in asked.text
    assert "Solo Ltd" in made.text
    assert Company.objects.get().membership_set.get().role == "owner"


def test_form_of_another_site_is_refused(member: User, issued: tuple[IssuedKey, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)

    answers = [client.post(key_url(issued[0], "roll/")), client.post(key_url(issued[0], "reveal/"))]
    answers.append(client.post(key_url(issued[0], "delete/")))

    assert {answer.status_code for answer in answers} == {403}
    assert all(issued[1] not in answer.text for answer in answers)
