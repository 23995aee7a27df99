"""Who is told by e-mail who came into a company, and who owns it."""

from django.contrib.auth.models import User
from django.test import Client

from api_keys.commerce_account.members import invitation_link
from api_keys.commerce_account.models import (
    Company,
    Invitation,
    Membership,
)
from tests.api_keys.commerce_account.conftest import member_of, signed_in
from tests.api_keys.commerce_account.notices import DEVELOPER, OWNER, recipients, sent


def test_who_joins_is_told_to_the_owners_alone(
    people: dict[str, User], member_client: Client, company: Company
) -> None:
    other = member_of(company, "ada")
    url = f"/my-account/{company.pk}/members/"
    member_client.post(url, {"email": "nia@example.com", "role": "owner"})
    sent()
    nia = User.objects.create_user("nia", "nia@example.com", "nia's own password")
    link = invitation_link(Invitation.objects.get()).removeprefix("http://127.0.0.1:8001")
    signed_in(nia).post(link)

    to_ada, to_mia = (message for message in sent() if "joined" in message.subject)

    assert (to_ada.to, to_mia.to) == ([other.email], [OWNER])
    assert to_mia.subject == "Somebody joined your company"
    for words in ("Acme Outdoor", "Who: nia@example.com, Owner\n", "127.0.0.1", url, "password"):
        assert words in to_mia.body


def test_new_owner_is_told_to_all_other_owners_even_the_one_who_did_it(
    people: dict[str, User], member_client: Client, company: Company
) -> None:
    member_of(company, "ada")
    dev = Membership.objects.get(user=people[DEVELOPER])
    url = f"/my-account/{company.pk}/members/"
    sent()

    member_client.post(f"{url}{dev.pk}/role/", {"role": "owner"})

    to_ada, to_mia = sent()
    assert (to_ada.to, to_mia.to) == (["ada@example.com"], [OWNER])
    assert to_ada.subject == "Your company has a new owner"
    for words in ("dev@example.com: from Developer to Owner\n", f"By: {OWNER}\n", url):
        assert words in to_ada.body


def test_other_roles_are_given_without_a_word(
    people: dict[str, User], member_client: Client, company: Company
) -> None:
    dev = Membership.objects.get(user=people[DEVELOPER])
    sent()

    member_client.post(f"/my-account/{company.pk}/members/{dev.pk}/role/", {"role": "viewer"})

    assert recipients() == []


def test_owner_whom_the_new_owner_puts_out_before_the_mail_went_gets_it_nonetheless(
    people: dict[str, User], member_client: Client, company: Company
) -> None:
    dev = signed_in(people[DEVELOPER])
    url = f"/my-account/{company.pk}/members/"
    mine, devs = (Membership.objects.get(user=people[who]).pk for who in (OWNER, DEVELOPER))
    sent()

    member_client.post(f"{url}{devs}/role/", {"role": "owner"})
    dev.post(f"{url}{mine}/remove/")

    assert not Membership.objects.filter(pk=mine).exists()
    assert recipients() == [OWNER]
