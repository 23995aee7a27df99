"""Who is told of what by e-mail, and what the e-mails say."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from admin_portal.actors import NOBODY, Actor
from api_keys.commerce_account.history import record
from api_keys.commerce_account.issuing import call_off_roll, reveal_key, revoke_key, roll_key
from api_keys.commerce_account.models import (
    Company,
    Event,
    IssuedKey,
    Membership,
    Notice,
    Role,
)
from tests.api_keys.commerce_account.conftest import new_key
from tests.api_keys.commerce_account.notices import DEVELOPER, OWNER, recipients, sent

Issued = tuple[IssuedKey, str]


def expire(issued: IssuedKey, kind: Event.Kind, *, days: int) -> None:
    expires_at = timezone.now() + timedelta(days=days)
    IssuedKey.objects.filter(pk=issued.pk).update(expires_at=expires_at)
    record(kind, issued.company, by=NOBODY, key=issued)


def test_new_key_is_told_to_owners_and_developers(
    people: dict[str, User], member_client: Client, company: Company
) -> None:
    form = {
        "description": "Amazon Sales Channel",
        "environment": "production",
        "expires": "365",
        "token": "7b0ff3a0-4b43-4b0a-8f5c-1d5f3d6f1a11",
    }
    member_client.post(f"/my-account/{company.pk}/api-portal/", form)

    to_developer, to_owner = sent()

    assert (to_developer.to, to_owner.to) == ([DEVELOPER], [OWNER])
    assert to_owner.subject == "New API key: Amazon Sales Channel"
    issued = IssuedKey.objects.get()
    link = f"http://127.0.0.1:8001/my-account/{company.pk}/api-portal/keys/{issued.pk}/"
    for words in (issued.fingerprint, OWNER, "127.0.0.1", "UTC", link, "Acme Outdoor", "password"):
        assert words in to_owner.body


def test_each_change_of_a_key_is_told_in_words(people: dict[str, User], company: Company) -> None:
    issued, _key = new_key(company)
    actor = Actor(people[OWNER], "192.0.2.7")

    subjects = [[message.subject for message in sent()]]
    roll_key(issued, by=actor, expires_at=None, overlap=timedelta(days=7))
    subjects += [[message.subject for message in sent()]]
    call_off_roll(issued, by=actor)
    subjects += [[message.subject for message in sent()]]
    revoke_key(issued, by=actor)
    subjects += [[message.subject for message in sent()]]

    name = "Amazon Sales Channel"
    assert subjects == [
        [f"New API key: {name}"] * 2,
        [f"API key rolled: {name}"] * 2,
        [f"Roll called off: {name}"] * 2,
        [f"API key deleted: {name}"] * 2,
    ]


def test_one_s_own_key_is_revealed_without_a_word(
    people: dict[str, User], company: Company
) -> None:
    issued, _key = new_key(company, by=people[OWNER])
    sent()

    reveal_key(issued, by=Actor(people[OWNER]))

    assert recipients() == []


def test_another_s_key_is_told_to_everybody_but_who_revealed_it(
    people: dict[str, User], company: Company
) -> None:
    issued, _key = new_key(company, by=people[OWNER])
    sent()

    reveal_key(issued, by=Actor(people[DEVELOPER], "192.0.2.7"))

    (message,) = sent()
    assert message.to == [OWNER]
    assert message.subject == "API key revealed: Amazon Sales Channel"
    assert DEVELOPER in message.body


def test_key_of_nobody_is_always_another_s(people: dict[str, User], company: Company) -> None:
    issued, _key = new_key(company)
    sent()

    reveal_key(issued, by=Actor(people[OWNER]))

    assert recipients() == [DEVELOPER]


def test_sign_in_on_a_new_device_is_told_once_to_the_person_alone(
    people: dict[str, User], company: Company
) -> None:
    other = Company.objects.create(name="Another")
    Membership.objects.create(company=other, user=people[OWNER], role=Role.VIEWER)

    for place in (other, company):
        by = Actor(people[OWNER], "192.0.2.7")
        record(Event.Kind.SIGNED_IN, place, by=by, new_device=True)

    (message,) = sent()
    assert message.to == [OWNER]
    assert "192.0.2.7" in message.body
    assert "http://127.0.0.1:8001/forgot-password/" in message.body


def test_sign_in_on_a_known_device_is_not_told(people: dict[str, User], company: Company) -> None:
    record(Event.Kind.SIGNED_IN, company, by=Actor(people[OWNER]), new_device=False)

    assert recipients() == []


@pytest.mark.parametrize(
    ("days", "words"), [(5, "expires in 5 days"), (1, "expires in 1 day:"), (30, "in 30 days")]
)
def test_days_are_those_left_when_the_mail_goes(
    people: dict[str, User], issued: Issued, days: int, words: str
) -> None:
    sent()
    expire(issued[0], Event.Kind.KEY_EXPIRES_SOON, days=days)

    assert {words in message.subject for message in sent()} == {True}


def test_expiry_that_is_no_longer_true_is_not_told(people: dict[str, User], issued: Issued) -> None:
    sent()

    expire(issued[0], Event.Kind.KEY_EXPIRED, days=5)
    assert recipients() == []
    expire(issued[0], Event.Kind.KEY_EXPIRES_SOON, days=-1)
    assert recipients() == []

    assert not Notice.objects.filter(sent_at=None).exists()


def test_expiry_of_a_key_that_was_deleted_meanwhile_is_not_told(
    people: dict[str, User], issued: Issued
) -> None:
    expire(issued[0], Event.Kind.KEY_EXPIRES_SOON, days=5)
    revoke_key(issued[0], by=NOBODY)

    assert not [message for message in sent() if "expires" in message.subject]


def test_who_left_or_was_blocked_before_the_mail_went_gets_none(
    people: dict[str, User], company: Company
) -> None:
    new_key(company)
    Membership.objects.filter(user=people[OWNER]).delete()
    User.objects.filter(pk=people[DEVELOPER].pk).update(is_active=False)

    assert recipients() == []
    assert not Notice.objects.exists()


def test_who_changed_addresses_is_told_under_the_old_one(
    people: dict[str, User], company: Company
) -> None:
    # Otherwise a thief would hide a new key by changing the address right after it.
    new_key(company)
    User.objects.filter(pk=people[OWNER].pk).update(email="thief@example.com")

    assert recipients() == [DEVELOPER, OWNER]


@pytest.mark.parametrize("kind", [kind for kind in Event.Kind if kind.startswith("key_")])
def test_no_mail_holds_a_key(people: dict[str, User], issued: Issued, kind: Event.Kind) -> None:
    expire(issued[0], kind, days=5 if kind == Event.Kind.KEY_EXPIRES_SOON else 0)

    messages = [f"{message.subject}{message.body}" for message in sent()]

    assert [text for text in messages if issued[1] in text or issued[1][-38:] in text] == []


def test_description_forges_no_header_and_no_line(
    people: dict[str, User], company: Company
) -> None:
    issued, _key = new_key(company)
    forged = "Fine\r\nBcc: evil@example.com\u2028\u202eBy: nobody\x00"
    IssuedKey.objects.filter(pk=issued.pk).update(description=forged.replace("\x00", ""))

    message = sent()[0]

    assert message.subject == "New API key: Fine Bcc: evil@example.com By: nobody"
    assert "\nBcc" not in message.message().as_string()
    assert "Key: Fine Bcc: evil@example.com By: nobody (Production)\n" in message.body


def test_description_is_text_and_not_markup(people: dict[str, User], company: Company) -> None:
    new_key(company, "<b>Tom & “Jerry's”</b> 🔑")

    assert sent()[0].subject == "New API key: <b>Tom & “Jerry's”</b> 🔑"


def test_nobody_answers_a_notice_by_machine(people: dict[str, User], issued: Issued) -> None:
    message = sent()[0].message()

    assert message["Auto-Submitted"] == "auto-generated"
    assert "127.0.0.1" in message["Message-ID"]
