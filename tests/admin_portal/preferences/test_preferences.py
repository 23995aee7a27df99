"""In which language, and by which clock, both sites answer."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone, translation

from admin_portal.csv_files import csv_answer
from admin_portal.periods import in_period
from admin_portal.preferences.choosing import in_words_for, in_words_for_address, time_zones
from admin_portal.preferences.forms import PreferencesForm
from admin_portal.preferences.instants import instant
from admin_portal.preferences.models import Preferences

pytestmark = pytest.mark.postgresql

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def language_of(response: Any) -> str:
    language: str = response.headers["Content-Language"]
    assert f'<html lang="{language}">' in response.text
    return language


@pytest.mark.parametrize(
    ("asked_for", "given"),
    [
        ("ja", "ja"),
        ("ja-JP,en;q=0.8", "ja"),
        ("en-GB,ja;q=0.5", "en"),
        ("fr,ja;q=0.1", "ja"),
        ("fr", "en"),
        ("*", "en"),
        ("../../etc", "en"),
        ("", "en"),
    ],
)
def test_before_signing_in_the_browser_chooses(db: None, asked_for: str, given: str) -> None:
    response = Client().get("/sign-in/", headers={"Accept-Language": asked_for})

    assert language_of(response) == given
    assert "Accept-Language" in response.headers["Vary"]


def test_choice_on_the_sign_in_page_goes_before_the_browser_and_is_kept(db: None) -> None:
    client = Client(headers={"Accept-Language": "en"})

    page = client.get("/sign-in/?next=/notifications/")
    chosen = client.get("/sign-in/?next=/notifications/&language=ja")
    later = client.get("/sign-in/")

    assert 'href="?next=%2Fnotifications%2F&amp;language=ja" lang="ja"' in page.text
    assert language_of(chosen) == language_of(later) == "ja"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME]["httponly"]


def test_unknown_choice_is_none(db: None) -> None:
    client = Client()

    response = client.get("/sign-in/?language=tlh")

    assert language_of(response) == "en"
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies


def test_preference_goes_before_everything_else(admin_client: Client, administrator: User) -> None:
    Preferences.objects.create(user=administrator, language="ja")

    response = admin_client.get("/notifications/?language=en", headers={"Accept-Language": "en"})

    assert language_of(response) == "ja"


def test_without_a_preference_the_browser_chooses_for_who_is_signed_in(
    admin_client: Client,
) -> None:
    assert (
        language_of(admin_client.get("/notifications/", headers={"Accept-Language": "ja"})) == "ja"
    )


def test_a_preference_for_a_language_that_is_gone_does_no_harm(
    admin_client: Client, administrator: User
) -> None:
    Preferences.objects.create(user=administrator, language="tlh", time_zone="Mars/Olympus")

    response = admin_client.get("/notifications/", headers={"Accept-Language": "ja"})

    assert language_of(response) == "ja"


def test_nothing_of_a_request_is_left_for_the_next(
    admin_client: Client, administrator: User
) -> None:
    Preferences.objects.create(user=administrator, language="ja", time_zone="Asia/Tokyo")

    admin_client.get("/notifications/")

    assert translation.get_language() == "en"
    assert timezone.get_current_timezone_name() == "UTC"


def test_error_pages_are_in_the_visitors_language(admin_client: Client) -> None:
    response = admin_client.get("/no/such/page/", headers={"Accept-Language": "ja"})

    assert response.status_code == 404
    assert language_of(response) == "ja"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("", "Jan. 31, 2026, noon UTC"),
        ("UTC", "Jan. 31, 2026, noon UTC"),
        ("Asia/Tokyo", "Jan. 31, 2026, 9 p.m. JST"),
        ("Europe/Vienna", "Jan. 31, 2026, 1 p.m. CET"),
        ("America/Sao_Paulo", "Jan. 31, 2026, 9 a.m. UTC-03"),
    ],
)
def test_instants_name_their_clock(db: None, zone: str, shown: str) -> None:
    user = User.objects.create_user("ada")
    Preferences.objects.create(user=user, time_zone=zone)

    with in_words_for(user):
        assert instant(NOON) == shown


def test_instants_in_japanese(db: None) -> None:
    user = User.objects.create_user("ada")
    Preferences.objects.create(user=user, language="ja", time_zone="Asia/Tokyo")

    with in_words_for(user):
        assert instant(NOON) == "2026年1月31日 21:00 JST"


def test_days_of_a_filter_are_the_readers(db: None) -> None:
    ada = User.objects.create_user("ada", last_login=datetime(2026, 1, 30, 15, 0, tzinfo=UTC))
    Preferences.objects.create(user=ada, time_zone="Asia/Tokyo")
    day = {"since": date(2026, 1, 31), "until": date(2026, 1, 31)}

    with in_words_for(ada):
        in_tokyo = User.objects.filter(in_period("last_login", day))

    assert list(in_tokyo) == [ada]
    assert not User.objects.filter(in_period("last_login", day)).exists()


def test_e_mail_speaks_its_readers_language(db: None) -> None:
    ada = User.objects.create_user("ada", "Ada@example.com")
    Preferences.objects.create(user=ada, language="ja")
    User.objects.create_user("bob", "bob@example.com")

    with (
        in_words_for_address("ada@example.com", otherwise="en") as ada_reads,
        in_words_for_address("bob@example.com", otherwise="ja") as bob_reads,
        in_words_for_address("who@example.com", otherwise="ja") as somebody_reads,
        in_words_for_address("who@example.com") as nobody_asked,
    ):
        read = (ada_reads, bob_reads, somebody_reads, nobody_asked)

    assert read == ("ja", "ja", "ja", "en")


def test_csv_is_written_in_the_language_of_who_asked() -> None:
    with translation.override("ja"):
        answer = csv_answer("a.csv", [], ([str(translation.get_language())] for _row in (1,)))

    assert '"ja"' in answer.getvalue().decode()


def test_form_offers_the_browsers_language_and_the_sites_clock_first(db: None) -> None:
    form = PreferencesForm(instance=Preferences(user=User.objects.create_user("ada")))

    html = form.as_p()

    assert html.index("As the browser asks") < html.index("English") < html.index("日本語")
    assert html.index("As the site: UTC") < html.index("Asia/Tokyo")


def test_form_saves_a_choice_and_takes_it_back(db: None) -> None:
    user = User.objects.create_user("ada")

    for chosen in (
        {"language": "ja", "time_zone": "Asia/Tokyo"},
        {"language": "", "time_zone": ""},
    ):
        form = PreferencesForm(
            chosen, instance=Preferences.objects.filter(user=user).first() or Preferences(user=user)
        )
        assert form.is_valid()
        form.save()
        saved = Preferences.objects.get(user=user)
        assert {"language": saved.language, "time_zone": saved.time_zone} == chosen


@pytest.mark.parametrize("sent", [{"language": "tlh"}, {"time_zone": "Mars/Olympus"}])
def test_form_refuses_what_it_did_not_offer(db: None, sent: dict[str, str]) -> None:
    form = PreferencesForm(sent, instance=Preferences(user=User.objects.create_user("ada")))

    assert not form.is_valid()


def test_time_zones_are_those_of_places() -> None:
    assert {"UTC", "Asia/Tokyo", "America/New_York"} <= set(time_zones())
    assert not {"EST", "Etc/GMT+9", "posixrules", "Japan"} & set(time_zones())
