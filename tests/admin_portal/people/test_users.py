import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from admin_portal.action_log.actions import Action
from admin_portal.action_log.models import ActionRecord
from admin_portal.people.models import Role
from admin_portal.security.mails import send_due
from tests.admin_portal.people.conftest import (
    ALL_USERS,
    PASSWORD,
    address_of,
    browser_of,
    names,
    person,
    sent,
)

NEW = f"{ALL_USERS}new/"


def new(given: Role, /, **changed: str) -> dict[str, str]:
    return {
        "username": "cleo",
        "first_name": "Cleo",
        "last_name": "Kim",
        "email": "cleo@example.com",
        "password": PASSWORD,
        "language": "ja",
        "is_active": "1",
        "role": str(given.pk),
        "your_password": PASSWORD,
        **changed,
    }


def test_new_user_may_sign_in_with_their_role(client: Client, testers: Role) -> None:
    answer = client.post(NEW, new(testers))

    cleo = User.objects.get(username="cleo")
    assert answer["Location"] == ALL_USERS
    assert cleo.check_password(PASSWORD)
    assert cleo.get_all_permissions() == {"people.use_tools"}
    assert cleo.preferences.language == "ja"


def test_new_user_is_told_by_what_they_got(client: Client, testers: Role) -> None:
    client.post(NEW, new(testers))

    row = ActionRecord.objects.get(action=Action.USER_CREATED)
    assert ["This account is", "", "Active"] in row.changes


def test_new_user_without_a_password_gets_a_link_to_choose_one(
    client: Client, testers: Role
) -> None:
    client.post(NEW, new(testers, password="", language="en"))
    send_due(timezone.now())

    (message,) = mail.outbox
    (path,) = re.findall(r"http://[^/]+(/forgot-password/\S+)", str(message.body))
    assert message.to == ["cleo@example.com"]
    assert "cleo" in message.body
    assert "Choose a new password" in Client().get(path, follow=True).text


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("your_password", "not mine", "This is not your current password."),
        ("your_password", "", "This field is required."),
        ("username", "BOB", "Another user has this name."),
        ("email", "Bob@Example.com", "Another user has this e-mail address."),
        ("email", "cleo", "Enter a valid email address."),
        ("first_name", "Cl\x07eo", "Use a single line"),
        ("password", "short", "at least 12 characters"),
        ("password", "password1234", "too common"),
        ("role", "", "This field is required."),
    ],
)
def test_bad_input_is_told_beside_its_field_and_nothing_is_lost(
    client: Client, bob: User, testers: Role, field: str, value: str, error: str
) -> None:
    page = client.post(NEW, new(testers, **{field: value})).text

    assert error in page
    assert field == "last_name" or 'value="Kim"' in page
    assert PASSWORD not in page
    assert not User.objects.filter(first_name="Cleo").exists()


def test_change_is_recorded_with_old_and_new_values(
    client: Client, bob: User, administrators: Role
) -> None:
    client.post(
        address_of(bob), sent(bob, last_name="Baker", role=str(administrators.pk), is_active="")
    )

    row = ActionRecord.objects.get(action=Action.USER_CHANGED)
    bob.refresh_from_db()
    assert (bob.last_name, bob.is_active, bob.is_superuser) == ("Baker", False, True)
    assert (row.user_name, row.subject) == ("ann", "bob")
    assert row.changes == [
        ["Last Name", "Miller", "Baker"],
        ["This account is", "Active", "Inactive"],
        ["User Role", "Testers", "Administrators"],
    ]


def test_nothing_changes_without_ones_own_password(client: Client, bob: User) -> None:
    client.post(address_of(bob), sent(bob, last_name="Baker", your_password="no"))

    bob.refresh_from_db()
    assert bob.last_name == "Miller"


@pytest.mark.parametrize(
    "changed", [{"password": "another long pass phrase"}, {"is_active": ""}, {"role": "other"}]
)
def test_new_password_role_or_inactivity_ends_the_sessions_at_once(
    client: Client, bob: User, administrators: Role, changed: dict[str, str]
) -> None:
    browser = browser_of(bob)
    browser.get("/notifications/")
    if "role" in changed:
        changed = {"role": str(administrators.pk)}

    client.post(address_of(bob), sent(bob, **changed))

    assert browser.get("/notifications/")["Location"].startswith("/sign-in/")


def test_a_new_name_ends_no_session(client: Client, bob: User) -> None:
    browser = browser_of(bob)
    browser.get("/notifications/")

    client.post(address_of(bob), sent(bob, last_name="Baker"))

    assert browser.get("/notifications/").status_code == 200


