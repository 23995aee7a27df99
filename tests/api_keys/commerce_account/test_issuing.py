import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection

from admin_portal.actors import Actor
from api_keys.commerce_account.issuing import reveal_key, revoke_key
from api_keys.commerce_account.models import Company, Event, IssuedKey
from api_keys.contract import Environment, fingerprint
from tests.api_keys.commerce_account.conftest import delete, new_key


def whole_database() -> str:
    """Return every value of every table, as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608  (our own table names)
            rows += cursor.fetchall()
    return repr(rows)


def test_key_is_nowhere_in_the_database(issued: tuple[IssuedKey, str]) -> None:
    dump = whole_database()

    assert issued[1] not in dump
    assert issued[1].removeprefix("ck_production_")[:12] not in dump
    assert fingerprint(issued[1]) in dump


def test_key_can_be_revealed_as_it_was_issued(issued: tuple[IssuedKey, str], member: User) -> None:
    assert reveal_key(issued[0], by=Actor(member)) == issued[1]


def test_each_change_leaves_an_event(issued: tuple[IssuedKey, str], member: User) -> None:
    actor = Actor(member, "192.0.2.7")
    reveal_key(issued[0], by=actor)
    done = [revoke_key(issued[0], by=actor) for _ in range(2)]

    events = Event.objects.order_by("pk").values_list("kind", "actor_email", "address")
    assert done == [True, False]
    assert list(events) == [
        ("key_created", "mia@example.com", "127.0.0.1"),
        ("key_revealed", "mia@example.com", "192.0.2.7"),
        ("key_deleted", "mia@example.com", "192.0.2.7"),
    ]


def test_events_can_be_neither_changed_nor_deleted(issued: tuple[IssuedKey, str]) -> None:
    event = Event.objects.get()

    for change in (event.save, event.delete, Event.objects.all().delete):
        with pytest.raises(TypeError):
            change()
    with pytest.raises(TypeError):
        Event.objects.update(kind="signed_in")
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE commerce_account_event SET kind = 'signed_in'")


def test_revoked_key_can_never_be_opened_again(issued: tuple[IssuedKey, str], member: User) -> None:
    delete(issued[0])

    row = IssuedKey.objects.get()
    assert row.ciphertext == ""
    assert row.revoked_at is not None
    with pytest.raises(IntegrityError):
        IssuedKey.objects.update(ciphertext="anything")


def test_the_same_description_makes_another_key(company: Company) -> None:
    keys = set()
    for _ in range(2):
        row, key = new_key(company, "twin", environment=Environment.SANDBOX)
        delete(row)
        keys.add(key)

    assert len(keys) == 2
