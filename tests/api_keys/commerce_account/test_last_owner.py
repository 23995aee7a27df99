"""The last owner of a company stays one."""

from django.contrib.auth.models import User
from django.test import Client

from api_keys.commerce_account.models import Company, Role
from tests.api_keys.commerce_account.test_members import events, membership_of, url_of


def test_last_owner_can_neither_leave_nor_step_down_nor_be_removed(
    member_client: Client, member: User, company: Company
) -> None:
    own = membership_of(member)

    left = member_client.post(url_of(company, "leave/"), follow=True).text
    demoted = member_client.post(url_of(company, f"{own.pk}/role/"), {"role": "viewer"}).text
    removed = member_client.post(url_of(company, f"{own.pk}/remove/"))
    own.refresh_from_db()

    assert "there is no other" in left
    assert "there is no other" in demoted
    assert removed["Location"] == url_of(company, "leave/")
    assert own.role == Role.OWNER
    assert events(company) == []


def test_last_owner_sees_no_button_that_would_not_work(
    member_client: Client, company: Company
) -> None:
    page = member_client.get(url_of(company)).text

    assert "/role/" not in page
    assert "/leave/" not in page
    assert "You are the only owner" in member_client.get(url_of(company, "leave/")).text