def test_second_of_two_administrators_is_told_what_changed_meanwhile(
    client: Client, bob: User
) -> None:
    page = client.get(address_of(bob)).text
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', page)
    stale = sent(bob, first_name="Robert", seen=seen)
    client.post(address_of(bob), sent(bob, last_name="Baker"))

    refused = client.post(address_of(bob), stale).text
    bob.refresh_from_db()
    left_alone = (bob.first_name, bob.last_name)
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', refused)
    client.post(address_of(bob), {**stale, "seen": seen})

    bob.refresh_from_db()
    assert left_alone == ("Bob", "Baker")
    assert "Last Name: Baker" in refused
    assert (bob.first_name, bob.last_name) == ("Robert", "Miller")


def test_who_is_at_the_keyboard_can_t_change_their_own_role_or_lock_themselves_out(
    client: Client, ann: User, administrators: Role, testers: Role
) -> None:
    person("zoe", administrators)

    client.post(address_of(ann), sent(ann, role=str(testers.pk), is_active="", first_name="Anna"))

    ann.refresh_from_db()
    assert (ann.first_name, ann.is_active, ann.is_superuser) == ("Anna", True, True)


def test_user_is_deleted_after_a_question_and_stays_in_the_record(
    client: Client, bob: User
) -> None:
    browser = browser_of(bob)
    question = client.get(f"{address_of(bob)}delete/").text

    client.post(f"{address_of(bob)}delete/", {"your_password": PASSWORD})

    row = ActionRecord.objects.get(action=Action.USER_DELETED)
    assert "Delete the user bob?" in question
    assert not User.objects.filter(username="bob").exists()
    assert row.subject == "bob"
    assert browser.get("/")["Location"].startswith("/sign-in/")


def test_nobody_deletes_themselves(client: Client, ann: User, administrators: Role) -> None:
    person("zoe", administrators)

    page = client.post(f"{address_of(ann)}delete/", {"your_password": PASSWORD}).text

    assert "This is your own account" in page
    assert User.objects.filter(username="ann").exists()


def test_user_is_signed_out_everywhere(client: Client, bob: User) -> None:
    browser = browser_of(bob)
    browser.get("/notifications/")

    client.post(f"{address_of(bob)}sign-out/", {"your_password": PASSWORD})

    assert browser.get("/notifications/")["Location"].startswith("/sign-in/")


def test_list_is_searched_filtered_and_sorted(
    client: Client, ann: User, bob: User, testers: Role
) -> None:
    old = person("zoe", testers)
    User.objects.filter(pk=old.pk).update(
        is_active=False, last_login=timezone.now() - timedelta(days=1)
    )

    def listed(**asked: str) -> list[str]:
        page = client.get(ALL_USERS, asked).text
        return re.findall(r'users/\d+/"><bdi>(\w+)<', page)

    assert listed() == ["ann", "bob", "zoe"]
    assert listed(q="ZOE example") == ["zoe"]
    assert listed(role=str(testers.pk), status="active") == ["bob"]
    assert listed(status="inactive") == ["zoe"]
    assert listed(sort="newest")[0] == "zoe"
    assert listed(q="nobody") == []


def test_queries_are_the_same_for_many_people(client: Client, testers: Role) -> None:
    client.get(ALL_USERS)  # the session is noted
    with CaptureQueriesContext(connection) as few:
        client.get(ALL_USERS)
    for number in range(30):
        person(f"user{number}", testers, password="")

    with CaptureQueriesContext(connection) as many:
        client.get(ALL_USERS)

    assert len(many) == len(few) <= 8


def test_names_of_another_script_are_kept_and_escaped(client: Client, testers: Role) -> None:
    client.post(NEW, new(testers, last_name="<script>שלום"))

    page = client.get(ALL_USERS).text
    assert names(User.objects.filter(last_name="<script>שלום")) == ["cleo"]
    assert "<script>שלום" not in page
    assert "&lt;script&gt;שלום" in page


def test_what_was_sent_after_the_session_ended_is_back_after_signing_in(
    client: Client, ann: User, bob: User
) -> None:
    page = client.get(address_of(bob)).text
    hidden = dict(re.findall(r'type="hidden" name="(author|seen)" value="([^"]+)"', page))
    client.logout()

    client.post(address_of(bob), sent(bob, last_name="Baker", **hidden))
    signing_in = {"login": "ann", "password": PASSWORD}
    client.post(f"/sign-in/?next={address_of(bob)}", signing_in)
    back = client.get(address_of(bob)).text

    bob.refresh_from_db()
    assert 'value="Baker"' in back
    assert PASSWORD not in back
    assert bob.last_name == "Miller"
