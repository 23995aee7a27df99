"""Django's commands that change people: the Admin's own are in their place."""

from unittest.mock import Mock

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from admin_portal.action_log import chain
from admin_portal.action_log.models import ActionRecord
from admin_portal.security.models import SecurityMail

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

NEW = "a new password of ada's"


def typed(monkeypatch: pytest.MonkeyPatch, *passwords: str) -> None:
    monkeypatch.setattr("getpass.getpass", Mock(side_effect=passwords))


def test_password_changed_at_the_server_is_recorded_told_and_ends_sessions(
    administrator: User, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.update(email="ada@example.com")
    typed(monkeypatch, NEW, NEW)
    was_in = admin_client.get("/").status_code

    call_command("changepassword", "ada")

    row = ActionRecord.objects.latest("pk")
    assert (row.user_name, row.action) == ("manage.py changepassword", "users.changed")
    assert (row.subject, row.changes) == ("ada", [["Password", "", "changed"]])
    assert not UserSession.objects.exists()
    assert (was_in, admin_client.get("/").status_code) == (200, 302)
    assert Client().login(username="ada", password=NEW)
    assert SecurityMail.objects.get().kind == "security/mails/password_set"
    assert NEW not in str(mail.outbox)


@pytest.mark.parametrize(
    ("name", "passwords", "message"),
    [
        ("eve", (), "Nobody is called eve"),
        ("ada", (NEW, f"{NEW}!"), "two different"),
        ("ada", ("short", "short"), "too short"),
    ],
)
def test_password_that_can_not_be_is_refused(
    administrator: User,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    passwords: tuple[str, ...],
    message: str,
) -> None:
    typed(monkeypatch, *passwords)

    with pytest.raises(CommandError, match=message):
        call_command("changepassword", name)

    assert not ActionRecord.objects.exists()
    assert Client().login(username="ada", password="ada's own password")


def test_password_is_not_changed_where_that_can_not_be_recorded(
    administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, NEW, NEW)
    monkeypatch.setattr(chain, "seal", Mock(side_effect=RuntimeError))

    with pytest.raises(RuntimeError):
        call_command("changepassword", "ada")

    assert Client().login(username="ada", password="ada's own password")


def test_nobody_is_made_past_the_record() -> None:
    with pytest.raises(CommandError, match="All Users"):
        call_command("createsuperuser", "--noinput", username="eve", email="eve@example.com")

    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["unlock_user", "reset_second_factors"])
def test_command_that_changes_people_says_its_name(
    administrator: User, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    done = Mock(return_value=True)
    module = f"admin_portal.management.commands.{name}"
    what = "lock_out.unlock" if name == "unlock_user" else name
    monkeypatch.setattr(f"{module}.{what}", done)

    call_command(name, "ada")

    assert done.call_args.kwargs["by"].name == f"manage.py {name}"
