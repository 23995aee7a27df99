"""My Account > Language and time zone, and what is for programs."""

import re

from django.contrib.auth.models import User
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from admin_portal.preferences.models import Preferences
from api_keys.commerce_account.models import Company, Role
from api_keys.commerce_account.sending import send_due
from api_keys.contract import CHECK_PATH
from tests.api_keys.commerce_account.conftest import member_of, new_key

URL = "/my-account/language/"
JAPANESE = re.compile("[ぁ-ん]")


def is_japanese(message: EmailMessage) -> tuple[bool, bool]:
    """Tell it of the subject and of the body."""
    return bool(JAPANESE.search(str(message.subject))), bool(JAPANESE.search(str(message.body)))


def test_choice_is_saved_and_the_page_comes_back_in_it(member_client: Client, member: User) -> None:
    chosen = {"language": "ja", "time_zone": "Asia/Tokyo"}

    response = member_client.post(URL, chosen, follow=True)

    saved = Preferences.objects.get(user=member)
    assert (saved.language, saved.time_zone) == ("ja", "Asia/Tokyo")
    assert '<html lang="ja">' in response.text
    assert "notice-success" in response.text


def test_what_is_not_offered_is_refused_beside_its_field(member_client: Client) -> None:
    response = member_client.post(URL, {"language": "tlh"})

    assert response.status_code == 200
    assert not Preferences.objects.exists()
    assert "tlh" in response.text


def test_page_is_only_for_who_is_signed_in(client: Client, db: None) -> None:
    response = client.get(URL)

    assert response.status_code == 302


def test_navigation_leads_there(member_client: Client) -> None:
    page = member_client.get(URL)

    assert f'<a href="{URL}" aria-current="page">' in page.text


def test_programs_hear_english_whatever_they_ask_for(client: Client, db: None) -> None:
    response = client.get(CHECK_PATH, headers={"Accept-Language": "ja"})

    assert response.json()["title"] == "No key was sent"
    assert "Content-Language" not in response.headers
    assert "Accept-Language" not in response.headers.get("Vary", "")


def test_e_mail_of_a_job_is_in_each_recipients_language(company: Company, member: User) -> None:
    member_of(company, "dev", Role.DEVELOPER)
    Preferences.objects.create(user=member, language="ja", time_zone="Asia/Tokyo")
    new_key(company)

    send_due(timezone.now())

    languages = {message.to[0]: is_japanese(message) for message in mail.outbox}
    assert languages == {"dev@example.com": (False, False), "mia@example.com": (True, True)}
    (to_mia,) = (message for message in mail.outbox if message.to == ["mia@example.com"])
    assert " JST" in str(to_mia.body)


def test_invitation_of_a_stranger_is_in_the_language_of_who_invites(
    member_client: Client, company: Company
) -> None:
    member_client.post(
        f"/my-account/{company.pk}/members/",
        {"email": "new@example.com", "role": "viewer"},
        headers={"Accept-Language": "ja"},
    )

    send_due(timezone.now())

    (message,) = mail.outbox
    assert is_japanese(message) == (True, True)


def test_link_for_a_new_password_is_in_its_readers_language_not_in_that_of_who_asked(
    client: Client, member: User
) -> None:
    Preferences.objects.create(user=member, language="ja")

    page = client.post("/forgot-password/", {"email": member.email}, follow=True)

    (message,) = mail.outbox
    assert is_japanese(message) == (True, True)
    assert '<html lang="en">' in page.text
