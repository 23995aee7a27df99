"""The list of one's sessions, and what becomes of what was noted about them."""

from collections.abc import Iterator

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from admin_portal.sign_in import sessions
from admin_portal.sign_in.sessions import live_sessions
from tests.api_keys.commerce_account.people import sign_in

SESSIONS = "/my-account/sessions/"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-03-01 08:00", tick=False) as clock:
        yield clock


def test_list_of_sessions_takes_as_many_queries_for_one_as_for_many(
    client: Client, member: User
) -> None:
    sign_in(client)
    client.get(SESSIONS)
    with CaptureQueriesContext(connection) as of_one:
        client.get(SESSIONS)
    for _browser in range(5):
        sign_in(Client())

    with CaptureQueriesContext(connection) as of_six:
        page = client.get(SESSIONS)

    assert len(page.context["sessions"]) == 6
    assert len(of_six) == len(of_one)


def test_list_of_sessions_has_none_that_lets_nobody_in(
    client: Client, member: User, clock: time_machine.Traveller
) -> None:
    other = Client()
    sign_in(other)
    clock.shift(61 * 60)
    sign_in(client)
    gone = Client()
    sign_in(gone)
    Session.objects.filter(session_key=gone.cookies["account_session"].value).delete()
    noted = UserSession.objects.count()

    listed = client.get(SESSIONS).context["sessions"]

    assert [each.session_key for each in listed] == [client.cookies["account_session"].value]
    assert UserSession.objects.count() == noted  # looking changes nothing


def test_session_begun_with_another_password_is_not_listed(client: Client, member: User) -> None:
    sign_in(client)
    old = UserSession.objects.get()
    User.objects.update(password=make_password("another pass phrase"))

    assert live_sessions(User.objects.get()) == []
    assert old == UserSession.objects.get()


def test_what_was_noted_of_sessions_goes_some_time_after_them(
    client: Client, member: User, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    clock.shift(30 * 60)
    other = Client()
    sign_in(other)
    Session.objects.filter(session_key=client.cookies["account_session"].value).delete()

    sessions.purge(timezone.now())
    at_first = UserSession.objects.count()
    clock.shift(45 * 60)
    sessions.purge(timezone.now())

    assert at_first == 2
    assert [each.session_key for each in UserSession.objects.all()] == [
        other.cookies["account_session"].value
    ]
