"""How long one stays signed in, and where one is."""

from collections.abc import Iterator

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from admin_portal.preferences.models import Preferences
from admin_portal.sign_in.session_store import SessionStore
from api_keys.commerce_account.models import Company
from tests.api_keys.commerce_account.conftest import member_of
from tests.api_keys.commerce_account.people import PASSWORD, is_signed_in, sign_in

SESSIONS = "/my-account/sessions/"
PREFERENCES = "/my-account/language/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-03-01 08:00", tick=False) as clock:
        yield clock


def test_signing_in_makes_a_new_session(client: Client, member: User) -> None:
    client.post("/sign-in/", {"login": "", "password": ""})
    planted = client.session
    planted["planted"] = True
    planted.save()
    client.cookies["account_session"] = planted.session_key or ""

    sign_in(client)

    attacker = Client()
    attacker.cookies["account_session"] = planted.session_key or ""
    assert client.cookies["account_session"].value != planted.session_key
    assert is_signed_in(client)
    assert not is_signed_in(attacker)


def test_an_hour_without_a_request_ends_the_session(
    client: Client, member: User, clock: time_machine.Traveller
) -> None:
    sign_in(client)

    clock.shift(59 * 60)
    in_time = is_signed_in(client)
    clock.shift(60 * 60 + 1)

    assert in_time
    assert not is_signed_in(client)


def test_twelve_hours_end_the_session_of_the_busiest(
    client: Client, member: User, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    before = []
    for _half_hour in range(23):
        clock.shift(30 * 60)
        before.append(is_signed_in(client))

    clock.shift(30 * 60)

    assert all(before)
    assert not is_signed_in(client)
    assert not Session.objects.exists()


def test_session_is_written_once_a_minute_at_most(
    client: Client,
    member: User,
    clock: time_machine.Traveller,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    sign_in(client)
    client.get("/sign-out/")

    clock.shift(30)
    with django_assert_num_queries(1) as queries:  # the session with its user and their language
        client.get("/sign-out/")

    assert all(query["sql"].startswith("SELECT") for query in queries)


def test_session_is_whose_it_says_whatever_the_list_of_sessions_says(
    client: Client, member: User, company: Company
) -> None:
    sign_in(client)
    UserSession.objects.update(user=member_of(company, "ben"))
    User.objects.update(password=member.password)
    by_the_list_ben_s = client.get(PREFERENCES)
    UserSession.objects.all().delete()
    in_no_list = client.get(PREFERENCES)

    for page in (by_the_list_ben_s, in_no_list):
        assert page.context["user"] == member


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"password": "another's hash"}], ids=["inactive", "password"]
)
def test_what_changes_about_the_user_counts_at_once(
    client: Client, member: User, change: dict[str, object]
) -> None:
    sign_in(client)

    User.objects.update(**change)

    assert not is_signed_in(client)


def test_key_of_no_session_is_not_taken_over(db: None) -> None:
    planted = SessionStore("a-key-of-the-visitor-s-own-choice")

    planted["note"] = "kept"
    planted.save()

    assert planted.session_key != "a-key-of-the-visitor-s-own-choice"
    assert Session.objects.get().session_key == planted.session_key


def test_session_that_has_expired_counts_no_more(client: Client, member: User) -> None:
    sign_in(client)

    Session.objects.update(expire_date=timezone.now())

    assert not is_signed_in(client)


def test_session_of_a_way_in_that_is_gone_counts_no_more(
    client: Client, member: User, settings: Settings
) -> None:
    sign_in(client)

    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]

    assert not is_signed_in(client)


def test_session_that_was_deleted_does_not_come_back(client: Client, member: User) -> None:
    sign_in(client)

    Session.objects.all().delete()

    assert not is_signed_in(client)
    assert not Session.objects.filter(session_key=client.cookies["account_session"].value).exists()


def test_preferences_read_along_are_those_that_were_saved(client: Client, member: User) -> None:
    sign_in(client)
    before = client.get(PREFERENCES).context["user"].preferences
    client.post(PREFERENCES, {"language": "ja", "time_zone": "Asia/Tokyo"})

    after = client.get(PREFERENCES)

    assert (before.language, before.time_zone) == ("", "")
    assert after["Content-Language"] == "ja"
    assert after.context["user"].preferences == Preferences.objects.get(user=member)
    assert not after.context["user"].preferences._state.adding


def test_signing_out_ends_the_session_on_the_server(client: Client, member: User) -> None:
    sign_in(client)
    thief = Client()
    thief.cookies["account_session"] = client.cookies["account_session"].value

    client.post("/sign-out/")

    assert not is_signed_in(thief)


def test_cookie_ends_with_the_browser(client: Client, member: User) -> None:
    sign_in(client)

    assert client.cookies["account_session"]["max-age"] == ""


def test_changed_password_ends_all_other_sessions(client: Client, member: User) -> None:
    elsewhere = Client()
    sign_in(elsewhere)
    sign_in(client)

    client.post(
        "/my-account/security/password/",
        {
            "oldpassword": PASSWORD,
            "password1": "a new long phrase",
            "password2": "a new long phrase",
        },
    )

    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_account_that_is_switched_off_is_signed_out_everywhere(
    client: Client, member: User
) -> None:
    sign_in(client)

    member.is_active = False
    member.save()

    assert not is_signed_in(client)
    assert sign_in(client).redirect_chain == [("/inactive/", 302)]


def test_list_shows_where_one_is_signed_in(client: Client, member: User) -> None:
    sign_in(Client(REMOTE_ADDR="198.51.100.9", HTTP_USER_AGENT=FIREFOX))
    sign_in(client)

    page = client.get(SESSIONS)

    assert "Firefox on Linux" in page.text
    assert "198.51.100.9" in page.text
    assert page.text.count("this one") == 1


def test_others_are_signed_out_and_this_one_stays(client: Client, member: User) -> None:
    elsewhere = Client()
    sign_in(elsewhere)
    sign_in(client)

    page = client.post(SESSIONS, follow=True)

    assert "The other sessions are signed out." in page.text
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert "Sign out the others" not in page.text


def test_nobody_else_s_sessions_are_listed_or_ended(
    client: Client, member: User, stranger_client: Client
) -> None:
    sam = Client(REMOTE_ADDR="203.0.113.4")
    sign_in(sam, "sam@example.com", "sam's own password")
    sign_in(client)

    page = client.post(SESSIONS, follow=True)

    assert "203.0.113.4" not in page.text
    assert is_signed_in(sam)


def test_pages_of_a_signed_in_person_are_kept_by_no_cache(client: Client, member: User) -> None:
    sign_in(client)

    assert "no-store" in client.get(SESSIONS)["Cache-Control"]
