"""Owners invite people to their company, within limits."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from admin_portal.actors import NOBODY, Actor
from api_keys.commerce_account import members
from api_keys.commerce_account.models import Company, Invitation, Role
from tests.api_keys.commerce_account.conftest import member_of, signed_in
from tests.api_keys.commerce_account.test_members import events, invite, url_of


def test_owner_invites_and_it_stands_in_the_list_and_in_the_history(
    member_client: Client, company: Company
) -> None:
    page = invite(member_client, company, "Nia@Example.com")

    invitation = Invitation.objects.get()
    assert "nia@example.com is invited" in page.lower()
    assert "Invited, and not here yet" in page
    assert invitation.expires_at - invitation.created_at == timedelta(days=7)
    detail = {"invitation": invitation.pk, "email": "nia@example.com", "role": "developer"}
    assert events(company) == [("member_invited", detail)]


def test_page_never_shows_the_link_that_only_the_mail_may_hold(
    member_client: Client, company: Company
) -> None:
    page = invite(member_client, company, "nia@example.com")

    link = members.invitation_link(Invitation.objects.get())
    assert link.rsplit("/", 2)[-2] not in page
    assert "/invitations/" not in page.replace(url_of(company, "invitations/"), "")


@pytest.mark.parametrize(
    ("email", "role", "message"),
    [
        ("", "viewer", "This field is required."),
        ("nia", "viewer", "Enter a valid email address."),
        ("MIA@example.com", "viewer", "This person is a member already."),
        ("nia@example.com", "king", "Select a valid choice."),
        ("n" * 250 + "@example.com", "viewer", "at most 254 characters"),
        ("nia\0@example.com", "viewer", "Null characters are not allowed."),
    ],
)
def test_bad_invitation_is_refused_beside_the_field_and_kept(
    member_client: Client, company: Company, email: str, role: str, message: str
) -> None:
    page = member_client.post(url_of(company), {"email": email, "role": role})

    assert page.status_code == 200
    assert message in page.text
    assert "aria-invalid" in page.text
    assert f'value="{email}"' in page.text or not email
    assert not Invitation.objects.exists()


def test_inviting_again_withdraws_the_earlier_invitation(
    member_client: Client, company: Company
) -> None:
    invite(member_client, company, "nia@example.com")
    invite(member_client, company, "NIA@example.com", "viewer")

    (earlier, later) = Invitation.objects.order_by("pk")
    assert earlier.withdrawn_at
    assert (later.withdrawn_at, later.role) == (None, "viewer")
    kinds = [kind for kind, _detail in events(company)]
    assert kinds == ["member_invited", "invitation_withdrawn", "member_invited"]


def test_fifty_invitations_may_be_open_and_a_withdrawn_one_makes_room(
    member_client: Client, company: Company
) -> None:
    for number in range(50):
        members.invite(company, f"n{number}@example.com", Role.VIEWER, by=NOBODY)

    refused = invite(member_client, company, "nia@example.com")
    first = Invitation.objects.earliest("pk")
    member_client.post(url_of(company, f"invitations/{first.pk}/withdraw/"))
    invited = invite(member_client, company, "nia@example.com")

    assert "More than 50 invitations" in refused
    assert "nia@example.com is invited" in invited


def test_no_company_sends_more_than_a_hundred_invitations_a_day(
    member_client: Client, company: Company
) -> None:
    for number in range(100):
        sent = members.invite(company, f"n{number}@example.com", Role.VIEWER, by=NOBODY)
        members.withdraw(sent, by=NOBODY)

    today = invite(member_client, company, "nia@example.com")
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        tomorrow = invite(signed_in(User.objects.get()), company, "nia@example.com")

    assert "wait until tomorrow" in today
    assert "nia@example.com is invited" in tomorrow


def test_nobody_sends_more_than_a_hundred_invitations_a_day_over_all_companies(
    member_client: Client, member: User, company: Company
) -> None:
    for name in ("Second Ltd", "Third Ltd"):
        other = members.create_company(name, by=Actor(member))
        for number in range(50):
            members.invite(other, f"n{number}@example.com", Role.VIEWER, by=Actor(member))
    ada = signed_in(member_of(company, "ada"))

    today = invite(member_client, company, "nia@example.com")
    by_another = invite(ada, company, "nia@example.com")
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        tomorrow = invite(signed_in(member), company, "zoe@example.com")

    assert "You invited 100 people within a day. Wait until tomorrow." in today
    assert "aria-invalid" in today
    assert "nia@example.com is invited" in by_another
    assert "zoe@example.com is invited" in tomorrow


def test_no_address_gets_more_than_five_invitations_a_day_whoever_sends_them(
    member_client: Client, member: User, company: Company
) -> None:
    for number in range(5):
        other = Company.objects.create(name=f"Company {number}")
        owner = Actor(member_of(other, f"owner{number}"))
        members.invite(other, "Nia@example.com", Role.VIEWER, by=owner)

    today = invite(member_client, company, "NIA@example.com")
    another = invite(member_client, company, "zoe@example.com")
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        tomorrow = invite(signed_in(member), company, "nia@example.com")

    assert "This address was invited too often today. Wait until tomorrow." in today
    assert "aria-invalid" in today
    assert "zoe@example.com is invited" in another
    assert "nia@example.com is invited" in tomorrow


def test_withdrawing_twice_is_recorded_once(member_client: Client, company: Company) -> None:
    invitation = members.invite(company, "nia@example.com", Role.VIEWER, by=NOBODY)
    url = url_of(company, f"invitations/{invitation.pk}/withdraw/")

    first = member_client.post(url, follow=True).text
    second = member_client.post(url, follow=True).text

    assert "no longer invited" in first
    assert "was no longer open" in second
    assert [kind for kind, _detail in events(company)].count("invitation_withdrawn") == 1
