"""My Account > Members: inviting, changing roles, removing and leaving."""

import re
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from admin_portal.actors import NOBODY, Actor
from api_keys.commerce_account import members
from api_keys.commerce_account.models import Company, Event, Invitation, IssuedKey, Membership, Role
from tests.api_keys.commerce_account.conftest import member_of, signed_in
from tests.concurrency import at_once


def url_of(company: Company, action: str = "") -> str:
    return f"/my-account/{company.pk}/members/{action}"


def membership_of(user: User) -> Membership:
    return Membership.objects.get(user=user)


def invite(client: Client, company: Company, email: str, role: str = "developer") -> str:
    return client.post(url_of(company), {"email": email, "role": role}, follow=True).text


def events(company: Company) -> list[tuple[str, object]]:
    found = Event.objects.filter(company=company).exclude(kind=Event.Kind.SIGNED_IN)
    return [(event.kind, event.detail) for event in found.order_by("pk")]


def test_every_member_sees_who_belongs_to_the_company(company: Company, member: User) -> None:
    viewer = signed_in(member_of(company, "vic", Role.VIEWER))

    page = viewer.get(url_of(company)).text

    assert "mia@example.com" in page
    assert "Owner" in page


@pytest.mark.parametrize("role", [Role.DEVELOPER, Role.VIEWER])
def test_others_than_owners_get_no_buttons_but_to_leave(
    company: Company, member: User, role: Role
) -> None:
    invitation = members.invite(company, "nia@example.com", Role.VIEWER, by=NOBODY)
    client = signed_in(member_of(company, "dan", role))

    page = client.get(url_of(company)).text

    assert invitation.email in page
    assert url_of(company, "leave/") in page
    for action in ("Invite</button>", "Change</button>", "Withdraw</button>", "Remove</a>"):
        assert action not in page


def test_owner_changes_a_role_and_it_counts_from_the_next_click_on(
    member_client: Client, company: Company
) -> None:
    dan = member_of(company, "dan", Role.DEVELOPER)
    at_work = signed_in(dan)

    page = member_client.post(
        url_of(company, f"{membership_of(dan).pk}/role/"), {"role": "viewer"}, follow=True
    )

    assert "dan@example.com is now: Viewer." in page.text
    assert at_work.post(f"/my-account/{company.pk}/api-portal/").status_code == 403
    detail = {"email": "dan@example.com", "old": "developer", "new": "viewer"}
    assert events(company) == [("role_changed", detail)]


def test_same_role_again_is_no_event(member_client: Client, company: Company) -> None:
    dan = member_of(company, "dan", Role.DEVELOPER)

    member_client.post(url_of(company, f"{membership_of(dan).pk}/role/"), {"role": "developer"})

    assert events(company) == []


def test_removed_member_is_out_at_once_and_the_keys_stay(
    member_client: Client, company: Company
) -> None:
    dan = member_of(company, "dan", Role.DEVELOPER)
    at_work = signed_in(dan)
    at_work.post(
        f"/my-account/{company.pk}/api-portal/",
        {
            "description": "Dan's",
            "environment": "production",
            "expires": "365",
            "token": "ab5c4a1e-2f0a-4f54-8d56-8c6f4f1c0b5d",
        },
    )
    url = url_of(company, f"{membership_of(dan).pk}/remove/")

    question = member_client.get(url).text
    done = member_client.post(url, follow=True).text

    assert "Remove dan@example.com?" in question
    assert "dan@example.com was removed" in done
    assert at_work.get(f"/my-account/{company.pk}/api-portal/").status_code == 404
    key = IssuedKey.objects.get()
    assert (key.created_by, key.revoked_at) == (dan, None)
    assert events(company)[-1] == (
        "member_removed",
        {"email": "dan@example.com", "role": "developer"},
    )


def test_member_leaves_by_the_question_and_goes_on_to_another_company(
    company: Company, member: User
) -> None:
    dan = member_of(company, "dan", Role.VIEWER)
    other = members.create_company("Other Ltd", by=Actor(dan))
    client = signed_in(dan)

    question = client.get(url_of(company, "leave/")).text
    done = client.post(url_of(company, "leave/"), follow=True)

    assert "sees nothing" in question or "see nothing" in question
    assert "You left Acme Outdoor." in done.text
    assert done.redirect_chain[-1][0] == f"/my-account/{other.pk}/api-portal/"
    assert events(company) == [("member_left", {"email": "dan@example.com", "role": "viewer"})]


@pytest.mark.parametrize("action", ["remove/", "role/", "leave/"])
def test_who_is_no_longer_an_owner_leaves_no_invitation_open_to_come_back_by(
    member_client: Client, company: Company, action: str
) -> None:
    ada = member_of(company, "ada")
    adas_client = signed_in(ada)
    invite(adas_client, company, "ada.at.home@example.com", "owner")
    invite(member_client, company, "nia@example.com")
    by_ada = Invitation.objects.get(email="ada.at.home@example.com")
    link = urlsplit(members.invitation_link(by_ada)).path
    her_other_account = signed_in(
        User.objects.create_user("home", "ada.at.home@example.com", "home's own password")
    )

    match action:
        case "leave/":
            adas_client.post(url_of(company, action))
        case _:
            url = url_of(company, f"{membership_of(ada).pk}/{action}")
            member_client.post(url, {"role": "developer"})
    page = her_other_account.post(link)

    assert "It was withdrawn" in page.text
    assert not Membership.objects.filter(user__username="home").exists()
    detail = {"email": "ada.at.home@example.com", "role": "owner"}
    assert events(company)[-1] == ("invitation_withdrawn", detail)
    open_still = members.open_invitations(company, timezone.now())
    assert [invitation.email for invitation in open_still] == ["nia@example.com"]


