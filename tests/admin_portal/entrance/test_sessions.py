"""How long one stays signed in to the Admin, and what ends a session."""

import re

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from admin_portal.action_log.actions import Action
from admin_portal.action_log.models import ActionRecord
from admin_portal.entrance import sharing
from admin_portal.entrance.models import EndedSession
from admin_portal.sign_in.sessions import end_sessions
from tests.admin_portal.entrance.people import OFFICE, PASSWORD, client_at, is_signed_in, sign_in
from tests.concurrency import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

SESSION = "/session/"
SESSIONS = "/account-setting/sessions/"
MINUTE = 60
HOUR = 3600


@pytest.fixture
def ada(administrator: User, client: Client, clock: time_machine.Traveller) -> Client:
    """Her browser; she has just signed in."""
    sign_in(client)
    client.get("/")
    return client


def test_fifteen_minutes_without_a_request_end_the_session(
    ada: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(15 * MINUTE - 1)
    in_time = is_signed_in(ada)
    clock.shift(15 * MINUTE)

    assert in_time
    assert not is_signed_in(ada)


def test_twelve_hours_end_the_session_of_the_busiest(
    ada: Client, clock: time_machine.Traveller
) -> None:
    for _ten_minutes in range(71):
        clock.shift(10 * MINUTE)
        assert is_signed_in(ada)

    clock.shift(10 * MINUTE)

    assert not is_signed_in(ada)


def test_both_lengths_are_settings(
    ada: Client, settings: Settings, clock: time_machine.Traveller
) -> None:
    settings.SESSION_COOKIE_AGE, settings.SESSION_LONGEST_SECONDS = 2 * MINUTE, 3 * MINUTE

    clock.shift(1.5 * MINUTE)
    after_a_while = is_signed_in(ada)
    clock.shift(1.5 * MINUTE)

    assert after_a_while
    assert not is_signed_in(ada)


def test_what_scripts_ask_by_themselves_keeps_no_session_alive(
    ada: Client, clock: time_machine.Traveller
) -> None:
    said = []
    for _minute in range(14):
        clock.shift(MINUTE)
        said.append(ada.get(SESSION).json()["idle"])
    clock.shift(MINUTE)

    assert said == [number * MINUTE for number in range(14, 0, -1)]
    assert ada.get(SESSION).json() == {}
    assert not is_signed_in(ada)


def test_session_that_something_else_writes_is_kept_alive_by_no_means(
    ada: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(10 * MINUTE)
    written = ada.session
    written["something"] = "else"
    written.save()
    clock.shift(5 * MINUTE)

    assert not is_signed_in(ada)


def test_staying_signed_in_renews_the_session_but_not_its_end(
    ada: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(14 * MINUTE)

    renewed = ada.post(SESSION).json()

    assert (renewed["idle"], renewed["longest"]) == (15 * MINUTE, 12 * HOUR - 14 * MINUTE)


def test_nobody_renews_what_is_over(ada: Client, clock: time_machine.Traveller) -> None:
    clock.shift(15 * MINUTE)

    assert ada.post(SESSION).json() == {}
    assert not is_signed_in(ada)


def test_renewing_needs_the_token_of_our_own_form(administrator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)

    assert client.post(SESSION).status_code == 403


def test_page_carries_how_long_its_session_lasts(
    ada: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(14 * MINUTE)

    page = ada.get("/notifications/").text

    assert re.findall(r'data-(?:idle|longest)="([\d.]+)"', page) == [
        f"{15 * MINUTE}.0",
        f"{12 * HOUR - 14 * MINUTE}.0",
    ]


def test_pages_of_a_signed_in_person_are_kept_by_no_cache(ada: Client) -> None:
    assert "no-store" in ada.get("/notifications/")["Cache-Control"]
    assert "no-store" in ada.get(SESSION)["Cache-Control"]


def test_signing_out_ends_the_session_on_the_server(ada: Client) -> None:
    thief = Client()
    thief.cookies["admin_session"] = ada.cookies["admin_session"].value

    ada.post("/sign-out/")

    assert not is_signed_in(thief)


def test_all_sessions_of_one_person_end_at_once(administrator: User) -> None:
    eve = User.objects.create_user("eve", password="eve's own password", is_superuser=True)
    hers, elsewhere, eves = Client(), Client(), Client()
    sign_in(hers)
    sign_in(elsewhere)
    sign_in(eves, "eve's own password", "eve")
    kept = hers.session.session_key

    ended = end_sessions(administrator, but=kept)

    assert len(ended) == 1
    assert (is_signed_in(hers), is_signed_in(elsewhere), is_signed_in(eves)) == (True, False, True)
    end_sessions(administrator)
    end_sessions(eve)
    assert not Session.objects.exists()


def test_page_that_is_being_answered_brings_no_ended_session_back(administrator: User) -> None:
    client = Client(raise_request_exception=False)
    sign_in(client)
    session = client.session

    end_sessions(administrator)

    with pytest.raises(UpdateError):
        session.save(must_create=False)
    assert not is_signed_in(client)


def test_changed_password_and_deactivation_end_the_session(administrator: User) -> None:
    client = Client()
    sign_in(client)
    administrator.set_password("another long password")
    administrator.save()
    after_the_password = is_signed_in(client)
    sign_in(client, "another long password")
    User.objects.update(is_active=False)

    assert not after_the_password
    assert not is_signed_in(client)


def test_list_shows_where_one_is_signed_in_and_signs_out_the_others(administrator: User) -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    elsewhere = Client(REMOTE_ADDR="198.51.100.9", HTTP_USER_AGENT=firefox)
    sign_in(elsewhere)
    here = client_at(OFFICE)
    sign_in(here)
    page = here.get(SESSIONS).text

    after = here.post(SESSIONS, follow=True).text

    assert "Firefox on Linux" in page
    assert "198.51.100.9" in page
    assert page.count(">this one<") == 1
    assert "The other sessions are signed out." in after
    assert "Sign out the others" not in after
    assert (is_signed_in(here), is_signed_in(elsewhere)) == (True, False)
    assert ActionRecord.objects.get(action=Action.SESSIONS_ENDED).user_name == "ada"


def test_by_default_an_account_may_be_in_use_in_two_places(administrator: User) -> None:
    first, second = client_at(OFFICE), client_at("198.51.100.9")

    sign_in(first)
    sign_in(second)

    assert is_signed_in(first)


def test_without_sharing_a_new_sign_in_ends_the_others_and_they_hear_why(
    administrator: User, settings: Settings, clock: time_machine.Traveller
) -> None:
    settings.ACCOUNT_SHARING = False
    first, second = client_at(OFFICE), client_at("198.51.100.9")
    sign_in(first)
    sign_in(second)

    told = first.get("/notifications/", follow=True)
    again = Client()
    again.cookies["admin_session"] = told.client.cookies["admin_session"].value

    assert is_signed_in(second)
    assert "signed in to your account from 198.51.100.9 on March 1, 2026, 8 a.m. UTC" in told.text
    assert not EndedSession.objects.exists()
    assert "signed in to your account" not in first.get("/sign-in/").text


def test_nobody_is_looked_for_where_sharing_is_allowed(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.cookies["admin_session"] = "another"

    with django_assert_num_queries(0):
        answer = client.get("/sign-in/")

    assert answer.status_code == 200


def test_strangers_hear_nothing(administrator: User, settings: Settings) -> None:
    settings.ACCOUNT_SHARING = False
    first, second, stranger = Client(), Client(), Client()
    sign_in(first)
    sign_in(second)
    stranger.cookies["admin_session"] = "another"

    answer = stranger.get("/notifications/")

    assert not list(get_messages(answer.wsgi_request))
    assert EndedSession.objects.count() == 1


def test_what_nobody_heard_is_forgotten(clock: time_machine.Traveller) -> None:
    EndedSession.objects.create(digest="x", address="", at=timezone.now())

    clock.shift(11 * HOUR)
    sharing.purge(timezone.now())
    kept = EndedSession.objects.count()
    clock.shift(2 * HOUR)
    sharing.purge(timezone.now())

    assert (kept, EndedSession.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_of_many_sign_ins_at_once_one_stays(administrator: User, settings: Settings) -> None:
    settings.ACCOUNT_SHARING = False
    clients = [Client(raise_request_exception=False) for _number in range(4)]

    at_once(lambda number: sign_in(clients[number]), 4)

    assert sum(map(is_signed_in, clients)) == 1


def test_second_password_of_the_same_browser_tells_nothing(
    administrator: User, settings: Settings
) -> None:
    settings.ACCOUNT_SHARING = False
    client = Client()
    sign_in(client, PASSWORD)
    client.post("/sign-out/")

    page = client.post(
        "/sign-in/", {"login": "ada", "password": PASSWORD, "next": "/notifications/"}, follow=True
    )

    assert "signed in to your account" not in page.text
