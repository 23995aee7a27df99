"""Where the link in an invitation's mail leads, and who may accept."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from admin_portal.actors import NOBODY, Actor
from api_keys.commerce_account import members
from api_keys.commerce_account.models import Company, Event, Invitation, Membership, Role
from api_keys.commerce_account.sending import send_due
from tests.api_keys.commerce_account.conftest import signed_in

NEWCOMER = {
    "name": "Nia Newcomer",
    "email": "nia@example.com",
    "password1": "a long enough pass phrase",
}


@pytest.fixture
def invitation(company: Company, member: User) -> Invitation:
    return members.invite(company, "Nia@Example.com", Role.DEVELOPER, by=Actor(member))


def path_of(invitation: Invitation, settings: Settings) -> str:
    link = members.invitation_link(invitation)
    assert link.startswith(f"{settings.SITE_URL}/invitations/")
    return link.removeprefix(settings.SITE_URL)


@pytest.fixture
def path(invitation: Invitation, settings: Settings) -> str:
    return path_of(invitation, settings)


@pytest.fixture
def nia(db: None) -> User:
    return User.objects.create_user("nia", "nia@example.com", "nia's own password")


def sign_up_url(path: str) -> str:
    return f"/create-an-account/?next={path}"


def test_signed_out_the_link_says_what_it_is_and_leads_on(client: Client, path: str) -> None:
    page = client.get(path).text

    assert "Acme Outdoor" in page
    assert "Developer" in page
    assert sign_up_url(path) in page
    assert f"/sign-in/?next={path}" in page


def test_looking_at_the_link_accepts_nothing(client: Client, nia: User, path: str) -> None:
    client.get(path)
    client.head(path)
    client.post(path)
    signed_in(nia).get(path)

    assert not Membership.objects.filter(user=nia).exists()
    assert Invitation.objects.get().accepted_at is None


def test_invited_account_accepts_whatever_the_case_of_its_address(
    nia: User, path: str, company: Company
) -> None:
    page = signed_in(nia).post(path, follow=True)

    assert page.redirect_chain == [(f"/my-account/{company.pk}/api-portal/", 302)]
    assert "You are now a member of Acme Outdoor." in page.text
    assert Membership.objects.get(user=nia).role == Role.DEVELOPER
    joined = Event.objects.get(kind=Event.Kind.MEMBER_JOINED)
    assert (joined.actor, joined.detail["role"]) == (nia, "developer")


def test_accepted_link_leads_its_member_into_the_company_and_nobody_else(
    client: Client, nia: User, path: str, company: Company
) -> None:
    newcomer = signed_in(nia)
    newcomer.post(path)

    again = newcomer.get(path)
    others = client.get(path)

    assert again["Location"] == f"/my-account/{company.pk}/api-portal/"
    assert (others.status_code, "works only once" in others.text) == (404, True)


def test_removed_member_does_not_come_back_by_the_same_link(
    nia: User, path: str, member: User
) -> None:
    newcomer = signed_in(nia)
    newcomer.post(path)
    members.remove(Membership.objects.get(user=nia), by=Actor(member))

    page = newcomer.post(path)

    assert "works only once" in page.text
    assert not Membership.objects.filter(user=nia).exists()


def test_another_account_is_told_whose_invitation_it_is_and_how_to_change_over(
    stranger_client: Client, path: str
) -> None:
    seen = stranger_client.get(path).text
    refused = stranger_client.post(path)
    out = stranger_client.post("/sign-out/", {"next": path})

    assert "nia@example.com" in seen
    assert "You are signed in as sam@example.com" in seen
    assert "Accept" not in seen
    assert refused.status_code == 200
    assert Membership.objects.filter(user__username="sam").count() == 1
    assert out["Location"] == path


def test_link_is_dead_after_seven_days(
    client: Client, nia: User, path: str, invitation: Invitation
) -> None:
    last = invitation.expires_at - timedelta(seconds=1)
    with time_machine.travel(last, tick=False):
        in_time = client.get(path)
    with time_machine.travel(invitation.expires_at, tick=False):
        late = client.get(path)
        signed_in(nia).post(path)

    assert "You are invited" in in_time.text
    assert "worked for 7 days" in late.text
    assert not Membership.objects.filter(user=nia).exists()


def test_withdrawn_link_is_dead(nia: User, path: str, invitation: Invitation) -> None:
    members.withdraw(invitation, by=NOBODY)

    page = signed_in(nia).post(path)

    assert "It was withdrawn" in page.text
    assert not Membership.objects.filter(user=nia).exists()


@pytest.mark.parametrize("token", ["x", "1", "1.x", "1." + "A" * 43, "a" * 2000, "%00"])
def test_forged_link_is_no_invitation(client: Client, path: str, token: str) -> None:
    page = client.get(f"/invitations/{token}/")

    assert page.status_code == 404
    assert "There is no such invitation" in page.text
    assert "Acme Outdoor" not in page.text


def test_link_of_another_purpose_is_no_invitation(client: Client, invitation: Invitation) -> None:
    token = Signer(sep=".").sign(str(invitation.pk))

    assert client.get(f"/invitations/{token}/").status_code == 404


def test_new_account_by_the_link_joins_without_a_company_of_its_own(
    client: Client, path: str, company: Company, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    form = client.get(sign_up_url(path)).text

    page = client.post(sign_up_url(path), {**NEWCOMER, "next": path}, follow=True)

    assert 'name="company"' not in form
    assert 'value="nia@example.com"' in form
    assert page.redirect_chain[-1][0] == f"/my-account/{company.pk}/api-portal/"
    user = User.objects.get(email="nia@example.com")
    assert [m.company for m in Membership.objects.filter(user=user)] == [company]
    assert user.emailaddress_set.get().verified
    assert Company.objects.count() == 1
    assert mail.outbox == []  # the link came by mail: there is nothing left to confirm


def test_other_address_than_the_invited_is_refused_beside_the_field(
    client: Client, path: str
) -> None:
    page = client.post(sign_up_url(path), {**NEWCOMER, "email": "eve@example.com", "next": path})

    assert "The invitation is for nia@example.com." in page.text
    assert not User.objects.filter(email="eve@example.com").exists()


def test_link_gives_the_invited_an_account_that_somebody_else_registered_for_the_address(
    client: Client, path: str, company: Company, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    somebody = {**NEWCOMER, "company": "Else Ltd", "password1": "a stranger's pass phrase"}
    Client().post("/create-an-account/", somebody)

    page = client.post(sign_up_url(path), {**NEWCOMER, "next": path}, follow=True)

    assert page.redirect_chain[-1][0] == f"/my-account/{company.pk}/api-portal/"
    user = User.objects.get(email="nia@example.com")
    assert user.check_password(NEWCOMER["password1"])
    assert user.emailaddress_set.get().verified
    assert Membership.objects.filter(user=user, company=company).exists()


def test_link_makes_no_second_account_of_a_confirmed_address(
    client: Client, path: str, nia: User, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    nia.emailaddress_set.create(email=nia.email, verified=True, primary=True)

    page = client.post(sign_up_url(path), {**NEWCOMER, "next": path})

    assert page["Location"] == "/confirm-email/"
    assert User.objects.filter(email="nia@example.com").get() == nia
    assert not Membership.objects.filter(user=nia).exists()
    assert "there is one already" in mail.outbox[0].body


@pytest.mark.parametrize("state", ["accepted_at", "withdrawn_at"])
def test_dead_link_makes_nobody_a_member_and_the_form_asks_for_a_company(
    client: Client, path: str, invitation: Invitation, state: str
) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(**{state: timezone.now()})

    form = client.get(sign_up_url(path)).text
    client.post(sign_up_url(path), {**NEWCOMER, "company": "Own Ltd", "next": path})

    assert 'name="company"' in form
    user = User.objects.get(email="nia@example.com")
    assert [company.name for company in user.companies.all()] == ["Own Ltd"]
    assert not user.emailaddress_set.get().verified


def test_invitation_withdrawn_while_one_signs_up_leaves_an_account_that_is_told_so(
    client: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(*args: object, **kwargs: object) -> None:
        raise members.Refused(members.Refusal.NOT_OPEN)

    monkeypatch.setattr(members, "accept", too_late)

    page = client.post(sign_up_url(path), {**NEWCOMER, "next": path}, follow=True)

    assert page.redirect_chain[-1][0] == path
    assert User.objects.filter(email="nia@example.com").exists()


def test_mail_says_who_invites_whereto_and_as_what(member_client: Client, company: Company) -> None:
    Company.objects.filter(pk=company.pk).update(name='Tom & “Sons” Ltd". Pay')
    form = {"email": "nia@example.com", "role": "developer"}
    member_client.post(f"/my-account/{company.pk}/members/", form)
    mail.outbox.clear()

    send_due(timezone.now())

    (message,) = (message for message in mail.outbox if message.to == ["nia@example.com"])
    link = members.invitation_link(Invitation.objects.get())
    assert message.subject == "You are invited to a company's Commerce account"
    assert "mia@example.com invites you" in message.body
    assert "of “Tom & 'Sons' Ltd'. Pay” in" in message.body
    assert "Developer" in message.body
    assert f"\n{link}\n" in message.body


def test_member_of_several_companies_accepts_another(
    company: Company, path: str, nia: User
) -> None:
    elsewhere = members.create_company("Elsewhere", by=Actor(nia))
    client = signed_in(nia)

    client.post(path)
    page = client.get(f"/my-account/{elsewhere.pk}/members/").text

    assert f'href="/my-account/{company.pk}/members/"' in page