def test_developer_who_becomes_a_viewer_withdraws_nobody_s_invitation(
    member_client: Client, company: Company
) -> None:
    dan = membership_of(member_of(company, "dan", Role.DEVELOPER))
    invite(member_client, company, "nia@example.com")

    member_client.post(url_of(company, f"{dan.pk}/role/"), {"role": "viewer"})

    assert members.open_invitations(company, timezone.now()).count() == 1


def test_owner_who_was_just_put_out_changes_nothing(company: Company, member: User) -> None:
    other = member_of(company, "oda")
    dan = membership_of(member_of(company, "dan", Role.VIEWER))
    members.remove(membership_of(member), by=Actor(other))

    for change in (
        lambda: members.change_role(dan, Role.OWNER, by=Actor(member)),
        lambda: members.remove(dan, by=Actor(member)),
        lambda: members.invite(company, "nia@example.com", Role.OWNER, by=Actor(member)),
    ):
        with pytest.raises(members.Refused, match="NOT_AN_OWNER"):
            change()

    dan.refresh_from_db()
    assert dan.role == Role.VIEWER
    assert not Invitation.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["change_role", "remove", "leave"])
def test_two_owners_never_put_each_other_out_at_the_same_moment(
    verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = Company.objects.create(name="Acme Outdoor")
    owners = [membership_of(member_of(company, name)) for name in ("ada", "ben")]
    told = []
    both_have_looked = Barrier(2)
    look = members.is_last_owner

    def look_and_wait(membership: Membership) -> bool:
        is_last = look(membership)
        with suppress(BrokenBarrierError):  # who may look has the other one wait outside
            both_have_looked.wait(timeout=0.5)
        return is_last

    monkeypatch.setattr(members, "is_last_owner", look_and_wait)

    def act(index: int) -> None:
        mine, theirs = owners[index], owners[1 - index]
        try:
            match verb:
                case "change_role":
                    members.change_role(theirs, Role.VIEWER, by=Actor(mine.user))
                case "remove":
                    members.remove(theirs, by=Actor(mine.user))
                case "leave":
                    members.leave(mine, by=Actor(mine.user))
        except members.Refused as refused:
            told.append(refused.refusal)

    at_once(act, 2)

    assert Membership.objects.filter(company=company, role=Role.OWNER).count() == 1
    assert len(told) == 1


@pytest.mark.parametrize("action", ["role/", "remove/"])
def test_member_of_another_company_is_no_page_at_all(
    stranger_client: Client, member: User, action: str
) -> None:
    own = Company.objects.get(name="Elsewhere")
    foreign = membership_of(member).pk

    for method in (stranger_client.get, stranger_client.post):
        found = method(url_of(own, f"{foreign}/{action}"))
        missing = method(url_of(own, f"999999/{action}"))
        assert (found.status_code, found.content) == (404, missing.content)


@pytest.mark.parametrize("action", ["", "role/", "remove/", "withdraw/", "leave/"])
def test_old_proof_has_to_be_renewed_before_anything_about_members_changes(
    member_client: Client, company: Company, settings: Settings, action: str
) -> None:
    dan = membership_of(member_of(company, "dan"))
    invitation = members.invite(company, "eve@example.com", Role.VIEWER, by=NOBODY)
    places = {"": "", "leave/": "leave/", "withdraw/": f"invitations/{invitation.pk}/withdraw/"}
    url = url_of(company, places.get(action, f"{dan.pk}/{action}"))
    before = events(company)

    with time_machine.travel(timezone.now() + timedelta(seconds=settings.STEP_UP_SECONDS + 1)):
        asked = member_client.post(url, {"email": "nia@example.com", "role": "viewer"})

    assert asked.status_code == 302
    assert parse_qs(urlsplit(asked["Location"]).query)["next"] == [url]
    assert events(company) == before


def test_queries_do_not_grow_with_the_members(
    member_client: Client, company: Company, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        member_of(company, f"m{number}", Role.VIEWER)

    member_client.get(url_of(company))

    with django_assert_max_num_queries(10):
        member_client.get(url_of(company))


def test_owners_alone_see_who_signs_in_by_two_steps(
    member_client: Client, member: User, company: Company
) -> None:
    dan = signed_in(member_of(company, "dan", Role.DEVELOPER))
    Authenticator.objects.create(user=member, type=Authenticator.Type.TOTP, data={})
    off = Authenticator.Type.RECOVERY_CODES
    Authenticator.objects.create(user=User.objects.get(username="dan"), type=off, data={})

    seen = member_client.get(url_of(company)).text

    assert re.findall(r'data-label="Two-step">(\w+)', seen) == ["on", "off"]
    assert "Two-step" not in dan.get(url_of(company)).text
