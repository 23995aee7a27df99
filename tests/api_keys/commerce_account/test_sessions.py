"""How long one stays signed in, and where one is."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.api_keys.commerce_account.people import PASSWORD, is_signed_in, sign_in

SESSIONS = "/my-account/sessions/"
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
    with django_assert_num_queries(3) as queries:  # the session, the user, and their language
        client.get("/sign-out/")

    assert all(query["sql"].startswith("SELECT") for query in queries)


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
