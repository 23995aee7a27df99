"""My Account > Language and time zone, and what is for programs."""

from django.contrib.auth.models import User
from django.test import Client

from admin_portal.preferences.models import Preferences
from api_keys.contract import CHECK_PATH

URL = "/my-account/language/"


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
