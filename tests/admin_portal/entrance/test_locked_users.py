"""System > Permissions > Locked Users, the command, and the e-mail to the owner."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from admin_portal import jobs
from admin_portal.action_log.actions import Action
from admin_portal.action_log.models import ActionRecord
from admin_portal.entrance import lock_out
from admin_portal.entrance.lock_mails import send_due_lock_mails
from admin_portal.entrance.models import LockMail
from tests.admin_portal.entrance.people import OFFICE, PASSWORD, client_at, guess, sign_in
from tests.conftest import client_with

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

LOCKED_USERS = "/system/permissions/locked-users/"


@pytest.fixture
def lena(db: None) -> User:
    """Somebody whom a stranger has locked out."""
    lena = User.objects.create_user("lena", "lena@example.com", password=PASSWORD)
    with time_machine.travel(timezone.now() - timedelta(minutes=10), tick=False):
        guess(client_at("203.0.113.7"), 6, "lena")
    return lena


def unlock(client: Client, user: User, password: str = PASSWORD) -> str:
    data = {"users": [user.pk], "your_password": password}
    return client.post(LOCKED_USERS, data, follow=True).text


def test_page_says_who_is_locked_since_when_and_from_where(
    admin_client: Client, lena: User
) -> None:
    lock = lock_out.active_locks().get()

    page = admin_client.get(LOCKED_USERS).text

    assert "<strong>lena</strong>" in page
    for instant in (lock.since, lock.since + timedelta(minutes=30)):
        assert f'<time datetime="{instant:%Y-%m-%dT%H:%M:%S}' in page
    assert "203.0.113.7" in page
    assert '<td class="number" data-label="Failures">6</td>' in page


def test_unlocked_user_may_sign_in_from_anywhere(admin_client: Client, lena: User) -> None:
    page = unlock(admin_client, lena)

    record = ActionRecord.objects.get(action=Action.USER_UNLOCKED)
    assert "lena may sign in again." in page
    assert "Nobody is locked out." in page
    assert sign_in(client_at("203.0.113.7"), login="lena").status_code == 302
    assert (record.user_name, record.subject) == ("ada", "lena")


def test_wrong_own_password_unlocks_nobody_and_counts(admin_client: Client, lena: User) -> None:
    page = unlock(admin_client, lena, "wrong")

    record = ActionRecord.objects.get(action=Action.CONFIRMATION_FAILED)
    assert "This is not your current password." in page
    assert lock_out.active_locks().count() == 1
    assert record.user_name == "ada"


def test_own_password_can_t_be_guessed_for_ever(admin_client: Client, lena: User) -> None:
    for number in range(6):
        unlock(admin_client, lena, f"guess {number}")

    unlock(admin_client, lena)

    assert lock_out.active_locks().filter(guarded__user=lena).exists()


@pytest.mark.parametrize("users", [[], ["0"], ["x"]])
def test_somebody_has_to_be_chosen(admin_client: Client, lena: User, users: list[str]) -> None:
    page = admin_client.post(LOCKED_USERS, {"users": users, "your_password": PASSWORD})

    assert page.status_code == 200
    assert 'class="errorlist"' in page.text


def test_lock_that_has_ended_is_not_listed(admin_client: Client, lena: User) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=21), tick=False):
        admin_client.force_login(User.objects.get(username="ada"))
        page = admin_client.get(LOCKED_USERS).text

    assert "Nobody is locked out." in page


def test_page_needs_its_permission(lena: User) -> None:
    refused = client_with("view_storedkey")
    allowed = client_with("manage_permissions")

    assert refused.get(LOCKED_USERS).status_code == 403
    assert refused.post(LOCKED_USERS, {"users": [lena.pk]}).status_code == 403
    assert allowed.get(LOCKED_USERS).status_code == 200


def test_command_unlocks(lena: User) -> None:
    said = io.StringIO()

    call_command("unlock_user", "lena", stdout=said)
    call_command("unlock_user", "lena", stdout=said)

    assert said.getvalue() == "lena may sign in again.\nlena was not locked.\n"
    assert ActionRecord.objects.filter(action=Action.USER_UNLOCKED).count() == 1
    with pytest.raises(CommandError, match="Nobody is called"):
        call_command("unlock_user", "nobody")


def test_owner_gets_one_e_mail_for_each_lock(lena: User) -> None:
    guess(client_at("203.0.113.7"), 3, "lena")

    send_due_lock_mails(timezone.now())
    send_due_lock_mails(timezone.now())

    (sent,) = mail.outbox
    assert sent.to == ["lena@example.com"]
    assert sent.subject == "Your account was locked"
    assert "failed 6 times" in sent.body
    assert "203.0.113.7" in sent.body
    assert "except from addresses that you have used before" in sent.body


def test_e_mail_says_when_it_was_an_address_used_before(administrator: User) -> None:
    User.objects.update(email="ada@example.com")
    sign_in(client_at(OFFICE))
    guess(client_at(OFFICE), 6)

    jobs.run_all()

    (sent,) = mail.outbox
    assert "from an address that you have used before" in sent.body


def test_mail_server_that_fails_fails_no_sign_in(
    lena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OSError

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)

    send_due_lock_mails(timezone.now())

    kept = LockMail.objects.get()
    assert (kept.sent_at, kept.attempts) == (None, 1)


def test_nobody_without_an_address_or_an_active_account_gets_an_e_mail(lena: User) -> None:
    User.objects.create_user("ned", password=PASSWORD)
    guess(client_at("203.0.113.7"), 6, "ned")
    User.objects.update(is_active=False)

    sent = send_due_lock_mails(timezone.now())

    assert sent == 0
    assert not LockMail.objects.exists()
